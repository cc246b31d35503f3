import { instant } from '#config/clock.ts';
import { AccountAlertRules, Alert, AlertDelivery, AlertMute, AlertRules } from '#contract/alerts.ts';
import { ListQuery, Page } from '#contract/api.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { type AlertRow, alertDto, alertsList } from '../../alerts/alerts-list.ts';
import { rulesOf } from '../../alerts/rules-store.ts';
import type { AlertTexts } from '../../alerts/texts/alert-texts.ts';
import { english } from '../../alerts/texts/en.ts';
import { textsForReader } from '../../alerts/texts/for-reader.ts';
import { type NewEvent, recordEvent } from '../../history/record-event.ts';
import type { CsvColumn } from '../../lists/csv.ts';
import { InvalidField } from '../../lists/invalid-field.ts';
import { readAll, readList, readOne } from '../../lists/list.ts';
import type { Db, Work } from '../../store/store.ts';
import { allow, callerOf, eventActor } from '../access.ts';
import { CsvQuery, csvAnswer, sendCsv } from '../csv-export.ts';
import {
  type Api,
  accountResource,
  allowRow,
  answers,
  ById,
  IfMatch,
  matchOf,
  type Parts,
  visibleBy,
} from '../routing.ts';

const tags = ['Alerts'];
const view = { access: 'settings:view' } as const;
const edit = { access: 'settings:edit' } as const;

const columns: CsvColumn<Alert>[] = [
  { heading: 'Opened', value: (alert) => alert.openedAt },
  { heading: 'Resolved', value: (alert) => alert.resolvedAt },
  { heading: 'State', value: (alert) => alert.state },
  { heading: 'Severity', value: (alert) => alert.severity },
  { heading: 'Account', value: (alert) => alert.accountName },
  { heading: 'Gateway', value: (alert) => alert.gatewayName },
  { heading: 'Rule', value: (alert) => alert.rule },
  { heading: 'Subject', value: (alert) => alert.subjectName },
  { heading: 'Message', value: (alert) => alert.message },
  { heading: 'What to do', value: (alert) => alert.nextStep },
  { heading: 'Acknowledged', value: (alert) => alert.acknowledgedAt },
  { heading: 'Acknowledged by', value: (alert) => alert.acknowledgedBy },
  { heading: 'Muted until', value: (alert) => alert.mutedUntil },
];

