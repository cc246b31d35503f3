/** Alerts of an account: what is watched, who is told and how (part of the API under /api/v1). */
import { z } from 'zod';
import { Id, Instant } from './ids.ts';
import { Reason } from './users.ts';

/** What is watched. A name stays what it is for ever: webhooks and saved filters hold it. */
export const AlertRuleName = z.enum([
  'gateway-offline',
  'sync-missed',
  'sync-held',
  'certificate-expiring',
  'disk-low',
  'queue-growing',
  'records-lost',
  'command-failed',
  'trunk-down',
]);
export type AlertRuleName = z.infer<typeof AlertRuleName>;

const on = z.boolean().default(true);

/** When each rule of an account alarms; the defaults are in force until somebody changes them. */
export const AlertRules = z.strictObject({
  'gateway-offline': z.strictObject({ on, minutes: z.int().min(1).max(10_080).default(15) }).prefault({}),
  /** No successful run for so many sync intervals of the PBX. */
  'sync-missed': z.strictObject({ on, periods: z.int().min(1).max(100).default(3) }).prefault({}),
  'sync-held': z.strictObject({ on }).prefault({}),
  'certificate-expiring': z.strictObject({ on, days: z.int().min(1).max(60).default(14) }).prefault({}),
  /** Free space under either limit: percent of the disk, or mebibytes. */
  'disk-low': z
    .strictObject({
      on,
      percent: z.number().min(0).max(90).default(5),
      mebibytes: z.int().min(0).max(1_000_000).default(500),
    })
    .prefault({}),
  /** More waits to be sent than this: records, mebibytes, or the age of the oldest in minutes. */
  'queue-growing': z
    .strictObject({
      on,
      records: z.int().min(1).max(10_000_000).default(20_000),
      mebibytes: z.int().min(1).max(100_000).default(100),
      minutes: z.int().min(5).max(10_080).default(60),
    })
    .prefault({}),
  'records-lost': z.strictObject({ on }).prefault({}),
  'command-failed': z.strictObject({ on: z.boolean().default(false) }).prefault({}),
  /** One end of a SIP trunk is down, by the trunk's own rule, for so long. */
  'trunk-down': z.strictObject({ on, minutes: z.int().min(0).max(1440).default(2) }).prefault({}),
  /** Hours between reminders of an alert that stays open and that nobody has acknowledged; 0 for none. */
  remindHours: z.int().min(0).max(720).default(24),
});
export type AlertRules = z.infer<typeof AlertRules>;

/** `GET` and `PUT /api/v1/accounts/{id}/alert-rules`; the ETag goes into If-Match. */
export const AccountAlertRules = z.object({ rules: AlertRules, etag: z.string() });
export type AccountAlertRules = z.infer<typeof AccountAlertRules>;

/** An alert: open until its cause is gone, then kept as it was. */
export const Alert = z.object({
  id: Id,
  account: Id,
  accountName: z.string(),
  gateway: Id,
  gatewayName: z.string(),
  rule: AlertRuleName,
  /** What of the gateway it is about where there are several: a PBX, a trunk, or the name of a command; empty otherwise. */
  subject: z.string(),
  subjectName: z.string().nullable(),
  state: z.enum(['Open', 'Resolved']),
  severity: z.enum(['warning', 'error']),
  message: z.string(),
  nextStep: z.string(),
  openedAt: Instant,
  resolvedAt: Instant.nullable(),
  acknowledgedAt: Instant.nullable(),
  acknowledgedBy: z.string().nullable(),
  mutedUntil: Instant.nullable(),
  /** When somebody was last told; null while nobody could be. */
  toldAt: Instant.nullable(),
});
export type Alert = z.infer<typeof Alert>;

/** `POST /api/v1/alerts/{id}/mute`: nobody is told until then; null ends it. */
export const AlertMute = z.strictObject({ until: Instant.nullable() });

/** The languages that mails are written in. */
export const AlertLanguage = z.enum(['en', 'de', 'fr']);
export type AlertLanguage = z.infer<typeof AlertLanguage>;

