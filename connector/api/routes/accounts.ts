import { ulid } from 'ulid';
import { z } from 'zod';
import { instant } from '#config/clock.ts';
import { AccountParticulars, SupportContact } from '#contract/api/accounts.ts';
import { Account, AccountCreate, AccountEdit } from '#contract/api.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { PropertyChange } from '#contract/events.ts';
import type { Actor } from '../../access/may.ts';
import { deleteAccount } from '../../accounts/delete.ts';
import { setAccountStatus } from '../../accounts/status.ts';
import { insertTarget } from '../../alerts/targets.ts';
import { recordEvent } from '../../history/record-event.ts';
import { type AccountRow, accountDto, accountsList } from '../../lists/accounts.ts';
import { InvalidField } from '../../lists/invalid-field.ts';
import { readOne } from '../../lists/list.ts';
import type { Db } from '../../store/store.ts';
import { allow, callerOf, eventActor } from '../access.ts';
import { listRoutes } from '../list-routes.ts';
import {
  type Api,
  accountResource,
  answers,
  ById,
  created,
  IfMatch,
  matchOf,
  nothing,
  type Parts,
} from '../routing.ts';

const tags = ['Accounts'];

function countryOf(text: string): string {
  const country = text.toUpperCase();
  if (!/^[A-Z]{2}$/.test(country)) throw new InvalidField('country', 'must be a code of ISO 3166-1 such as FR');
  return country;
}

/** Particulars as a request gives them: what is left out stays. */
type Given = { [K in keyof AccountParticulars]?: AccountParticulars[K] | undefined };

const PARTICULARS = AccountParticulars.keyof().options;

/** The particulars that are given, as they are stored: empty text is nothing. */
function particularsOf(given: Given): Given {
  const set = PARTICULARS.filter((name) => given[name] !== undefined).map((name) => [name, given[name] || null]);
  return AccountParticulars.partial().parse(Object.fromEntries(set));
}

const columnsOf = (given: Given) => ({
  ...(given.address1 !== undefined && { address_1: given.address1 }),
  ...(given.address2 !== undefined && { address_2: given.address2 }),
  ...(given.city !== undefined && { city: given.city }),
  ...(given.postalCode !== undefined && { postal_code: given.postalCode }),
  ...(given.province !== undefined && { province: given.province }),
  ...(given.language !== undefined && { language: given.language }),
  ...(given.businessType !== undefined && { business_type: given.businessType }),
});

/** Whoever creates an account is its support contact, unless somebody else is named: there is always one (ACC-12). */
function contactsOf(given: SupportContact[] | undefined, actor: Actor): SupportContact[] {
  if (given !== undefined && given.length > 0) return given;
  const self = SupportContact.safeParse({ name: actor.name, email: actor.email });
  if (!self.success) throw new InvalidField('supportContacts', 'must name at least one contact');
  return [self.data];
}

/** What an edit changes, property by property, for the history (EVT-20). */
function changesOf(before: Account, edit: AccountEdit): PropertyChange[] {
  return (['name', 'country', 'phonePolicy', 'guard', ...PARTICULARS] as const).flatMap((property) => {
    const after = edit[property];
    if (after === undefined || JSON.stringify(after) === JSON.stringify(before[property])) return [];
    return [{ property, before: before[property], after }];
  });
}

