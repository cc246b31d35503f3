import type { FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import { instant } from '#config/clock.ts';
import { FOLLOW_COMMANDS } from '#contract/access.ts';
import { Notification, NotificationsRead, UnreadNotifications } from '#contract/api/notifications.ts';
import { ListQuery, Page } from '#contract/api.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { textsForReader } from '../alerts/texts/for-reader.ts';
import { callerOf, type Right } from '../api/access.ts';
import { type Api, answers, ById, nothing, type Parts, visibleBy } from '../api/routing.ts';
import type { Condition } from '../lists/fields.ts';
import { type ListResource, readList, readOne } from '../lists/list.ts';
import type { Work } from '../store/store.ts';
import { type NotificationRow, notificationDto, notificationsList } from './notifications-list.ts';

const tags = ['Notifications'];
/** Everybody has their own; what is told of in them is judged by the rights in its account. */
const config = { access: 'signed-in' } as const;
const NONE = sql`1 = 0`;
const ANY = { condition: sql`1 = 1`, indexed: false };

/** What a person is told in the console, and what they did with it. */
export function notificationRoutes(app: Api, { store, clock }: Parts): void {
  const { db } = store;

  async function seen(request: FastifyRequest, right: Right, column: string, account?: string): Promise<Condition> {
    try {
      return (await visibleBy(request, db, column, account, right)).condition;
    } catch (error) {
      if (toDemarcError(error).code === 'api.forbidden') return NONE;
      throw error;
    }
  }

  async function listOf(request: FastifyRequest, account?: string): Promise<ListResource> {
    const alerts = await seen(request, 'settings:view', 't.account_id', account);
    const commands = await seen(request, FOLLOW_COMMANDS, 'c.account_id', account);
    const imports = await seen(request, 'users:view', 'i.account_id', account);
    return notificationsList(callerOf(request).actor.id, { alerts, commands, imports }, clock.now());
  }

  /** Notes what the caller did with one (or with all, by the empty id), for all of the caller's consoles. */
  async function mark(work: Work, request: FastifyRequest, ref: string, what: 'read_at' | 'deleted_at'): Promise<void> {
    const { id, partner } = callerOf(request).actor;
    const now = instant(clock);
    const set = { [what]: now, marked_at: now };
    await work.db
      .insertInto('notification_mark')
      .values({ person_id: id, ref, read_at: null, deleted_at: null, ...set, marked_at: now })
      .onConflict((conflict) => conflict.columns(['person_id', 'ref']).doUpdateSet(set))
      .execute();
    work.changed({ topic: 'notification', account: null, partner, ref: id });
  }

  app.get(
    '/notifications',
    {
      config,
      schema: {
        summary: 'List what the caller is told, the newest first',
        tags,
        querystring: ListQuery,
        response: answers(Page(Notification)),
      },
    },
    async (request) => {
      const list = await listOf(request, request.query.account);
      const page = await readList<NotificationRow>(db, list, ANY, request.query, clock.now());
      return {
        items: page.rows.map((row) => notificationDto(row, textsForReader(request))),
        nextCursor: page.nextCursor,
        total: page.total,
      };
    },
  );

  app.get(
    '/notifications/unread',
    {
      config,
      schema: {
        summary: 'How many of them the caller has not read, and which is the newest',
        tags,
        response: answers(UnreadNotifications),
      },
    },
    async (request) => {
      const list = await listOf(request);
      const { rows } = await sql<{ unread: number; newest: string | null }>`select
        coalesce(sum(1 - n.read), 0) as unread, max(n.at || ' ' || n.id) as newest from ${list.from}`.execute(db);
      return rows[0] ?? { unread: 0, newest: null };
    },
  );

  app.post(
    '/notifications/read',
    {
      config,
      schema: {
        summary: 'Say that the caller has read some of them, or all',
        tags,
        body: NotificationsRead,
        response: nothing,
      },
    },
    async (request, reply) => {
      const refs = request.body.ids ?? [''];
      await store.write(async (work) => {
        for (const ref of refs) await mark(work, request, ref, 'read_at');
      });
      return reply.code(204).send(null);
    },
  );

  app.delete(
    '/notifications/:id',
    {
      config,
      schema: {
        summary: 'Delete one of the caller’s own for good; what it tells of stays',
        tags,
        params: ById,
        response: nothing,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const known = await readOne<NotificationRow>(db, await listOf(request), id);
      if (known === undefined) throw new DemarcError('api.not-found');
      await store.write((work) => mark(work, request, id, 'deleted_at'));
      return reply.code(204).send(null);
    },
  );
}
