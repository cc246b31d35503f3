import type { Clock } from '#config/clock.ts';
import { instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { Id, Instant } from '#contract/ids.ts';
import type { SyncStatus } from '#contract/sections.ts';
import type { IrregularityCounts, RecordNote, UserRecord } from '#contract/users.ts';
import type { Irregularity } from '#contract/words.ts';
import type { Outbox } from '#daemon/outbox/outbox.ts';
import type { DaemonStore } from '#daemon/store/store.ts';
import type { PbxAdapter } from '#pbx-adapters/adapter.ts';
import { orAborted } from '../abortable.ts';
import type { PbxIdentity } from './messages.ts';
import { emptyState, type Hold, type SyncState } from './records.ts';
import { resend } from './resend.ts';
import { type SyncRequest, SyncRun, type SyncSettings } from './run.ts';
import { SyncTables } from './shelves.ts';

export interface SyncEngineOptions {
  store: Pick<DaemonStore, 'table'>;
  outbox: Outbox;
  clock: Clock;
  log: Log;
  /** A new ULID. */
  newId: () => Id;
  /** Type and name of a PBX of this gateway; undefined when it has none with this id. */
  identify: (pbx: Id) => PbxIdentity | undefined;
  /** @throws DemarcError when the PBX's settings do not allow to build one */
  adapterFor: (pbx: Id) => Promise<PbxAdapter>;
  settings: () => SyncSettings;
  /** Called whenever `status` of this PBX has changed. */
  onStatus: (pbx: Id) => void;
  /**
   * Called after a run whose users are in force, before its caller hears of it; `numbers` were read with them, where the
   * PBX has its numbers there. Must not throw.
   */
  onApplied?: (pbx: Id, numbers: number | undefined) => Promise<void>;
  /** Spends memory for speed from now on, until what it returns is called. */
  hurry?: () => () => void;
  /** The longest that a run may take, in milliseconds; default 10 minutes. */
  deadlineMs?: number;
}

/** A run that is going on. */
export interface RunningSync {
  run: Id;
  phase: string;
  read: number;
  startedAt: Instant;
}

/** What the daemon knows of a PBX's sync. */
export interface PbxSyncStatus {
  running: RunningSync | null;
  last: SyncStatus | null;
  lastSuccessAt: Instant | null;
  users: number;
  /** How many of the users are kept against the PBX by a person's decision. */
  kept: number;
  revision: number;
  irregularities: IrregularityCounts;
  hold: Hold | null;
  /** The first few records of the last run that could not be used. */
  rejected: readonly RecordNote[];
  /** How many records were used although something in them was changed or missed, and the first few of them. */
  remarks: SyncState['remarks'];
}

const DEFAULT_DEADLINE_MS = 10 * 60_000;

/** Most sites are smaller. Runs that go on beyond this would take too much memory in haste. */
const HURRIED_RECORDS = 20_000;

/** What keeps a PBX busy: one thing at a time. */
interface Active {
  kind: 'run' | 'resend';
  done: Promise<SyncStatus | undefined>;
  stop: AbortController;
}

/** User sync of every PBX of this gateway (design section 6). */
export class SyncEngine {
  readonly #options: SyncEngineOptions;
  readonly #tables: SyncTables;
  readonly #states: Map<Id, SyncState>;
  readonly #running = new Map<Id, RunningSync>();
  readonly #active = new Map<Id, Active>();

  private constructor(options: SyncEngineOptions, tables: SyncTables, states: Map<Id, SyncState>) {
    this.#options = options;
    this.#tables = tables;
    this.#states = states;
  }

  /** Loads what is in force and clears what killed runs left behind. @throws DemarcError `store.full`, `store.damaged` */
  static async open(options: SyncEngineOptions): Promise<SyncEngine> {
    const tables = new SyncTables(options.store);
    return new SyncEngine(options, tables, await tables.load());
  }

  /**
   * Runs a sync. A run that fails ends with the outcome Failed, it does not throw. Sync Now joins a run that is going on
   * (ONB-34).
   * @throws DemarcError `sync.unknown-pbx`, `sync.unknown-hold`, `sync.busy`, `sync.canceled`
   */
  async run(pbx: Id, request: SyncRequest, signal: AbortSignal): Promise<SyncStatus> {
    const identity = this.#identify(pbx);
    let active = this.#active.get(pbx);
    for (; active?.kind === 'resend'; active = this.#active.get(pbx)) await this.#ended(active, signal);
    if (active !== undefined) {
      const joins = request.trigger === 'sync-now' && request.full !== true && request.decision === undefined;
      const status = joins ? await unlessAborted(active.done, signal) : undefined;
      if (status === undefined) throw new DemarcError('sync.busy');
      return status;
    }
    const state = this.#state(pbx);
    if (request.decision !== undefined && request.decision.run !== state.hold?.run) {
      throw new DemarcError('sync.unknown-hold', request.decision.run);
    }
    const status = await this.#occupy(pbx, 'run', signal, (stop) => this.#run(pbx, identity, request, state, stop));
    if (status === undefined) throw new DemarcError('sync.canceled');
    return status;
  }

  /**
   * Sends all users again without asking the PBX, because the cloud asked for them (`down/ask`). A PBX that was never
   * read, or whose users the store lost, is read instead.
   * @throws DemarcError `sync.unknown-pbx`, `sync.canceled`, `store.full`
   */
  async resync(pbx: Id, signal: AbortSignal): Promise<void> {
    const identity = this.#identify(pbx);
    for (let active = this.#active.get(pbx); active !== undefined; active = this.#active.get(pbx)) {
      // Somebody who asks twice is answered once.
      if (active.kind === 'resend') return void (await unlessAborted(active.done, signal));
      await this.#ended(active, signal);
    }
    const state = this.#state(pbx);
    const { outbox, clock, newId } = this.#options;
    let sent = false;
    await this.#occupy(pbx, 'resend', signal, async (stop) => {
      const shelves = this.#tables.of(pbx);
      sent = await resend({ pbx, run: newId(), identity, state, shelves, outbox, clock }, stop);
      return undefined;
    });
    if (!sent) await this.run(pbx, { trigger: 'resync', full: true }, signal);
  }

  status(pbx: Id): PbxSyncStatus {
    const { last, lastSuccessAt, users, kept, revision, irregularities, hold, rejected, remarks } = this.#state(pbx);
    const running = this.#running.get(pbx) ?? null;
    return { running, last, lastSuccessAt, users, kept, revision, irregularities, hold, rejected, remarks };
  }

  /** How many users are in force. */
  users(pbx: Id): number {
    return this.#state(pbx).users;
  }

  /** The users with an irregularity, in the order of their keys' bytes, behind the key `after` (ONB-31, ONB-32). */
  async *irregularUsers(pbx: Id, irregularity: Irregularity, after?: string): AsyncGenerator<UserRecord> {
    const from = after === undefined ? undefined : Buffer.from(after);
    for await (const page of this.#tables.of(pbx).generation(this.#state(pbx).generation).pages()) {
      for (const [key, { user }] of page) {
        if (from !== undefined && Buffer.compare(Buffer.from(key), from) <= 0) continue;
        if (user.irregularities.includes(irregularity)) yield user;
      }
    }
  }

  /** The first of them. */
  async irregular(pbx: Id, irregularity: Irregularity, limit: number, after?: string): Promise<UserRecord[]> {
    const found: UserRecord[] = [];
    if (limit <= 0) return found;
    for await (const user of this.irregularUsers(pbx, irregularity, after)) {
      found.push(user);
      if (found.length >= limit) break;
    }
    return found;
  }

  /** Stops what goes on and drops everything that is known of a PBX that was removed. */
  async forget(pbx: Id): Promise<void> {
    await this.#stop(pbx);
    this.#states.delete(pbx);
    await this.#tables.of(pbx).forget();
  }

  /** Stops every run; nothing half done stays. */
  async stop(): Promise<void> {
    await Promise.all([...this.#active.keys()].map((pbx) => this.#stop(pbx)));
  }

  #identify(pbx: Id): PbxIdentity {
    const identity = this.#options.identify(pbx);
    if (identity === undefined) throw new DemarcError('sync.unknown-pbx', pbx);
    return identity;
  }

  #state(pbx: Id): SyncState {
    return this.#states.get(pbx) ?? emptyState();
  }

  async #run(
    pbx: Id,
    identity: PbxIdentity,
    request: SyncRequest,
    state: SyncState,
    signal: AbortSignal,
  ): Promise<SyncStatus | undefined> {
    const {
      outbox,
      clock,
      newId,
      settings,
      adapterFor,
      onStatus,
      onApplied,
      hurry = () => () => undefined,
      deadlineMs = DEFAULT_DEADLINE_MS,
    } = this.#options;
    const run = newId();
    const startedAt = instant(clock);
    const log = this.#options.log.child({ pbx, run });
    const shelves = this.#tables.of(pbx);
    const calmDown = hurry();
    const progress = (phase: string, read: number) => {
      if (read > HURRIED_RECORDS) calmDown();
      this.#running.set(pbx, { run, phase, read, startedAt });
      onStatus(pbx);
    };
    const adapter = () => adapterFor(pbx);
    const task = new SyncRun(
      {
        run,
        pbx,
        identity,
        request,
        state,
        settings: settings(),
        shelves,
        outbox,
        clock,
        log,
        deadlineMs,
        adapter,
        progress,
      },
      signal,
    );
    try {
      const next = await task.execute();
      this.#states.set(pbx, next);
      log.info({ outcome: next.last?.outcome, counts: next.last?.counts, users: next.users }, 'sync run ended');
      if (next.generation > state.generation) await onApplied?.(pbx, task.numbers);
      return next.last ?? undefined;
    } finally {
      calmDown();
      this.#running.delete(pbx);
    }
  }

  async #occupy(
    pbx: Id,
    kind: Active['kind'],
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<SyncStatus | undefined>,
  ): Promise<SyncStatus | undefined> {
    const stop = new AbortController();
    const done = work(AbortSignal.any([signal, stop.signal]));
    this.#active.set(pbx, { kind, done, stop });
    try {
      return await done;
    } finally {
      this.#active.delete(pbx);
      this.#options.onStatus(pbx);
    }
  }

  /** Waits for what others began; how it ends is their business. */
  #ended(active: Active, signal: AbortSignal): Promise<void> {
    return unlessAborted(active.done.then(ignore, ignore), signal);
  }

  async #stop(pbx: Id): Promise<void> {
    const active = this.#active.get(pbx);
    active?.stop.abort();
    await active?.done.then(ignore, ignore);
  }
}

const ignore = () => undefined;

/** The promise's result, or `sync.canceled` as soon as the signal says so. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await orAborted(promise, signal);
  } catch (error) {
    throw signal.aborted ? new DemarcError('sync.canceled', undefined, { cause: error }) : error;
  }
}
