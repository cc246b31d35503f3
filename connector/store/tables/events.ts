import type { Generated } from 'kysely';

/** What happened, whom it was told to, and what open consoles are told. */
export interface EventsTables {
  event: {
    id: string;
    account_id: string | null;
    partner_id: string | null;
    gateway_id: string | null;
    boot: number | null;
    seq: number | null;
    actor_id: string;
    actor_name: string;
    actor_kind: string;
    action: string;
    type: string;
    asset: string;
    asset_id: string;
    name: string;
    severity: string;
    message: string;
    at: string;
    properties: string;
    details: string;
    tags: string;
    result: string;
    request_id: string | null;
  };
  /** What consoles are told, kept for 48 hours so that a stream can be taken up again. */
  change: {
    id: Generated<number>;
    account_id: string | null;
    partner_id: string | null;
    topic: string;
    ref: string | null;
    row: string | null;
    at: string;
  };
  /** When each rule of an account alarms; no row means the defaults. */
  alert_rules: { account_id: string; document: string; revision: number; updated_at: string };
  alert: {
    id: string;
    account_id: string;
    gateway_id: string;
    rule: string;
    subject: string;
    subject_name: string | null;
    severity: string;
    /** What was found when it opened, for the message in every language. */
    details: string;
    opened_at: string;
    resolved_at: string | null;
    /** When people were last told of it. */
    told_at: string | null;
    /** 1 when there is nothing more to tell anybody. */
    finished: number;
    acknowledged_at: string | null;
    acknowledged_by: string | null;
    muted_until: string | null;
  };
  /** How many records and messages of a gateway were lost so far, and when that last went up. */
  alert_mark: { gateway_id: string; account_id: string; lost: number; raised_at: string | null };
  /** Whom or what to tell: `mail` with an address, or `webhook` with a URL; of an account, or of the partner for all. */
  alert_target: {
    id: string;
    kind: string;
    partner_id: string;
    account_id: string | null;
    name: string;
    name_lc: string;
    address: string;
    language: string;
    secret: string | null;
    enabled: number;
    revision: number;
    created_at: string;
    last_delivered_at: string | null;
    failing_since: string | null;
    failure: string | null;
    dropped: number;
  };
  /** Messages that still have to be delivered; a row goes when it is, or when it is given up. */
  alert_delivery: {
    id: string;
    target_id: string;
    content: string;
    created_at: string;
    next_at: string;
    attempts: number;
  };
  /**
   * What a person has read or deleted of their notifications, by the id of the alert or command; the row with the empty
   * id says when they read all.
   */
  notification_mark: {
    person_id: string;
    ref: string;
    read_at: string | null;
    deleted_at: string | null;
    marked_at: string;
  };
}
