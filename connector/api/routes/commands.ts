import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { FOLLOW_COMMANDS, type Permission } from '#contract/access.ts';
import { BulkCommandAnswer, BulkCommandCreate, Command, CommandCreate } from '#contract/api.ts';
import { CommandName, commands as table } from '#contract/commands.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { Resource } from '../../access/may.ts';
import { createBulk } from '../../commands/bulk.ts';
import { type CommandRow, commandDto } from '../../commands/command-dto.ts';
import { commandsList } from '../../lists/commands.ts';
import { readOne } from '../../lists/list.ts';
import type { Db } from '../../store/store.ts';
import { allow, callerOf, eventActor } from '../access.ts';
import { once } from '../idempotency.ts';
import { listRoutes } from '../list-routes.ts';
import { type Api, accepted, accountResource, allowRow, answers, ById, type Parts, visibleBy } from '../routing.ts';

const tags = ['Commands'];

const IdempotencyKey = z.object({ 'idempotency-key': z.string().min(1).max(200).optional() });

/** The rights that the command's table entry names; of a command that we do not know, the least: to see the gateway. */
function rightsFor(name: string, args?: unknown): Permission[] {
  const known = CommandName.safeParse(name);
  if (!known.success) return ['support:view'];
  const entry: { permission: Permission; forcePermission?: Permission } = table[known.data];
  const force = typeof args === 'object' && args !== null && 'force' in args && args.force === true;
  return force && entry.forcePermission ? [entry.permission, entry.forcePermission] : [entry.permission];
}

/** Whether people may issue it: what lets a session in is issued by a launch alone, which knows who it is. */
function isForPeople(name: string): boolean {
  const known = CommandName.safeParse(name);
  return !known.success || !('byCloud' in table[known.data]);
}

/** @throws DemarcError as `allow` does, `command.not-supported` for what is not issued by people */
function judge(request: FastifyRequest, resource: Resource | undefined, name: string, args: unknown): void {
  for (const right of rightsFor(name, args)) allow(request, resource, right);
  if (!isForPeople(name)) throw new DemarcError('command.not-supported', `${name} is a part of a launch`);
}

/** Whose a gateway is; undefined when there is none. One query, and not that of the list, which counts users. */
async function gatewayResource(db: Db, id: string): Promise<(Resource & { account: string }) | undefined> {
  const row = await db
    .selectFrom('gateway')
    .innerJoin('account', 'account.id', 'gateway.account_id')
    .select(['gateway.account_id', 'account.partner_id', 'account.status'])
    .where('gateway.id', '=', id)
    .executeTakeFirst();
  return row && { partner: row.partner_id, account: row.account_id, deactivated: row.status === 'Deactivated' };
}

/** Commands to gateways: issued, followed, withdrawn. */
export function commandRoutes(app: Api, parts: Parts): void {
  const { store, clock, commands } = parts;
  const find = (id: string) => readOne<CommandRow>(store.db, commandsList, id);

  async function allowCommand(
    request: FastifyRequest,
    account: string | undefined,
    name: string,
    args?: unknown,
    db: Db = store.db,
  ): Promise<void> {
    judge(request, account === undefined ? undefined : await accountResource(db, account), name, args);
  }

  listRoutes<CommandRow, Command>(app, parts, {
    path: '/commands',
    words: 'commands',
    tags,
    access: 'command',
    list: commandsList,
    item: Command,
    itemOf: commandDto,
    within: (request, account) => visibleBy(request, store.db, 'c.account_id', account, FOLLOW_COMMANDS),
  });

  app.get(
    '/commands/:id',
    {
      config: { access: 'command' },
      schema: { summary: 'One command with its progress or result', tags, params: ById, response: answers(Command) },
    },
    async (request) => {
      const row = await find(request.params.id);
      // Whoever may issue a command can also see what became of it.
      const [own = 'support:view'] = rightsFor(row?.name ?? '');
      return commandDto(await allowRow(request, store.db, row, [...FOLLOW_COMMANDS, own]));
    },
  );

  app.post(
    '/commands/:id/cancel',
    {
      config: { access: 'command' },
      schema: {
        summary: 'End a command early: at once while it waits, otherwise as soon as its gateway has answered',
        tags,
        params: ById,
        response: accepted(Command),
      },
    },
    async (request, reply) => {
      const row = await find(request.params.id);
      await allowCommand(request, row?.account_id, row?.name ?? '');
      const now = await commands.cancel(request.params.id, eventActor(request), request.id);
      return reply.code(202).send(commandDto(now));
    },
  );

  app.post(
    '/gateways/:id/commands',
    {
      config: { access: 'command' },
      schema: {
        summary: 'Issue a command to a gateway; the same Idempotency-Key issues it once',
        tags,
        params: ById,
        headers: IdempotencyKey,
        body: CommandCreate,
        response: accepted(Command),
      },
    },
    async (request, reply) => {
      const gateway = request.params.id;
      const owner = await gatewayResource(store.db, gateway);
      const { name, args, deadlineSeconds } = request.body;
      judge(request, owner, name, args);
      if (owner === undefined) throw new DemarcError('api.not-found');
      const input = {
        account: owner.account,
        gateway,
        name,
        args,
        actor: eventActor(request),
        requestId: request.id,
        ...(deadlineSeconds !== undefined && { deadlineMs: deadlineSeconds * 1000 }),
      };
      const key = request.headers['idempotency-key'];
      const idempotent = key && { key, person: callerOf(request).actor.id, request: [gateway, request.body] };
      const issued = await once({ store, clock }, idempotent || undefined, Command, async (unit) => {
        const row = await commands.create(unit, input);
        return { answer: commandDto(row), row };
      });
      const answer = issued.row === undefined ? issued.answer : commandDto(await commands.deliver(issued.row));
      return reply.code(202).send(answer);
    },
  );

  app.post(
    '/commands',
    {
      config: { access: 'command' },
      schema: {
        summary: 'Issue a command to several gateways; each has its command or the reason why not',
        tags,
        headers: IdempotencyKey,
        body: BulkCommandCreate,
        response: accepted(BulkCommandAnswer),
      },
    },
    async (request, reply) => {
      const { name, args, deadlineSeconds, gateways } = request.body;
      const input = {
        gateways,
        name,
        args,
        actor: eventActor(request),
        requestId: request.id,
        ...(deadlineSeconds !== undefined && { deadlineMs: deadlineSeconds * 1000 }),
      };
      const key = request.headers['idempotency-key'];
      const idempotent = key && { key, person: callerOf(request).actor.id, request: ['bulk', request.body] };
      // Judged for each gateway; a repetition is answered with what was judged then.
      request.judged = true;
      const issued = await once({ store, clock }, idempotent || undefined, BulkCommandAnswer, (unit) =>
        createBulk(unit, commands, input, (account) => allowCommand(request, account, name, args, unit.db)),
      );
      const rows = issued.row === undefined ? [] : await commands.deliverAll(issued.row);
      const now = new Map(rows.map((row) => [row.id, commandDto(row)]));
      const results = issued.answer.results.map((result) => ({
        ...result,
        command: (result.command && now.get(result.command.id)) ?? result.command,
      }));
      return reply.code(202).send({ ...issued.answer, results });
    },
  );
}