/** How telling somebody has gone. */
const DeliveryStatus = {
  lastDeliveredAt: Instant.nullable(),
  /** Set while deliveries fail; with the reason and what to do. */
  failingSince: Instant.nullable(),
  failure: Reason.nullable(),
  waiting: z.int(),
  /** Messages that were given up: after a day, for good, or because too many waited. */
  dropped: z.int(),
};

/** A support contact (ACC-6, ACC-12, LOG-7): of an account, or (account null) of the partner and then for all accounts. */
export const AlertContact = z.object({
  id: Id,
  account: Id.nullable(),
  name: z.string(),
  email: z.string(),
  language: AlertLanguage,
  on: z.boolean(),
  ...DeliveryStatus,
  etag: z.string(),
});
export type AlertContact = z.infer<typeof AlertContact>;

const contactFields = {
  name: z.string().trim().min(1).max(128),
  email: z.email().max(320),
  language: AlertLanguage,
  on: z.boolean(),
};

export const AlertContactCreate = z.strictObject({
  ...contactFields,
  account: Id.nullable(),
  language: AlertLanguage.default('en'),
  on: z.boolean().default(true),
});
export const AlertContactEdit = z.strictObject(contactFields).partial();
export type AlertContactEdit = z.infer<typeof AlertContactEdit>;

/**
 * A webhook: gets every piece of news as a signed POST. The header `Demarc-Signature` is `t=SECONDS,v1=HEX`, where HEX is
 * HMAC-SHA256 with the secret over `SECONDS.BODY`; `Demarc-Delivery` is the same for every try of one message.
 */
export const AlertWebhook = z.object({
  id: Id,
  account: Id.nullable(),
  name: z.string(),
  url: z.string(),
  on: z.boolean(),
  ...DeliveryStatus,
  etag: z.string(),
  /** Only in the answer that made it. */
  secret: z.string().optional(),
});
export type AlertWebhook = z.infer<typeof AlertWebhook>;

const webhookFields = { name: z.string().trim().min(1).max(128), url: z.url().max(1000), on: z.boolean() };

export const AlertWebhookCreate = z.strictObject({
  ...webhookFields,
  account: Id.nullable(),
  on: z.boolean().default(true),
});
export const AlertWebhookEdit = z.strictObject(webhookFields).partial();
export type AlertWebhookEdit = z.infer<typeof AlertWebhookEdit>;

/** What came of a test: `POST /api/v1/alert-contacts/{id}/test` and `/alert-webhooks/{id}/test`. */
export const AlertTest = z.object({
  delivered: z.boolean(),
  /** What the mail server or the receiver said. */
  detail: z.string(),
  reason: Reason.nullable(),
});
export type AlertTest = z.infer<typeof AlertTest>;

/** `GET /api/v1/alert-delivery`: what this connector can deliver by. */
export const AlertDelivery = z.object({ mail: z.boolean(), mailFrom: z.string().nullable() });
export type AlertDelivery = z.infer<typeof AlertDelivery>;

/** One alert in a webhook's body. */
export const AlertNews = z.object({
  event: z.enum(['opened', 'reminder', 'resolved']),
  id: Id,
  rule: AlertRuleName,
  severity: z.enum(['warning', 'error']),
  gateway: z.object({ id: Id, name: z.string() }),
  subject: z.string(),
  message: z.string(),
  nextStep: z.string(),
  openedAt: Instant,
  resolvedAt: Instant.nullable(),
  link: z.string(),
});
export type AlertNews = z.infer<typeof AlertNews>;

/** The body of a webhook's POST. `more` counts alerts that are left out because there are so many. */
export const WebhookBody = z.object({
  id: Id,
  kind: z.enum(['alerts', 'test']),
  at: Instant,
  account: z.object({ id: Id, name: z.string() }).nullable(),
  alerts: z.array(AlertNews),
  more: z.int(),
});
export type WebhookBody = z.infer<typeof WebhookBody>;