/** Customer accounts of the partner. */
export function accountRoutes(app: Api, all: Parts): void {
  const { store, clock, wantChanged, log, enrolments, ...parts } = all;
  const dto = (row: AccountRow) => accountDto(row, parts.cloudLocation ?? null);
  const accountOf = async (db: Db, id: string): Promise<Account> => {
    const row = await readOne<AccountRow>(db, accountsList, id);
    if (row === undefined) throw new DemarcError('api.not-found');
    return dto(row);
  };

  listRoutes<AccountRow, Account>(app, all, {
    path: '/accounts',
    words: 'accounts',
    tags,
    access: 'accounts:view',
    list: accountsList,
    item: Account,
    itemOf: dto,
    within: 'a.id',
  });

  app.get(
    '/accounts/:id',
    {
      config: { access: 'accounts:view' },
      schema: { summary: 'One account, with its ETag', tags, params: ById, response: answers(Account) },
    },
    async (request, reply) => {
      allow(request, await accountResource(store.db, request.params.id));
      const account = await accountOf(store.db, request.params.id);
      return reply.header('etag', account.etag).send(account);
    },
  );

  app.post(
    '/accounts',
    {
      config: { access: 'accounts:add' },
      schema: { summary: 'Create an account', tags, body: AccountCreate, response: created(Account) },
    },
    async (request, reply) => {
      const { actor } = callerOf(request);
      const { partner } = actor;
      allow(request, { partner, account: null });
      const { name, country: code, supportContacts, ...particulars } = request.body;
      const country = countryOf(code);
      const contacts = contactsOf(supportContacts, actor);
      const language = particulars.language ?? 'en';
      const id = ulid(clock.now());
      const now = instant(clock);
      const guard = Account.shape.guard.parse({});
      await store.write(async (unit) => {
        await unit.db
          .insertInto('account')
          .values({
            id,
            partner_id: partner,
            name,
            name_lc: name.toLowerCase(),
            country,
            status: 'Active',
            phone_policy: 'All',
            guard_percent: guard.percent,
            guard_users: guard.users,
            created_at: now,
            updated_at: now,
            revision: 1,
            ...columnsOf(particularsOf(particulars)),
          })
          .execute();
        for (const { name: contact, email: address } of contacts) {
          const target = { id: unit.newId(), kind: 'mail', name: contact, address, language, secret: null } as const;
          await insertTarget(unit, { ...target, account: id, partner, on: true }, now);
        }
        unit.changed({ topic: 'account', account: id, ref: id });
        const event = { action: 'Create', type: 'Admin', asset: 'Account', name: 'account.created' } as const;
        const message = `Account created: ${name}`;
        await recordEvent(
          unit,
          { ...event, account: id, assetId: id, message, actor: eventActor(request), requestId: request.id },
          clock,
        );
      });
      const account = await accountOf(store.db, id);
      return reply.code(201).header('location', `/api/v1/accounts/${id}`).header('etag', account.etag).send(account);
    },
  );

  app.patch(
    '/accounts/:id',
    {
      config: { access: 'accounts:edit' },
      schema: {
        summary: 'Change an account; If-Match must name the version that was read',
        tags,
        params: ById,
        headers: IfMatch,
        body: AccountEdit,
        response: answers(Account),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      allow(request, await accountResource(store.db, id));
      const match = matchOf(request.headers);
      const { country, ...rest } = request.body;
      const edit: AccountEdit = {
        ...rest,
        ...particularsOf(rest),
        ...(country !== undefined && { country: countryOf(country) }),
      };
      const changed = await store.write(async (unit) => {
        const before = await accountOf(unit.db, id);
        if (match !== before.etag) throw new DemarcError('api.stale');
        const properties = changesOf(before, edit);
        if (properties.length === 0) return false;
        await unit.db
          .updateTable('account')
          .set((eb) => ({
            ...(edit.name !== undefined && { name: edit.name, name_lc: edit.name.toLowerCase() }),
            ...(edit.country !== undefined && { country: edit.country }),
            ...(edit.phonePolicy !== undefined && { phone_policy: edit.phonePolicy }),
            ...(edit.guard !== undefined && { guard_percent: edit.guard.percent, guard_users: edit.guard.users }),
            ...columnsOf(edit),
            updated_at: instant(clock),
            revision: eb('revision', '+', 1),
          }))
          .where('id', '=', id)
          .execute();
        unit.changed({ topic: 'account', account: id, ref: id });
        const event = { action: 'Edit', type: 'Admin', asset: 'Account', name: 'account.changed' } as const;
        const message = `Account changed: ${edit.name ?? before.name}`;
        await recordEvent(
          unit,
          {
            ...event,
            account: id,
            assetId: id,
            message,
            properties,
            actor: eventActor(request),
            requestId: request.id,
          },
          clock,
        );
        return true;
      });
      if (changed) {
        // The settings are committed; a gateway that is not told now is told at its next birth.
        await wantChanged?.(id).catch((error: unknown) => {
          log.warn({ code: 'account.want-not-sent', account: id, err: error }, 'new settings wait for the next birth');
        });
      }
      const account = await accountOf(store.db, id);
      return reply.header('etag', account.etag).send(account);
    },
  );

  for (const [word, status] of [
    ['deactivate', 'Deactivated'],
    ['reactivate', 'Active'],
  ] as const) {
    app.post(
      `/accounts/:id/${word}`,
      {
        config: { access: 'accounts:delete' },
        schema: {
          summary: `${word === 'deactivate' ? 'Switch an account off' : 'Switch an account on again'}; the word confirms`,
          tags,
          params: ById,
          body: z.strictObject({ confirm: z.literal(word) }),
          response: answers(Account),
        },
      },
      async (request) => {
        const { id } = request.params;
        const account = await accountResource(store.db, id);
        allow(request, account && { ...account, deactivated: false });
        await setAccountStatus(
          { store, clock },
          { account: id, status, actor: eventActor(request), requestId: request.id },
        );
        return await accountOf(store.db, id);
      },
    );
  }

  app.delete(
    '/accounts/:id',
    {
      config: { access: 'accounts:delete' },
      schema: {
        summary: 'Delete an account with all of its data; its gateways reset themselves when they hear of it',
        tags,
        params: ById,
        querystring: z.object({ confirm: z.literal('delete') }),
        response: nothing,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      allow(request, await accountResource(store.db, id));
      const gone = { account: id, actor: eventActor(request), requestId: request.id };
      for (const gateway of await deleteAccount({ store, clock }, gone)) {
        enrolments.disconnect(gateway, 'its account was deleted');
      }
      return reply.code(204).send(null);
    },
  );
}
