import { type Clock, instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import {
  type CommandMessage,
  CommandName,
  type CommandResult,
  CommandState,
  commands,
  DEFAULT_DEADLINE_MS,
  isFinal,
  mayMove,
} from '#contract/commands.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { type GatewayAddress, topics } from '#contract/topics.ts';
import type { DeviceBus } from '../bus/device-bus.ts';
import type { EventActor } from '../history/record-event.ts';
import type { Store, Work } from '../store/store.ts';
import type { CommandRow } from './command-dto.ts';
import { announceCommand, type Move, type MovedBy, moveCommand, recordCommand } from './transitions.ts';

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
  readonly #publish: DeviceBus['publish'];
  readonly #failed: CommandsOptions['failed'];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CommandsOptions) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#log = options.log.child({ part: 'commands' });
    this.#publish = options.publish;
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

  /** The recording half of `issue`, for a caller whose own rows must be true together with the command. */
  async create(work: Work, request: CommandRequest): Promise<CommandRow> {
    const name = CommandName.safeParse(request.name);
    if (!name.success) throw new DemarcError('command.not-supported', request.name.slice(0, 64));
    const args = commands[name.data].args.safeParse(request.args ?? {});
    if (!args.success) throw new DemarcError('command.invalid-arguments', firstIssue(args.error.issues));
    const gateway = await work.db
      .selectFrom('gateway')
      .select(['id', 'capabilities'])
      .where('id', '=', request.gateway)
      .where('account_id', '=', request.account)
      .where('released_at', 'is', null)
      .executeTakeFirst();
    if (gateway === undefined) throw new DemarcError('api.not-found', 'gateway');
    const capabilities: unknown = JSON.parse(gateway.capabilities);
    if (Array.isArray(capabilities) && capabilities.length > 0 && !capabilities.includes(name.data)) {
      throw new DemarcError('command.not-supported', name.data);
    }
    const now = this.#clock.now();
    const row: CommandRow = {
      // In the order of issue, in which the gateway is sent what waited for it.
      id: work.newId(),
      account_id: request.account,
      gateway_id: gateway.id,
      name: name.data,
      args: JSON.stringify(args.data),
      state: 'queued',
      issuer_id: request.actor.id,
      issuer_name: request.actor.name,
      issued_at: new Date(now).toISOString(),
      deadline_at: new Date(now + (request.deadlineMs ?? DEFAULT_DEADLINE_MS.interactive)).toISOString(),
      updated_at: new Date(now).toISOString(),
      progress: null,
      output: null,
      reason: null,
    };
    await work.db.insertInto('command').values(row).execute();
    await recordCommand(work, this.#clock, row, { actor: request.actor, requestId: request.requestId ?? undefined });
    return row;
  }

  /** The sending half of `issue`, after the commit; answers the command as it now stands. */
  async deliver(row: CommandRow): Promise<CommandRow> {
    const gateway = await this.#store.db
      .selectFrom('gateway')
      .select('online')
      .where('id', '=', row.gateway_id)
      .executeTakeFirst();
    if (gateway?.online !== 1) return row;
    await this.#send([row]);
    return this.#store.db.selectFrom('command').selectAll().where('id', '=', row.id).executeTakeFirstOrThrow();
  }

  /** Sends what waits for this gateway, and again what it has not accepted yet. */
  async gatewayOnline(address: GatewayAddress): Promise<void> {
    const rows = await this.#store.db
      .selectFrom('command')
      .selectAll()
      .where('gateway_id', '=', address.gateway)
      .where('account_id', '=', address.account)
      .where('state', 'in', ['queued', 'sent'])
      .where('deadline_at', '>', instant(this.#clock))
      .orderBy('id')
      .execute();
    await this.#send(rows);
  }

  /** Takes a gateway's news of a command; late, repeated and reordered news changes nothing. */
  async applyResult(work: Work, address: GatewayAddress, result: CommandResult): Promise<void> {
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
    await this.#move(work, row, {
      state: result.state,
      progress: progress ?? row.progress,
      output: result.output === undefined ? row.output : JSON.stringify(result.output),
      reason: result.reason ? JSON.stringify(result.reason) : row.reason,
    });
  }

  /**
   * Withdraws a command that no gateway has yet.
   * @throws DemarcError `api.not-found`, `command.already-sent`, `command.final`
   */
  async cancel(id: string, actor: EventActor, requestId?: string): Promise<CommandRow> {
    return this.#store.write(async (work) => {
      const row = await work.db.selectFrom('command').selectAll().where('id', '=', id).executeTakeFirst();
      if (row === undefined) throw new DemarcError('api.not-found', 'command');
      if (isFinal(CommandState.parse(row.state))) throw new DemarcError('command.final', row.state);
      if (row.state !== 'queued') throw new DemarcError('command.already-sent', row.state);
      return this.#move(work, row, { state: 'canceled' }, { actor, requestId });
    });
  }

  /** Ends what is past its deadline: `expired` when no gateway had it, `timed_out` otherwise. */
  async sweep(): Promise<void> {
    const due = this.#store.db
      .selectFrom('command')
      .select('id')
      .where('state', 'in', OPEN_STATES)
      .where('deadline_at', '<=', instant(this.#clock))
      .limit(SWEEP_LIMIT);
    const ids = (await due.execute()).map((row) => row.id);
    if (ids.length === 0) return;
    const reason = JSON.stringify(new DemarcError('command.deadline-passed').toText());
    await this.#store.write(async (work) => {
      const rows = await work.db
        .selectFrom('command')
        .selectAll()
        .where('id', 'in', ids)
        .where('state', 'in', OPEN_STATES)
        .execute();
      for (const row of rows) {
        const state = row.state === 'queued' ? 'expired' : 'timed_out';
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

  async #move(work: Work, row: CommandRow, to: Move, by?: MovedBy): Promise<CommandRow> {
    const moved = await moveCommand(work, this.#clock, row, to, by);
    if (isFinal(to.state) && to.state !== 'succeeded') await this.#failed?.(work, moved);
    return moved;
  }

  /** Publishes, then marks as sent: a crash between the two only repeats the sending. */
  async #send(rows: readonly CommandRow[]): Promise<void> {
    const sent: string[] = [];
    for (const row of rows) {
      const address = { account: row.account_id, gateway: row.gateway_id };
      const message: CommandMessage = {
        v: 1,
        id: row.id,
        name: row.name,
        args: JSON.parse(row.args),
        issuer: { id: row.issuer_id, name: row.issuer_name },
        issuedAt: row.issued_at,
        deadlineAt: row.deadline_at,
      };
      try {
        await this.#publish(topics.command(address, row.id), JSON.stringify(message));
      } catch (error) {
        this.#log.warn(
          { code: 'command.not-sent', err: error, command: row.id },
          'a command waits: the bus refused it',
        );
        break;
      }
      if (row.state === 'queued') sent.push(row.id);
    }
    if (sent.length === 0) return;
    await this.#store.write(async (work) => {
      const moved = await work.db
        .updateTable('command')
        .set({ state: 'sent', updated_at: instant(this.#clock) })
        .where('id', 'in', sent)
        .where('state', '=', 'queued')
        .returningAll()
        .execute();
      for (const row of moved) announceCommand(work, row);
    });
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
