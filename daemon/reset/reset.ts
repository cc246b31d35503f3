import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeFile } from '#config/atomic-file.ts';
import { type Clock, instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import type { GatewayIdentity } from '../identity/gateway-identity.ts';
import type { CloudTarget } from '../link/cloud-way.ts';
import type { DurableOutbox } from '../outbox/durable-outbox.ts';
import type { BusyView } from '../power/busy.ts';
import type { RestartProcess } from '../power/restart.ts';
import { FormerAccount, type ResetMarker, ResetMarkerFile } from './marker.ts';
import { askStanding, sayLeaving } from './standing.ts';

/** Milliseconds. */
export interface ResetLimits {
  /** How long what the cloud has not acknowledged yet may hold a reset up; the rest is lost knowingly. */
  flushMs: number;
  /** The same for a reset on site, where somebody waits, while the cloud is not there at all. */
  offlineMs: number;
  /** How long the events of a wish take at least to get into the outbox. */
  settleMs: number;
  /** How long the cloud has to take the farewell. */
  leaveMs: number;
}

const LIMITS: ResetLimits = { flushMs: 60_000, offlineMs: 5000, settleMs: 1500, leaveMs: 20_000 };
/** A process that ends again and again while it waits for the cloud does not wait for ever. */
const MAX_STARTS = 3;
const LOOK_MS = 200;
const LEAVE_TRIES = 5;
const LEAVE_WAIT_MS = 2000;

export interface ResetOptions {
  /** The state folder. */
  folder: string;
  identity: Pick<GatewayIdentity, 'current' | 'forget'>;
  outbox: Pick<DurableOutbox, 'state'>;
  target: () => CloudTarget | undefined;
  online: () => boolean;
  /** Whether this is a virtual machine, null when it is not known. */
  virtual: boolean | null;
  /** What a reset must not cut off. */
  busy: BusyView;
  /** Whether the end of a command is in the outbox, or was: before that, an empty outbox means nothing. */
  hasEnded: (command: string) => boolean;
  clock: Clock;
  log: Log;
  restart: RestartProcess;
  limits?: ResetLimits;
}

type Wish = Pick<ResetMarker, 'kind' | 'by' | 'command'>;

/**
 * The way out of an account: the wish on disk, what the cloud must still hear, the farewell, and then a start that wipes
 * or releases before it opens anything (`finishReset`). Whatever dies in between, the next start goes on.
 */
export class Reset {
  readonly #options: ResetOptions;
  readonly #file: ResetMarkerFile;
  readonly #former: FormerAccount;
  readonly #stop = new AbortController();
  #marker: ResetMarker | undefined;
  #working: Promise<void> | undefined;
  #asking: Promise<void> | undefined;

  private constructor(options: ResetOptions) {
    this.#options = options;
    this.#file = new ResetMarkerFile(options.folder);
    this.#former = new FormerAccount(options.folder);
  }

  /** Loads a wish that an earlier process left; `goOn` carries it on. @throws DemarcError `config.unreadable` */
  static async open(options: ResetOptions): Promise<Reset> {
    const reset = new Reset(options);
    reset.#marker = await reset.#file.load();
    return reset;
  }

  /** What is under way; undefined when this gateway stays what it is. */
  wish(): ResetMarker | undefined {
    return this.#marker;
  }

  /** A wish from before the start, to be carried on when every part runs. */
  async goOn(): Promise<void> {
    if (this.#marker === undefined) return;
    const marker = { ...this.#marker, starts: this.#marker.starts + 1 };
    await this.#save(marker);
    this.#work(marker.starts > MAX_STARTS ? { ...this.#limits, flushMs: 0, leaveMs: 0 } : this.#limits);
  }

  /**
   * Puts the wish on disk; the rest follows by itself. Wanted twice it is one, and a wipe is more than a release.
   * @throws DemarcError `reset.not-claimed` for a release without an account, `command.busy`, `config.unwritable`
   */
  async want(wish: Wish): Promise<void> {
    if (wish.kind === 'release' && this.#options.identity.current() === undefined) {
      throw new DemarcError('reset.not-claimed');
    }
    const before = this.#marker;
    if (before !== undefined && (before.kind === wish.kind || wish.kind === 'release')) return;
    const busy = this.#options.busy.busy();
    if (busy !== undefined) throw new DemarcError('command.busy', busy);
    const marker: ResetMarker = { ...wish, phase: 'wanted', at: instant(this.#options.clock), starts: 0 };
    await this.#save(marker);
    this.#options.log.warn({ code: 'reset.wanted', kind: wish.kind, by: wish.by }, 'this gateway leaves its account');
    this.#work(this.#limits);
  }

  /**
   * The cloud has refused the certificate: asks it why, and does what it says. Only an answer counts that comes from the
   * cloud as it is trusted otherwise; errors, and words that are not known, change nothing.
   */
  refused(refusal: DemarcError | undefined): void {
    if (refusal?.code !== 'identity.revoked' && refusal?.code !== 'identity.expired') return;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
  }

  /**
   * A claim by another account than the last: its data must not go there, and its PBX ids are taken there. True when the
   * process is about to start anew for that; the enrolment then goes on.
   */
  async movesTo(account: string): Promise<boolean> {
    const last = this.#options.identity.current()?.account ?? (await this.#former.load());
    if (last === undefined || last === account) return false;
    await this.#begin({ kind: 'move', by: 'cloud', phase: 'due', at: instant(this.#options.clock), starts: 0 });
    return true;
  }

  /** Ends the waiting; what is on disk stays. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all([this.#asking, this.#working]);
  }

  get #limits(): ResetLimits {
    return this.#options.limits ?? LIMITS;
  }

  async #ask(): Promise<void> {
    const { target: findTarget, identity, clock, log, virtual } = this.#options;
    const [target, own] = [findTarget(), identity.current()];
    if (target === undefined || own === undefined || this.#marker?.phase === 'due') return;
    // What must not be cut off goes first; the next refusal asks again.
    if (this.#options.busy.busy() !== undefined) return;
    try {
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(this.#limits.leaveMs)]);
      const standing = await askStanding({ target, identity: own, now: () => clock.now(), signal });
      log.info({ standing }, 'the cloud said how this gateway stands with it');
      if (standing === 'active' || identity.current()?.certificate !== own.certificate) return;
      const kind = standing === 'reset' && virtual !== true ? 'wipe' : 'release';
      const said: ResetMarker = { kind, by: 'cloud', phase: 'due', at: instant(clock), starts: 0 };
      // A wish that waits for the cloud has nothing left to wait for.
      await this.#begin(this.#marker?.kind === 'wipe' ? { ...this.#marker, phase: 'due' } : said);
    } catch (thrown) {
      const error = toDemarcError(thrown);
      log.warn({ code: error.code, detail: error.detail }, 'the cloud could not be asked how this gateway stands');
    }
  }

  #work(limits: ResetLimits): void {
    const work = async () => {
      try {
        await this.#flush(limits);
        await this.#leave(limits);
        if (this.#marker && !this.#stop.signal.aborted) await this.#begin({ ...this.#marker, phase: 'due' });
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        const { code } = toDemarcError(error);
        this.#options.log.error({ code, err: error }, 'the reset could not go on; the next start tries again');
      }
    };
    this.#working ??= work().finally(() => {
      this.#working = undefined;
    });
  }

  /** Until the cloud has acknowledged everything, or too long. */
  async #flush({ flushMs, offlineMs, settleMs }: ResetLimits): Promise<void> {
    const { outbox, online, identity, hasEnded, log } = this.#options;
    if (identity.current() === undefined) return;
    const command = this.#marker?.command;
    const isSaid = () => command === undefined || hasEnded(command);
    const begun = performance.now();
    const passed = () => performance.now() - begun;
    while (passed() < flushMs && this.#marker?.phase === 'wanted') {
      await sleep(LOOK_MS, undefined, { signal: this.#stop.signal });
      if (passed() > settleMs && isSaid() && outbox.state().records === 0 && online()) return;
      if (passed() > offlineMs && this.#marker.by === 'site' && !online()) break;
    }
    const { records } = outbox.state();
    if (records > 0) log.warn({ code: 'reset.records-lost', records }, 'the cloud did not take everything in time');
  }

  async #leave({ leaveMs }: ResetLimits): Promise<void> {
    const { target: findTarget, identity, clock, log } = this.#options;
    const [target, own] = [findTarget(), identity.current()];
    if (target === undefined || own === undefined || leaveMs === 0) return;
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(leaveMs)]);
    const parts = { target, identity: own, now: () => clock.now(), signal };
    // Somebody on site waits, and may do without; the console is to know.
    const tries = this.#marker?.by === 'site' ? 1 : LEAVE_TRIES;
    for (let left = tries; this.#marker?.phase === 'wanted'; left -= 1) {
      try {
        return await sayLeaving(parts, this.#marker.kind === 'wipe');
      } catch (thrown) {
        const error = toDemarcError(thrown);
        if (this.#stop.signal.aborted) throw error;
        log.warn({ code: error.code, detail: error.detail }, 'the cloud could not be told that this gateway leaves');
        // It was let go already, for example by the try before, whose answer was lost.
        if (left <= 1 || signal.aborted || error.code.startsWith('identity.')) return;
      }
      await sleep(LEAVE_WAIT_MS, undefined, { signal: this.#stop.signal });
    }
  }

  /** The point of no return: from here on every start wipes first. What opens secrets is destroyed at once. */
  async #begin(marker: ResetMarker): Promise<void> {
    if (this.#marker?.phase === 'due') return;
    const { folder, identity, restart, log } = this.#options;
    await this.#save(marker);
    log.warn({ code: 'reset.begins', kind: marker.kind, by: marker.by }, 'starting anew without its account');
    try {
      if (marker.kind === 'wipe') {
        await identity.forget();
        await removeFile(join(folder, 'device.key'));
      }
    } catch (error) {
      log.error({ code: toDemarcError(error).code, err: error }, 'the keys go with the rest at the next start');
    }
    restart();
  }

  async #save(marker: ResetMarker): Promise<void> {
    await this.#file.save(marker);
    this.#marker = marker;
  }
}
