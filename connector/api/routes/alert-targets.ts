import type { FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import { ulid } from 'ulid';
import { instant } from '#config/clock.ts';
import {
  AlertContact,
  AlertContactCreate,
  AlertContactEdit,
  AlertTest,
  AlertWebhook,
  AlertWebhookCreate,
  AlertWebhookEdit,
} from '#contract/alerts.ts';
import { ListQuery, Page } from '#contract/api.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { PropertyChange } from '#contract/events.ts';
import { may } from '../../access/may.ts';
import {
  contactDto,
  insertTarget,
  removeTarget,
  type TargetChange,
  type TargetKind,
  type TargetListRow,
  targetsList,
  updateTarget,
  webhookDto,
} from '../../alerts/targets.ts';
import { newSecret, webhookUrl } from '../../alerts/webhook.ts';
import { type NewEvent, recordEvent } from '../../history/record-event.ts';
import { all } from '../../lists/fields.ts';
import { readList, readOne, type Within } from '../../lists/list.ts';
import { withinScope } from '../../lists/within.ts';
import type { Db, Work } from '../../store/store.ts';
import { allow, callerOf, eventActor, scope } from '../access.ts';
import { type Api, accountResource, answers, ById, created, IfMatch, nothing, type Parts } from '../routing.ts';

const tags = ['Alerts'];
const view = { access: 'settings:view' } as const;
const edit = { access: 'settings:edit' } as const;
/** A test reaches a person or a foreign server: nobody needs many of them. */
const test = { access: 'settings:edit', rateLimit: { max: 10, timeWindow: '1 minute' } } as const;

const ASSET: Readonly<Record<TargetKind, string>> = { mail: 'Support contact', webhook: 'Webhook' };
const EVENT: Readonly<Record<TargetKind, string>> = { mail: 'alert-contact', webhook: 'alert-webhook' };

/** Whom and what to tell about alerts: support contacts by e-mail, and webhooks. */
export function alertTargetRoutes(app: Api, { store, clock, alerts }: Parts): void {
  const contacts = targetsList('mail');
  const webhooks = targetsList('webhook');

  const find = (db: Db, kind: TargetKind, id: string) =>
    readOne<TargetListRow>(db, kind === 'mail' ? contacts : webhooks, id);

  /** One that the caller may act on by the route's permission. @throws DemarcError `api.not-found`, `api.forbidden` */
  async function allowed(request: FastifyRequest, kind: TargetKind, id: string): Promise<TargetListRow> {
    const row = await find(store.db, kind, id);
    return allow(request, row && { partner: row.partner_id, account: row.account_id, row }).row;
  }

  /** Whose a new one is. */
  async function ownerOf(request: FastifyRequest, account: string | null) {
    if (account === null) return allow(request, { partner: callerOf(request).actor.partner, account: null });
    return allow(request, await accountResource(store.db, account));
  }

  async function note(
    work: Work,
    request: FastifyRequest,
    of: { kind: TargetKind; id: string; partner: string; account: string | null; name: string },
    what: { action: NewEvent['action']; verb: string; properties?: PropertyChange[] },
  ): Promise<void> {
    const { kind, id, partner, account, name } = of;
    work.changed({ topic: 'alert', account, partner, ref: id });
    await recordEvent(
      work,
      {
        account,
        partner,
        action: what.action,
        type: 'Admin',
        asset: ASSET[kind],
        assetId: id,
        name: `${EVENT[kind]}.${what.verb}`,
        message: `${ASSET[kind]} ${what.verb}: ${name}`,
        properties: what.properties ?? [],
        actor: eventActor(request),
        requestId: request.id,
      },
      clock,
    );
  }

  async function create(
    request: FastifyRequest,
    kind: TargetKind,
    given: { account: string | null; name: string; address: string; language: AlertContact['language']; on: boolean },
  ): Promise<TargetListRow & { issued: string | null }> {
    const { partner } = await ownerOf(request, given.account);
    const id = ulid(clock.now());
    const secret = kind === 'webhook' ? newSecret() : null;
    await store.write(async (work) => {
      await insertTarget(work, { ...given, id, kind, partner, secret }, instant(clock));
      await note(work, request, { ...given, kind, id, partner }, { action: 'Create', verb: 'created' });
    });
    const row = await find(store.db, kind, id);
    if (row === undefined) throw new DemarcError('api.not-found');
    return { ...row, issued: secret };
  }

  async function change(
    request: FastifyRequest,
    kind: TargetKind,
    { id, match, set, verb = 'changed' }: { id: string; match: string | undefined; set: TargetChange; verb?: string },
  ): Promise<TargetListRow> {
    await allowed(request, kind, id);
    if (match === undefined) throw new DemarcError('api.precondition-required');
    await store.write(async (work) => {
      const before = await find(work.db, kind, id);
      if (before === undefined) throw new DemarcError('api.not-found');
      if (match !== `"${before.revision}"`) throw new DemarcError('api.stale');
      const properties = changesOf(kind, before, set);
      if (properties.length === 0) return;
      await updateTarget(work, id, set, instant(clock));
      const of = { kind, id, partner: before.partner_id, account: before.account_id, name: set.name ?? before.name };
      await note(work, request, of, { action: 'Edit', verb, properties });
    });
    const row = await find(store.db, kind, id);
    if (row === undefined) throw new DemarcError('api.not-found');
    return row;
  }

  async function remove(request: FastifyRequest, kind: TargetKind, id: string): Promise<void> {
    const row = await allowed(request, kind, id);
    await store.write(async (work) => {
      await removeTarget(work, id);
      const of = { kind, id, partner: row.partner_id, account: row.account_id, name: row.name };
      await note(work, request, of, { action: 'Delete', verb: 'deleted' });
    });
  }

  async function tryOut(request: FastifyRequest, kind: TargetKind, id: string): Promise<AlertTest> {
    const row = await allowed(request, kind, id);
    const outcome = await alerts.test(row);
    await store.write((work) =>
      note(
        work,
        request,
        { kind, id, partner: row.partner_id, account: row.account_id, name: row.name },
        { action: 'Command', verb: 'tested' },
      ),
    );
    return outcome;
  }

  async function list(request: FastifyRequest, kind: TargetKind, query: ListQuery) {
    const within = await targetsWithin(request, store.db, query.account);
    return readList<TargetListRow>(store.db, kind === 'mail' ? contacts : webhooks, within, query, clock.now());
  }

  const read = { tags, querystring: ListQuery };
  const one = { tags, params: ById };

  app.get(
    '/alert-contacts',
    {
      config: view,
      schema: { ...read, summary: 'List support contacts', response: answers(Page(AlertContact)) },
    },
    async (request) => {
      const { rows, nextCursor, total } = await list(request, 'mail', request.query);
      return { items: rows.map(contactDto), nextCursor, total };
    },
  );
  app.post(
    '/alert-contacts',
    {
      config: edit,
      schema: { tags, summary: 'Add a support contact', body: AlertContactCreate, response: created(AlertContact) },
    },
    async (request, reply) => {
      const { email, ...rest } = request.body;
      return reply.code(201).send(contactDto(await create(request, 'mail', { ...rest, address: email })));
    },
  );
  app.patch(
    '/alert-contacts/:id',
    {
      config: edit,
      schema: {
        ...one,
        summary: 'Change a support contact; If-Match must name the version that was read',
        headers: IfMatch,
        body: AlertContactEdit,
        response: answers(AlertContact),
      },
    },
    async (request) => {
      const { email, name, language, on } = request.body;
      const set: TargetChange = {
        ...(name !== undefined && { name }),
        ...(email !== undefined && { address: email }),
        ...(language !== undefined && { language }),
        ...(on !== undefined && { on }),
      };
      return contactDto(
        await change(request, 'mail', { id: request.params.id, match: request.headers['if-match'], set }),
      );
    },
  );
  app.delete(
    '/alert-contacts/:id',
    { config: edit, schema: { ...one, summary: 'Delete a support contact', response: nothing } },
    async (request, reply) => {
      await remove(request, 'mail', request.params.id);
      return reply.code(204).send(null);
    },
  );
  app.post(
    '/alert-contacts/:id/test',
    { config: test, schema: { ...one, summary: 'Send a test mail now', response: answers(AlertTest) } },
    async (request) => tryOut(request, 'mail', request.params.id),
  );

  app.get(
    '/alert-webhooks',
    { config: view, schema: { ...read, summary: 'List webhooks', response: answers(Page(AlertWebhook)) } },
    async (request) => {
      const { rows, nextCursor, total } = await list(request, 'webhook', request.query);
      return { items: rows.map(webhookDto), nextCursor, total };
    },
  );
  app.post(
    '/alert-webhooks',
    {
      config: edit,
      schema: {
        tags,
        summary: 'Add a webhook; the answer shows its secret for the only time',
        body: AlertWebhookCreate,
        response: created(AlertWebhook),
      },
    },
    async (request, reply) => {
      const { url, ...rest } = request.body;
      const address = webhookUrl(url, alerts.allowPrivate);
      const row = await create(request, 'webhook', { ...rest, address, language: 'en' });
      return reply.code(201).send({ ...webhookDto(row), ...(row.issued !== null && { secret: row.issued }) });
    },
  );
  app.patch(
    '/alert-webhooks/:id',
    {
      config: edit,
      schema: {
        ...one,
        summary: 'Change a webhook; If-Match must name the version that was read',
        headers: IfMatch,
        body: AlertWebhookEdit,
        response: answers(AlertWebhook),
      },
    },
    async (request) => {
      const { url, name, on } = request.body;
      await allowed(request, 'webhook', request.params.id);
      const set: TargetChange = {
        ...(name !== undefined && { name }),
        ...(url !== undefined && { address: webhookUrl(url, alerts.allowPrivate) }),
        ...(on !== undefined && { on }),
      };
      return webhookDto(
        await change(request, 'webhook', { id: request.params.id, match: request.headers['if-match'], set }),
      );
    },
  );
  app.post(
    '/alert-webhooks/:id/secret',
    {
      config: edit,
      schema: {
        ...one,
        summary: 'Replace the secret of a webhook; the answer shows the new one for the only time',
        headers: IfMatch,
        response: answers(AlertWebhook),
      },
    },
    async (request) => {
      const secret = newSecret();
      const match = request.headers['if-match'];
      const given = { id: request.params.id, match, set: { secret }, verb: 'secret-replaced' };
      return { ...webhookDto(await change(request, 'webhook', given)), secret };
    },
  );
  app.delete(
    '/alert-webhooks/:id',
    { config: edit, schema: { ...one, summary: 'Delete a webhook', response: nothing } },
    async (request, reply) => {
      await remove(request, 'webhook', request.params.id);
      return reply.code(204).send(null);
    },
  );
  app.post(
    '/alert-webhooks/:id/test',
    { config: test, schema: { ...one, summary: 'Send a test message now', response: answers(AlertTest) } },
    async (request) => tryOut(request, 'webhook', request.params.id),
  );
}

/**
 * Those of the accounts in the scope and, for who may act for all of the partner, the partner's own: they are told of
 * every account, so they are shown with each.
 */
async function targetsWithin(request: FastifyRequest, db: Db, account: string | undefined): Promise<Within> {
  const { actor } = callerOf(request);
  const { partner } = actor;
  if (account !== undefined) allow(request, await accountResource(db, account));
  const reach = account === undefined ? scope(request) : { partner, accounts: [account] };
  const within = await withinScope(db, reach, 't.account_id', account);
  if (!may(actor, 'settings:view', { partner, account: null })) return within;
  const own = all([sql`t.account_id is null`, sql`t.partner_id = ${partner}`]);
  return { condition: sql`(${within.condition} or ${own})`, indexed: false };
}

/** What an edit changes, for the history; never a secret, and of a webhook's address only where it leads. */
function changesOf(kind: TargetKind, before: TargetListRow, set: TargetChange): PropertyChange[] {
  const shown = (address: string) => (kind === 'webhook' ? new URL(address).origin : address);
  const found: PropertyChange[] = [];
  const look = (property: string, old: unknown, now: unknown) => {
    if (now !== undefined && now !== old) found.push({ property, before: old, after: now });
  };
  look('name', before.name, set.name);
  look('language', before.language, set.language);
  look('on', before.enabled !== 0, set.on);
  if (set.address !== undefined && set.address !== before.address) {
    found.push({
      property: kind === 'mail' ? 'email' : 'url',
      before: shown(before.address),
      after: shown(set.address),
    });
  }
  if (set.secret !== undefined) found.push({ property: 'secret', before: 'replaced', after: 'new' });
  return found;
}
