import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Permission } from '#contract/access.ts';
import { AlertLanguage } from '#contract/alerts.ts';
import { Person, PersonEdit, PersonInvite, PersonInvited, PersonLink } from '#contract/api/access.ts';
import { ListQuery, Page } from '#contract/api.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { Id } from '#contract/ids.ts';
import { readList } from '../../lists/list.ts';
import { type MadeLink, People } from '../../people/people.ts';
import { type PersonRow, peopleList, personAt, personDto, withinPlace } from '../../people/people-list.ts';
import { givableRole, outranks, type Place } from '../../roles/givable.ts';
import { allow, callerOf, eventActor } from '../access.ts';
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

const tags = ['People'];
const OfAccount = z.object({ account: Id.optional() });
/** What lets others in is for people, not for programs. */
const forPeople = { callers: 'people' } as const;
const DAY_MS = 86_400_000;

/** People who sign in: of an account, or (without one) of the partner itself. */
export function peopleRoutes(app: Api, { store, clock, publicUrl, sendInvitation }: Parts): void {
  const people = new People({ store, clock });
  const by = (request: FastifyRequest) => ({ actor: eventActor(request), requestId: request.id });

  /** Judges the route's right (or what is given) on an account, or (null) on the partner itself. */
  async function placeOf(request: FastifyRequest, account: string | null, right?: Permission): Promise<Place> {
    const { partner } = callerOf(request).actor;
    const resource = account === null ? { partner, account } : await accountResource(store.db, account);
    return right === undefined ? allow(request, resource) : allow(request, resource, right);
  }

  /** Somebody at the place whom the caller may act on as a whole. @throws DemarcError `person.yourself`, `person.not-yours` */
  async function other(request: FastifyRequest, place: Place, id: string): Promise<PersonRow> {
    const { actor } = callerOf(request);
    const row = await personAt(store.db, place, id);
    if (id === actor.id) throw new DemarcError('person.yourself');
    const person = { id, partner: actor.partner, manager: row.manager === 1 };
    if (!(await outranks(store.db, actor, person))) throw new DemarcError('person.not-yours');
    return row;
  }

  /** Brings a link to its person: by e-mail where that works, else by whoever asked for it, who sees it once. */
  async function deliver(
    request: FastifyRequest,
    person: { name: string; email: string; language: AlertLanguage; first: boolean },
    { token, expiresAt }: MadeLink,
  ): Promise<PersonLink> {
    const address = new URL('/password', publicUrl);
    address.hash = new URLSearchParams({ token }).toString();
    const { name, email, language, first } = person;
    const days = Math.round((Date.parse(expiresAt) - clock.now()) / DAY_MS);
    const mail = { id: request.id, to: { name, email }, language, by: callerOf(request).actor.name, days, first };
    const mailed = (await sendInvitation?.({ ...mail, link: address.href })) === 'sent';
    return { mailed, link: mailed ? null : address.href, expiresAt };
  }

  app.get(
    '/people',
    {
      config: { access: 'people:view' },
      schema: {
        summary: 'People of an account; without one those of the partner itself',
        tags,
        querystring: ListQuery,
        response: answers(Page(Person)),
      },
    },
    async (request) => {
      const account = request.query.account ?? null;
      const place = await placeOf(request, account);
      const within = { condition: withinPlace(place), indexed: false };
      const page = await readList<PersonRow>(store.db, peopleList(place), within, request.query, clock.now());
      const items = page.rows.map((row) => personDto(row, account));
      return { items, nextCursor: page.nextCursor, total: page.total };
    },
  );

  app.post(
    '/people',
    {
      config: { access: 'people:add', ...forPeople },
      schema: {
        summary: 'Invite a person; somebody new gets a link for a password',
        tags,
        body: PersonInvite,
        response: created(PersonInvited),
      },
    },
    async (request, reply) => {
      const { account, role: ref, ...given } = request.body;
      const place = await placeOf(request, account);
      if (ref !== 'User') await placeOf(request, account, 'roles:assign');
      const role = await givableRole(store.db, callerOf(request).actor, place, ref);
      const { id, link } = await people.invite(place, given, role, by(request));
      const person = personDto(await personAt(store.db, place, id), account);
      const told = link && (await deliver(request, { ...person, language: given.language, first: true }, link));
      return reply.code(201).header('location', `/api/v1/people/${id}`).send({ person, link: told });
    },
  );

  app.patch(
    '/people/:id',
    {
      config: { access: 'people:edit', ...forPeople },
      schema: {
        summary: 'Change a person’s name or role, disable or enable; If-Match must name the version that was read',
        tags,
        params: ById,
        headers: IfMatch,
        body: PersonEdit,
        response: answers(Person),
      },
    },
    async (request) => {
      const { id } = request.params;
      const { account, role: ref, name, status } = request.body;
      const place = await placeOf(request, account);
      await other(request, place, id);
      if (ref !== undefined) await placeOf(request, account, 'roles:assign');
      const role = ref === undefined ? undefined : await givableRole(store.db, callerOf(request).actor, place, ref);
      const match = matchOf(request.headers);
      await people.change(place, id, match, { name, role, status }, by(request));
      return personDto(await personAt(store.db, place, id), account);
    },
  );

  app.delete(
    '/people/:id',
    {
      config: { access: 'people:delete', ...forPeople },
      schema: {
        summary: 'Remove a person from an account; without one from the partner itself',
        tags,
        params: ById,
        querystring: OfAccount,
        response: nothing,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const place = await placeOf(request, request.query.account ?? null);
      const { actor } = callerOf(request);
      // What they hold elsewhere does not matter here: that stays theirs.
      const row = await personAt(store.db, place, id);
      if (id === actor.id) throw new DemarcError('person.yourself');
      if (row.manager === 1) await placeOf(request, null, 'people:delete');
      await people.remove(place, id, by(request));
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/people/:id/password-link',
    {
      config: { access: 'people:edit', ...forPeople },
      schema: {
        summary: 'A new link by which a person sets a password; an earlier one ends',
        tags,
        params: ById,
        querystring: OfAccount,
        response: answers(PersonLink),
      },
    },
    async (request) => {
      const { id } = request.params;
      const place = await placeOf(request, request.query.account ?? null);
      const person = await other(request, place, id);
      const { language } = await store.db
        .selectFrom('person')
        .select('language')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      const link = await people.link(place, id, by(request));
      const told = AlertLanguage.catch('en').parse(language);
      return deliver(request, { name: person.name, email: person.email, language: told, first: false }, link);
    },
  );
}