/** Alerts, what to alarm at, and by what people can be told. */
export function alertRoutes(app: Api, { store, clock, alerts }: Parts): void {
  const find = (db: Db, id: string) => readOne<AlertRow>(db, alertsList, id);

  /** Changes one alert, with the event that tells who did. */
  async function change(
    row: AlertRow,
    set: { acknowledged_at?: string; acknowledged_by?: string; muted_until?: string | null },
    event: Pick<NewEvent, 'name' | 'message' | 'actor' | 'requestId'>,
    texts: AlertTexts,
  ): Promise<Alert> {
    await store.write(async (work) => {
      await work.db.updateTable('alert').set(set).where('id', '=', row.id).execute();
      work.changed({ topic: 'alert', account: row.account_id, ref: row.id });
      const fixed = { action: 'Edit', type: 'Admin', asset: 'Alert', assetId: row.id } as const;
      await recordEvent(work, { ...fixed, account: row.account_id, gateway: row.gateway_id, ...event }, clock);
    });
    const after = await find(store.db, row.id);
    if (after === undefined) throw new DemarcError('api.not-found');
    return alertDto(after, texts);
  }

  app.get(
    '/alerts',
    {
      config: view,
      schema: { summary: 'List alerts, open and past', tags, querystring: ListQuery, response: answers(Page(Alert)) },
    },
    async (request) => {
      const within = await visibleBy(request, store.db, 't.account_id', request.query.account);
      const page = await readList<AlertRow>(store.db, alertsList, within, request.query, clock.now());
      return {
        items: page.rows.map((row) => alertDto(row, textsForReader(request))),
        nextCursor: page.nextCursor,
        total: page.total,
      };
    },
  );

  app.get(
    '/alerts.csv',
    { config: view, schema: { summary: 'Export alerts as CSV', tags, querystring: CsvQuery, response: csvAnswer } },
    async (request, reply) => {
      const within = await visibleBy(request, store.db, 't.account_id', request.query.account);
      const rows = readAll<AlertRow, Alert>(store.db, alertsList, within, request.query, clock.now(), (row) =>
        alertDto(row, english),
      );
      return sendCsv(reply, 'alerts.csv', rows, columns, request.query.bom);
    },
  );

  app.get(
    '/alerts/:id',
    { config: view, schema: { summary: 'One alert', tags, params: ById, response: answers(Alert) } },
    async (request) =>
      alertDto(await allowRow(request, store.db, await find(store.db, request.params.id)), textsForReader(request)),
  );

  app.post(
    '/alerts/:id/acknowledge',
    {
      config: edit,
      schema: {
        summary: 'Say that somebody is on it: no more reminders of this alert',
        tags,
        params: ById,
        response: answers(Alert),
      },
    },
    async (request) => {
      const row = await allowRow(request, store.db, await find(store.db, request.params.id));
      if (row.acknowledged_at !== null) return alertDto(row, textsForReader(request));
      const actor = eventActor(request);
      const message = `Alert acknowledged: ${alertDto(row, english).message}`;
      return change(
        row,
        { acknowledged_at: instant(clock), acknowledged_by: callerOf(request).actor.name },
        { name: 'alert.acknowledged', message, actor, requestId: request.id },
        textsForReader(request),
      );
    },
  );

  app.post(
    '/alerts/:id/mute',
    {
      config: edit,
      schema: {
        summary: 'Tell nobody about this alert until a time; null ends that',
        tags,
        params: ById,
        body: AlertMute,
        response: answers(Alert),
      },
    },
    async (request) => {
      const row = await allowRow(request, store.db, await find(store.db, request.params.id));
      const { until } = request.body;
      if (until !== null && Date.parse(until) <= clock.now()) throw new InvalidField('until', 'must be in the future');
      const actor = eventActor(request);
      const what = until === null ? 'Alert no longer muted' : `Alert muted until ${until}`;
      const message = `${what}: ${alertDto(row, english).message}`;
      return change(
        row,
        { muted_until: until },
        { name: 'alert.muted', message, actor, requestId: request.id },
        textsForReader(request),
      );
    },
  );

  app.get(
    '/accounts/:id/alert-rules',
    {
      config: view,
      schema: {
        summary: 'When this account alarms, with its ETag',
        tags,
        params: ById,
        response: answers(AccountAlertRules),
      },
    },
    async (request, reply) => {
      allow(request, await accountResource(store.db, request.params.id));
      const answer = await rulesAnswer(store.db, request.params.id);
      return reply.header('etag', answer.etag).send(answer);
    },
  );

  app.put(
    '/accounts/:id/alert-rules',
    {
      config: edit,
      schema: {
        summary: 'Set when this account alarms; If-Match must name the version that was read',
        tags,
        params: ById,
        headers: IfMatch,
        body: AlertRules,
        response: answers(AccountAlertRules),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      allow(request, await accountResource(store.db, id));
      const match = matchOf(request.headers);
      await store.write(async (work) => {
        const before = await rulesAnswer(work.db, id);
        if (match !== before.etag) throw new DemarcError('api.stale');
        const properties = changed(before.rules, request.body);
        if (properties.length === 0) return;
        await saveRules(work, id, request.body, instant(clock));
        const event = { action: 'Edit', type: 'Admin', asset: 'Alert rules', name: 'alert-rules.changed' } as const;
        const who = { actor: eventActor(request), requestId: request.id };
        await recordEvent(
          work,
          { ...event, ...who, account: id, assetId: id, message: 'Alert rules changed', properties },
          clock,
        );
      });
      const answer = await rulesAnswer(store.db, id);
      return reply.header('etag', answer.etag).send(answer);
    },
  );

  app.get(
    '/alert-delivery',
    {
      config: { access: 'signed-in' },
      schema: { summary: 'By what this connector can tell people', tags, response: answers(AlertDelivery) },
    },
    async () => alerts.delivery,
  );
}

async function rulesAnswer(db: Db, account: string): Promise<AccountAlertRules> {
  const { rules, revision } = await rulesOf(db, account);
  return { rules, etag: `"${revision}"` };
}

const changed = (before: AlertRules, after: AlertRules) =>
  (Object.keys(AlertRules.shape) as (keyof AlertRules)[]).flatMap((property) =>
    JSON.stringify(before[property]) === JSON.stringify(after[property])
      ? []
      : [{ property, before: before[property], after: after[property] }],
  );

async function saveRules(work: Work, account: string, rules: AlertRules, now: string): Promise<void> {
  const document = JSON.stringify(rules);
  await work.db
    .insertInto('alert_rules')
    .values({ account_id: account, document, revision: 1, updated_at: now })
    .onConflict((conflict) =>
      conflict
        .column('account_id')
        .doUpdateSet((eb) => ({ document, revision: eb('alert_rules.revision', '+', 1), updated_at: now })),
    )
    .execute();
  work.changed({ topic: 'alert', account, ref: account });
}
