import { type Clock, instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { Id, Instant } from '#contract/ids.ts';
import type { HoldDecision, RemovalGuard, SyncCounts } from '#contract/users.ts';
import type { PhonePolicy, SyncTrigger } from '#contract/words.ts';
import type { Outbox } from '#daemon/outbox/outbox.ts';
import type { PbxAdapter } from '#pbx-adapters/adapter.ts';
import { abortable, orAborted } from '../abortable.ts';
import {
  type Comparison,
  carryKept,
  changes,
  compareStaged,
  everybody,
  type Generations,
  removals,
} from './comparison.ts';
import { mustHold } from './guard.ts';
import { Intake } from './intake.ts';
import {
  type Ending,
  failure,
  foreseen,
  type PbxIdentity,
  type SyncPhase,
  trailerRecord,
  troubleEvents,
} from './messages.ts';
import type { Hold, SyncState } from './records.ts';
import { RunSender } from './sender.ts';
import type { PbxShelves } from './shelves.ts';
import { inPages } from './source.ts';
import { Staging } from './staging.ts';
import type { UserRow } from './user-row.ts';

/** What the site's and the account's settings say about a sync. `country` is ISO 3166-1 alpha-2. */
export interface SyncSettings {
  country?: string | undefined;
  phonePolicy: PhonePolicy;
  guard: RemovalGuard;
}

/** Why and how a run is wanted. */
export interface SyncRequest {
  trigger: SyncTrigger;
  /** Sends everything, not only what changed. */
  full?: boolean | undefined;
  decision?: HoldDecision | undefined;
}

export interface SyncRunOptions {
  run: Id;
  pbx: Id;
  identity: PbxIdentity;
  request: SyncRequest;
  /** What is in force before the run. */
  state: SyncState;
  settings: SyncSettings;
  shelves: PbxShelves;
  outbox: Outbox;
  clock: Clock;
  /** Names PBX and run already. */
  log: Log;
  deadlineMs: number;
  adapter: () => Promise<PbxAdapter>;
  progress: (phase: SyncPhase, read: number) => void;
}

/** A first run sends while it reads only when the outbox holds less than this, in bytes. */
const EARLY_LIMIT = 1024 * 1024;

const noCounts = (): Comparison['counts'] => ({ added: 0, changed: 0, removed: 0, unchanged: 0 });

/**
 * One sync run of one PBX: read into a staging generation, compare, judge, queue, switch. The generation in force and
 * the run's trailer change in one synced batch, so a kill at any instant leaves both or neither.
 */
export class SyncRun {
  readonly #options: SyncRunOptions;
  readonly #staging: Staging;
  readonly #intake: Intake;
  readonly #sender: RunSender;
  readonly #generations: Generations;
  readonly #startedAt: Instant;
  readonly #startedMs: number;
  readonly #signal: AbortSignal;
  readonly #deadline: AbortSignal;
  /** Whether users are sent while they are read. */
  readonly #sendsEarly: boolean;
  /** How many numbers stand with the people, where the PBX has its numbers there. */
  numbers: number | undefined;
  #phase: SyncPhase = 'connecting';
  #counts = noCounts();

  constructor(options: SyncRunOptions, signal: AbortSignal) {
    this.#options = options;
    this.#staging = new Staging(options.shelves.generation(options.state.generation + 1));
    this.#intake = new Intake(this.#staging);
    this.#startedAt = instant(options.clock);
    this.#startedMs = options.clock.now();
    const { run, pbx, identity, request } = options;
    const { type: pbxType, name: pbxName } = identity;
    const { trigger, decision } = request;
    this.#sender = new RunSender(options.outbox, {
      run,
      pbx,
      pbxType,
      pbxName,
      trigger,
      startedAt: this.#startedAt,
      ...(decision && { decision }),
    });
    // Nothing can be removed by a first run, so there is nothing to judge before the users leave. What a failed run leaves
    // in the outbox must not push out what others wait to send.
    this.#sendsEarly = options.state.generation === 0 && options.outbox.state().bytes < EARLY_LIMIT;
    this.#signal = signal;
    this.#deadline = AbortSignal.any([signal, AbortSignal.timeout(options.deadlineMs)]);
    const current = options.shelves.generation(options.state.generation);
    this.#generations = { current, staging: this.#staging, signal: this.#deadline };
  }

  /** @returns the state now in force. A run that fails is a result, not an exception. @throws DemarcError `sync.canceled` */
  async execute(): Promise<SyncState> {
    let state = this.#options.state;
    try {
      await this.#options.shelves.tidy(state);
      await this.#read();
      const found = await this.#compare();
      state = this.#mustHold(found) ? await this.#hold(found) : await this.#apply(found);
    } catch (error) {
      if (this.#signal.aborted) throw new DemarcError('sync.canceled', undefined, { cause: error });
      state = await this.#fail(
        this.#deadline.aborted ? new DemarcError('sync.deadline', this.#limit, { cause: error }) : error,
      );
    } finally {
      await this.#options.shelves.tidy(state).catch((error: unknown) => {
        const { log } = this.#options;
        log.warn({ code: 'sync.leftovers', err: error }, 'old users stay in the store until the next run');
      });
    }
    return state;
  }

  get #allCounts(): SyncCounts {
    return { ...this.#counts, read: this.#intake.read, rejected: this.#intake.rejected };
  }

  get #limit(): string {
    return `limit ${Math.round(this.#options.deadlineMs / 1000)} s`;
  }

  #enter(phase: SyncPhase): void {
    this.#deadline.throwIfAborted();
    this.#phase = phase;
    this.#options.progress(phase, this.#intake.read);
  }

  async #read(): Promise<void> {
    const { adapter, settings, log } = this.#options;
    this.#enter('connecting');
    const pbx = await orAborted(adapter(), this.#deadline);
    const pages = inPages(pbx, this.#deadline);
    if (pbx.numberOf) this.numbers = 0;
    await this.#intake.take(abortable(pages, this.#deadline), settings, {
      onProgress: () => this.#enter('reading'),
      onRead:
        pbx.numberOf &&
        ((user) => {
          if (pbx.numberOf?.(user)) this.numbers = (this.numbers ?? 0) + 1;
        }),
      onTaken: this.#sendsEarly ? (row) => this.#sendEarly(row) : undefined,
    });
    const { rejected, rejections, remarked, remarks } = this.#intake;
    if (rejected > 0) {
      log.warn({ code: 'sync.rejected', rejected, first: rejections }, 'some records of the PBX could not be used');
    }
    if (remarked === 0) return;
    log.warn(
      { code: 'sync.remarks', records: remarked, first: remarks },
      'some records of the PBX are used with changes',
    );
  }

  /** The first run's users leave while the rest is read. Without its trailer, which comes last, nothing takes effect. */
  #sendEarly({ json }: UserRow): Promise<void> | undefined {
    if (this.#sender.base !== undefined) return this.#sender.add({ put: json });
    return this.#sender.open('full', this.#options.state.revision).then(() => this.#sender.add({ put: json }));
  }

  async #compare(): Promise<Comparison> {
    const { state, shelves, request, log } = this.#options;
    this.#enter('comparing');
    const listed = request.decision && shelves.candidates(request.decision.run);
    const keep = request.decision?.action === 'keep' ? listed : undefined;
    if (state.kept > 0 || keep !== undefined) await carryKept(this.#generations, keep);
    const approved = request.decision?.action === 'remove' ? listed : undefined;
    // Of two records with one key the cloud takes the later one.
    const correct = this.#sendsEarly ? ({ json }: UserRow) => this.#sender.add({ put: json }) : undefined;
    const found = await compareStaged(this.#generations, approved, correct);
    this.#counts = found.counts;
    if (found.known !== state.users) {
      log.error(
        { code: 'sync.generation-damaged', expected: state.users, found: found.known },
        'the store lost some of the users that it should have; everything is sent again',
      );
    }
    return found;
  }

  #mustHold(found: Comparison): boolean {
    return mustHold({
      removed: found.counts.removed,
      known: this.#options.state.users,
      guard: this.#options.settings.guard,
      decision: this.#options.request.decision?.action,
      outsiders: found.outsiders,
    });
  }

  async #apply(found: Comparison): Promise<SyncState> {
    const { state, request, clock } = this.#options;
    const full = request.full === true || state.generation === 0 || found.known !== state.users;
    const changed = found.counts.added + found.counts.changed + found.counts.removed;
    this.#enter('sending');
    if (this.#sendsEarly) await this.#sender.end();
    else {
      await this.#sender.open(full ? 'full' : 'delta', state.revision);
      if (full || changed > 0) {
        const content = full ? everybody(this.#staging) : changes(this.#generations);
        await this.#sender.send(content, this.#deadline);
      }
    }
    const { kept, irregularities } = this.#staging;
    const reason = kept > 0 ? foreseen('sync.kept', `${kept} ${kept === 1 ? 'user' : 'users'}`) : undefined;
    const next: SyncState = {
      ...state,
      revision: full || changed > 0 ? state.revision + 1 : state.revision,
      generation: state.generation + 1,
      users: this.#staging.size,
      kept,
      irregularities,
      hold: null,
      lastSuccessAt: instant(clock),
    };
    return this.#finish(next, { outcome: reason ? 'Partial' : 'Successful', trouble: null, reason });
  }

  /** Nothing is applied: the chunks carry the candidates for a person to look at. */
  async #hold(found: Comparison): Promise<SyncState> {
    const { state, run, clock, shelves } = this.#options;
    this.#enter('sending');
    await this.#openWithoutEffect();
    await this.#sender.send(removals(this.#generations, shelves.candidates(run)), this.#deadline);
    const hold: Hold = { run, at: instant(clock), users: found.counts.removed, digest: found.digest };
    return this.#finish(
      { ...state, hold },
      {
        outcome: 'Held',
        trouble: `held:${found.digest}`,
        reason: foreseen('sync.held', `${found.counts.removed} of ${state.users} users`),
      },
    );
  }

  async #fail(error: unknown): Promise<SyncState> {
    const { state, log } = this.#options;
    const reason = failure(error, this.#phase);
    this.#counts = noCounts();
    const ending = { outcome: 'Failed', trouble: `failed:${reason.code}`, reason } as const;
    log.warn({ code: reason.code, err: error }, 'the sync failed; nothing was changed');
    await this.#sender.giveUp();
    try {
      if (this.#sender.base === undefined) await this.#openWithoutEffect();
      return await this.#finish(state, ending);
    } catch (unsent) {
      log.error({ code: 'sync.unreported', err: unsent }, 'the failed sync could not be put into the outbox');
      return this.#ended(state, ending);
    }
  }

  #openWithoutEffect(): Promise<void> {
    const { state } = this.#options;
    return this.#sender.open(state.generation === 0 ? 'full' : 'delta', state.revision);
  }

  /** The trailer, the events and the new state, in one synced batch. */
  async #finish(next: SyncState, ending: Ending): Promise<SyncState> {
    const { run, pbx, identity, outbox, shelves, clock, state } = this.#options;
    const ended = this.#ended(next, ending);
    const { notes } = this.#intake;
    const trailer = trailerRecord({
      run,
      pbx,
      chunks: this.#sender.chunks,
      revision: next.generation === state.generation ? (this.#sender.base ?? 0) : next.revision,
      outcome: ending.outcome,
      counts: this.#allCounts,
      irregularities: ended.irregularities,
      finishedAt: ended.last?.finishedAt ?? instant(clock),
      durationMs: Math.max(0, Math.round(clock.now() - this.#startedMs)),
      ...(ending.reason && { reason: ending.reason }),
      ...(notes && { notes }),
    });
    await outbox.append(
      [trailer, ...troubleEvents({ run, pbx, identity, before: state.trouble, ending })],
      [shelves.stateOperation(ended)],
    );
    return ended;
  }

  #ended(next: SyncState, { outcome, trouble, reason }: Ending): SyncState {
    const { run, request, clock } = this.#options;
    return {
      ...next,
      trouble,
      rejected: this.#intake.rejections,
      remarks: { records: this.#intake.remarked, first: this.#intake.remarks },
      last: {
        run,
        trigger: request.trigger,
        outcome,
        startedAt: this.#startedAt,
        finishedAt: instant(clock),
        counts: this.#allCounts,
        irregularities: next.irregularities,
        ...(reason && { reason }),
      },
    };
  }
}
