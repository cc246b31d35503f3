import { sql } from 'kysely';
import { type Clock, instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import {
  CommandName,
  type CommandResult,
  CommandState,
  commands,
  DEFAULT_DEADLINE_MS,
  isFinal,
  mayMove,
} from '#contract/commands.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { GatewayAddress } from '#contract/topics.ts';
import type { DeviceBus } from '../bus/device-bus.ts';
import type { EventActor } from '../history/record-event.ts';
import type { Store, Work } from '../store/store.ts';
import type { CommandRow } from './command-dto.ts';
import { Outbound } from './outbound.ts';
import { askToEnd, type Move, type MovedBy, moveCommand, recordCommand } from './transitions.ts';

/** How often deadlines are looked at, in milliseconds. */
const SWEEP_MS = 5000;
/** How many deadlines one sweep handles; the rest wait for the next. */
const SWEEP_LIMIT = 500;
const OPEN_STATES = CommandState.options.filter((state) => !isFinal(state));

/** What is to be done, by whom, until when (`deadlineMs` from now; the interactive default without it). */
export interface CommandRequest {
  account: string;
  gateway: string;
  name: string;
  args: unknown;
  actor: EventActor;
  deadlineMs?: number;
  requestId?: string | null;
  /** The request for several gateways that it belongs to. */
  bulk?: string;
}

export interface CommandsOptions {
  store: Store;
  clock: Clock;
  log: Log;
  publish: DeviceBus['publish'];
  /** Told in the same transaction of every command that ended without success. */
  failed?: (work: Work, row: CommandRow) => Promise<void>;
}

/**
 * Commands to gateways: each has an id, a deadline and a state that only moves up in rank (contract/commands.ts). What is
 * not yet accepted is sent again whenever the gateway comes online; the gateway runs an id at most once.
 */
export class Commands {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #outbound: Outbound;
  readonly #failed: CommandsOptions['failed'];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CommandsOptions) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#log = options.log.child({ part: 'commands' });
    this.#outbound = new Outbound({ ...options, log: this.#log });
    this.#failed = options.failed;
  }

  /**
   * Records a command and sends it when the gateway is online; it waits for the gateway otherwise.
   * @throws DemarcError `command.not-supported`, `command.invalid-arguments`, `api.not-found`
   */
  async issue(request: CommandRequest): Promise<CommandRow> {
    const row = await this.#store.write((work) => this.create(work, request));
    return this.deliver(row);
  }

  /** What is wrong with a command for whatever gateway. @throws DemarcError `command.not-supported`, `command.invalid-arguments` */
  check(request: Pick<CommandRequest, 'name' | 'args'>): { name: CommandName; args: unknown } {
    const name = CommandName.safeParse(request.name);
    if (!name.success) throw new DemarcError('command.not-supported', request.name.slice(0, 64));
    const args = commands[name.data].args.safeParse(request.args ?? {});
    if (!args.success) throw new DemarcError('command.invalid-arguments', firstIssue(args.error.issues));
    return { name: name.data, args: args.data };
  }

  /**
   * The recording half of `issue`, for a caller whose own rows must be true together with the command. What is recorded
   * must be handed to `deliver` after the commit.
   */
  async create(work: Work, request: CommandRequest): Promise<CommandRow> {
    const { name, args } = this.check(request);
    const gateway = await work.db
      .selectFrom('gateway')
      .select(['id', 'capabilities', 'online'])
      .where('id', '=', request.gateway)
      .where('account_id', '=', request.account)
      .where('released_at', 'is', null)
      .executeTakeFirst();
    if (gateway === undefined) throw new DemarcError('api.not-found', 'gateway');
    const capabilities: unknown = JSON.parse(gateway.capabilities);
    if (Array.isArray(capabilities) && capabilities.length > 0 && !capabilities.includes(name)) {
      throw new DemarcError('command.not-supported', name);
    }
    const now = this.#clock.now();
    const row: CommandRow = {
      // In the order of issue, in which the gateway is sent what waited for it.
      id: work.newId(),
      account_id: request.account,
      gateway_id: gateway.id,
      name,
      args: JSON.stringify(args),
      // Written before it leaves: a process that dies in between only sends it again at the next birth, and the other way
      // round a command that a gateway has would look like one that nobody has.
      state: gateway.online === 1 ? 'sent' : 'queued',
      issuer_id: request.actor.id,
      issuer_name: request.actor.name,
      issued_at: new Date(now).toISOString(),
      deadline_at: new Date(now + (request.deadlineMs ?? DEFAULT_DEADLINE_MS.interactive)).toISOString(),
      updated_at: new Date(now).toISOString(),
      progress: null,
      output: null,
      reason: null,
      bulk_id: request.bulk ?? null,
      cancel_requested_at: null,
      cancel_requested_by: null,
      cancel_requester_id: null,
    };
    await work.db.insertInto('command').values(row).execute();
    await recordCommand(work, this.#clock, row, { actor: request.actor, requestId: request.requestId ?? undefined });
    return row;
  }

  /** The sending half of `issue`, after the commit; answers the command as it now stands. */
  async deliver(row: CommandRow): Promise<CommandRow> {
    const [now] = await this.deliverAll([row]);
    return now ?? row;
  }

  /**
   * The same for several. One that is queued is sent by the birth of its gateway, which had not been committed when the
   * command was recorded.
   */
  async deliverAll(rows: readonly CommandRow[]): Promise<CommandRow[]> {
    const ready = rows.filter((row) => row.state === 'sent');
    const refused = await this.#outbound.send(ready);
    const queued = new Map((await this.#outbound.takeBack(refused)).map((row) => [row.id, row]));
    return rows.map((row) => queued.get(row.id) ?? row);
  }

  /**
   * Sends what waits for this gateway, again what it has not accepted yet, and the wish to end what is not wanted any
   * more.
   */
  async gatewayOnline(address: GatewayAddress): Promise<void> {
    const rows = await this.#store.db
      .selectFrom('command')
      .selectAll()
      .where('gateway_id', '=', address.gateway)
      .where('account_id', '=', address.account)
      .where('state', 'in', OPEN_STATES)
      .where('deadline_at', '>', instant(this.#clock))
      .where((where) =>
        where.or([where('state', 'in', ['queued', 'sent']), where('cancel_requested_at', 'is not', null)]),
      )
      .orderBy('id')
      .execute();
    await this.#outbound.withdraw(rows.filter((row) => row.cancel_requested_at !== null));
    await this.#outbound.send(rows.filter((row) => row.cancel_requested_at === null));
  }

  /** Takes the news that a gateway (`by`) has of a command; late, repeated and reordered news changes nothing. */
  async applyResult(work: Work, address: GatewayAddress, by: EventActor, result: CommandResult): Promise<void> {
    const row = await work.db
      .selectFrom('command')
      .selectAll()
      .where('id', '=', result.command)
      .where('gateway_id', '=', address.gateway)
      .where('account_id', '=', address.account)
      .executeTakeFirst();
    if (row === undefined) {
      this.#log.warn({ code: 'command.unknown', ...address, command: result.command }, 'result of an unknown command');
      return;
    }
    if (!mayMove(CommandState.parse(row.state), result.state)) return;
    if (result.state === 'running' && row.state === 'running' && !newer(row.progress, result.at)) return;
    const progress = result.progress && JSON.stringify({ ...result.progress, at: result.at });
    await this.#move(
      work,
      row,
      {
        state: result.state,
        progress: progress ?? row.progress,
        output: result.output === undefined ? row.output : JSON.stringify(result.output),
        reason: result.reason ? JSON.stringify(result.reason) : row.reason,
      },
      { actor: by },
    );
  }

  /**
   * Ends a command early: at once when no gateway has it; otherwise the gateway is asked to, now and at each of its
   * births, and its answer is the end.
   * @throws DemarcError `api.not-found`, `command.final`
   */
  async cancel(id: string, actor: EventActor, requestId?: string): Promise<CommandRow> {
    const row = await this.#store.write(async (work) => {
      const known = await work.db.selectFrom('command').selectAll().where('id', '=', id).executeTakeFirst();
      if (known === undefined) throw new DemarcError('api.not-found', 'command');
      if (isFinal(CommandState.parse(known.state))) throw new DemarcError('command.final', known.state);
      const by = { actor, requestId };
      const asked = known.cancel_requested_at === null ? await askToEnd(work, this.#clock, known, by) : known;
      return known.state === 'queued' ? this.#move(work, asked, { state: 'canceled' }, by) : asked;
    });
    // One that is queued here may just have left: whoever has it is told in any case.
    if (await this.#isOnline(row.gateway_id)) await this.#outbound.withdraw([row]);
    return row;
  }

  /**
   * Ends what is past its deadline: `expired` when no gateway had it, `timed_out` otherwise. What waits for a gateway that
   * was released meanwhile waits no longer.
   */
  async sweep(): Promise<void> {
    const due = this.#store.db
      .selectFrom('command')
      .innerJoin('gateway', 'gateway.id', 'command.gateway_id')
      .select('command.id')
      // Written out: an index that holds only these rows is of no use to a condition that is bound later.
      .where(
        'state',
        'in',
        OPEN_STATES.map((state) => sql.lit(state)),
      )
      .where((where) =>
        where.or([
          where('deadline_at', '<=', instant(this.#clock)),
          where.and([where('state', '=', 'queued'), where('released_at', 'is not', null)]),
        ]),
      )
      .limit(SWEEP_LIMIT);
    const ids = (await due.execute()).map((row) => row.id);
    if (ids.length === 0) return;
    await this.#store.write(async (work) => {
      const rows = await work.db
        .selectFrom('command')
        .selectAll()
        .where('id', 'in', ids)
        .where('state', 'in', OPEN_STATES)
        .execute();
      const now = instant(this.#clock);
      for (const row of rows) {
        const isDue = row.deadline_at <= now;
        if (!isDue && row.state !== 'queued') continue;
        const [state, code] =
          row.state === 'queued'
            ? (['expired', isDue ? 'command.expired' : 'command.gateway-released'] as const)
            : (['timed_out', 'command.unanswered'] as const);
        const reason = JSON.stringify(new DemarcError(code).toText());
        await this.#move(work, row, { state, reason }, { actor: SYSTEM });
      }
    });
  }

  /** Watches the deadlines until `stop`. */
  start(): void {
    this.#timer ??= setInterval(() => {
      this.sweep().catch((error: unknown) => {
        this.#log.error({ code: 'command.sweep-failed', err: error }, 'the deadlines of commands could not be checked');
      });
    }, SWEEP_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #move(work: Work, row: CommandRow, to: Move, by: MovedBy): Promise<CommandRow> {
    const moved = await moveCommand(work, this.#clock, row, to, by);
    if (isFinal(to.state) && to.state !== 'succeeded') await this.#failed?.(work, moved);
    return moved;
  }

  async #isOnline(gateway: string): Promise<boolean> {
    const row = await this.#store.db
      .selectFrom('gateway')
      .select('id')
      .where('id', '=', gateway)
      .where('online', '=', 1)
      .executeTakeFirst();
    return row !== undefined;
  }
}

const SYSTEM: EventActor = { id: 'system', name: 'System', kind: 'system' };

/** Whether progress told at `at` is newer than what is stored; both on the gateway's own clock. */
function newer(progress: string | null, at: string): boolean {
  if (progress === null) return true;
  const known: unknown = JSON.parse(progress);
  if (typeof known !== 'object' || known === null || !('at' in known) || typeof known.at !== 'string') return true;
  return at > known.at;
}

function firstIssue(issues: readonly { path: PropertyKey[]; message: string }[]): string {
  const [first] = issues;
  return first ? `${first.path.map(String).join('.') || 'args'}: ${first.message}` : 'args';
}
