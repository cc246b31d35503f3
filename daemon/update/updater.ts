import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { isAlive } from '#config/process-identity.ts';
import {
  decide,
  type EndedTrial,
  forgetVerdict,
  readSlots,
  type SlotName,
  type Trial,
  writeSlots,
} from '#config/slots.ts';
import type { CommandOutput } from '#contract/commands.ts';
import { catalogue, type ErrorCode } from '#contract/errors/catalogue.ts';
import { DemarcError, type ErrorText, toDemarcError } from '#contract/errors/demarc-error.ts';
import { compareVersions, LEAVING_FOR_UPDATE, type UpdateSchedule, type UpdateStatus } from '#contract/update.ts';
import { eventRecord } from '../outbox/event-record.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { BusyBoard } from '../power/busy.ts';
import type { Farewell } from '../power/farewell.ts';
import type { RestartProcess } from '../power/restart.ts';
import type { Preparation, PreparationContext, VerifiedRelease } from './preparation.ts';
import type { UpdateRecordKeeper } from './record.ts';
import type { PreparingState } from './states.ts';
import { mayInstall } from './verify.ts';

/** This process as part of an installation with two slots. */
export interface Installation {
  root: string;
  slot: SlotName;
  /** The process that judges this one while it is on trial (config/process-identity.ts). */
  judge?: string | undefined;
}

interface UpdaterOptions {
  version: string;
  /** Undefined where there are no slots. */
  installation: Installation | undefined;
  preparation: () => Promise<Preparation>;
  record: UpdateRecordKeeper;
  defaultSchedule: UpdateSchedule;
  nextCheckAt: () => string | null;
  /** Removes what an update needed until it ended. */
  cleanUp: () => void;
  /** How long a new version has to prove itself, and must then go on well, in milliseconds. */
  limits: () => { limitMs: number; settleMs: number };
  isOnline: () => boolean;
  busy: BusyBoard;
  farewell: Farewell;
  restart: RestartProcess;
  outbox: Outbox;
  onStatus: () => Promise<void>;
  newId: () => string;
  clock: Clock;
  log: Log;
}

/** What is to be installed: without a version the newest one, if it is newer. */
export interface Wanted {
  version?: string | undefined;
  force: boolean;
}

/** Who asks for an update. */
export interface UpdateContext extends PreparationContext {
  /** The command, and who issued it; none when it is the schedule's turn. */
  command?: string;
  issuer: { id: string; name: string };
  /** How long it may wait for what must not be cut off, in milliseconds; a person is told at once. */
  patienceMs?: number;
  /** Puts on disk what a resumed command needs. */
  checkpoint: (step: UpdateStep, options?: { noReturn?: boolean }) => Promise<void>;
}

/** What a resumed `gateway.update` goes on from. */
export interface UpdateStep {
  version: string | null;
  /** The trial that was about to be written. */
  trial?: string;
}

const WATCH_EVERY_MS = 300;
/** A scheduled update waits in its night for a call trace to end, not into the morning. */
const PATIENCE_MS = 3_600_000;

/**
 * Updates of this gateway: finds, prepares, switches to a trial, and tells what came of it. What decides about a trial is
 * outside of this process (bin/launch/judge.ts).
 */
export class Updater {
  readonly #options: UpdaterOptions;
  readonly #stopping = new AbortController();
  #phase: UpdateStatus['phase'];
  #working = false;
  /** From when the trial is on disk to the end of this process. */
  #leaving = false;
  #release: () => void = () => undefined;

  constructor(options: UpdaterOptions) {
    this.#options = options;
    this.#phase = options.installation === undefined ? 'unsupported' : 'idle';
    const trial = this.#ownTrial();
    if (trial === undefined) return;
    this.#phase = 'proving';
    this.#release = options.busy.mark(`version ${trial.to} proves itself`);
  }

  get isSupported(): boolean {
    return this.#options.installation !== undefined;
  }

  status(): UpdateStatus {
    const { last, available, lastCheckAt } = this.#options.record.current;
    return {
      phase: this.#phase,
      schedule: this.schedule(),
      available: this.#newer(available)?.version ?? null,
      lastCheckAt,
      nextCheckAt: this.isSupported ? this.#options.nextCheckAt() : null,
      last,
    };
  }

  schedule(): UpdateSchedule {
    return this.#options.record.current.schedule ?? this.#options.defaultSchedule;
  }

  async setSchedule(schedule: UpdateSchedule): Promise<void> {
    await this.#options.record.change({ schedule });
    await this.#options.onStatus();
  }

  /** Why the gateway is away, when an update is why; for the link's farewell and will. */
  absence(): string | undefined {
    return this.#leaving || this.#phase === 'proving' ? LEAVING_FOR_UPDATE : undefined;
  }

  /** Asks the source. @throws DemarcError `update.unsupported`, `update.busy`, those of the source and of the signature */
  async check(signal: AbortSignal): Promise<CommandOutput<'gateway.check-update'>> {
    const found = await this.#alone('checking', () => this.#look(undefined, signal));
    const available = this.#newer(found === undefined ? null : offerOf(found));
    return { current: this.#options.version, available };
  }

  /**
   * Installs and switches. Does not resolve when it switched: the process ends, and the next one has the outcome.
   * @throws DemarcError the codes of `update.*`
   */
  async install(wanted: Wanted, context: UpdateContext): Promise<CommandOutput<'gateway.update'>> {
    const { version: from } = this.#options;
    return await this.#alone('checking', async () => {
      await context.checkpoint({ version: wanted.version ?? null });
      const found = await this.#look(wanted.version, context.signal);
      if (wanted.version === undefined && (found === undefined || this.#newer(offerOf(found)) === null)) {
        return { from, to: from, changed: false };
      }
      if (found === undefined) throw new DemarcError('update.none', wanted.version);
      return await this.#go(found, wanted, context);
    });
  }

  /** Goes on with an update whose process ended. @throws DemarcError the codes of `update.*`: what the judge found */
  async resume(wanted: Wanted, step: UpdateStep, context: UpdateContext): Promise<CommandOutput<'gateway.update'>> {
    const { root } = this.#installation();
    const slots = readSlots(root);
    const { trial } = step;
    // Killed before the slots were touched: what is prepared is used, what is missing is done again.
    if (trial === undefined || (slots?.trial?.id !== trial && slots?.last?.id !== trial)) {
      return await this.install({ ...wanted, version: step.version ?? wanted.version }, context);
    }
    context.progress('the new version proves itself', 95);
    for (;;) {
      const last = readSlots(root)?.last;
      if (last?.id === trial) {
        if (last.outcome === 'Updated') return { from: last.from, to: last.to, changed: true };
        throw errorOf(last.reason);
      }
      await sleep(WATCH_EVERY_MS, undefined, { signal: context.signal });
    }
  }

  /** Looks for a newer release and fetches it, so that it is there when its time comes. */
  async prefetch(signal: AbortSignal): Promise<void> {
    await this.#alone('checking', async () => {
      const found = await this.#look(undefined, signal);
      if (found === undefined || this.#newer(offerOf(found)) === null) return;
      const preparation = await this.#options.preparation();
      const context = { signal, progress: () => undefined };
      await preparation.fetch(found, context);
      await preparation.compare(found, context);
      await preparation.end();
    });
  }

  /** The schedule's turn: the newest release, or without a cloud the one that was fetched (GWS-8). */
  async runScheduled(signal: AbortSignal): Promise<void> {
    const { log, version, record } = this.#options;
    const context: UpdateContext = {
      signal,
      progress: () => undefined,
      issuer: { id: 'schedule', name: 'the update schedule' },
      patienceMs: PATIENCE_MS,
      checkpoint: async () => undefined,
    };
    await this.#alone('checking', async () => {
      const found = await this.#look(undefined, signal).catch(async (thrown: unknown) => {
        const error = toDemarcError(thrown);
        log.warn({ code: error.code, detail: error.detail }, 'no look for updates; what was fetched is used');
        return await (await this.#options.preparation()).fetched();
      });
      if (found === undefined || this.#newer(offerOf(found)) === null) return;
      const { last } = record.current;
      // A version that was rolled back is not tried every night: a person may, or a later one comes.
      if (last?.outcome === 'Rolled back' && last.to === found.manifest.version) {
        log.info({ to: last.to, version }, 'the update that was rolled back is not tried again by itself');
        return;
      }
      await this.#go(found, { force: false }, context);
    });
  }

  /** Told by the preparation. */
  atStep(step: PreparingState): void {
    this.#phase = step === 'downloading' ? 'downloading' : 'verifying';
    this.#options.onStatus().catch((error: unknown) => {
      this.#options.log.warn({ code: toDemarcError(error).code }, 'a step of the update could not be reported');
    });
  }

  /**
   * Tells what came of an update before this start; one that is still on trial is followed to its end. To be called when
   * all parts run.
   */
  async goOn(): Promise<void> {
    const { installation, log, clock } = this.#options;
    if (installation === undefined) return;
    const slots = readSlots(installation.root);
    const trial = this.#ownTrial();
    if (trial !== undefined) {
      this.#follow(installation, trial).catch((error: unknown) => {
        log.error({ code: toDemarcError(error).code, err: error }, 'the trial of this version could not be followed');
      });
      return await this.#options.onStatus();
    }
    if (slots?.trial === undefined) return await this.#end(slots?.last);
    // The launcher went back and could not write that down.
    const reason = new DemarcError('update.started-twice').toText();
    await this.#end(
      decide(installation.root, slots.trial, { outcome: 'Rolled back', at: instant(clock), reason }).last,
    );
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
  }

  #installation(): Installation {
    const { installation } = this.#options;
    if (installation === undefined) throw new DemarcError('update.unsupported');
    return installation;
  }

  /** One thing at a time. */
  async #alone<T>(phase: 'checking', work: () => Promise<T>): Promise<T> {
    this.#installation();
    if (this.#working || this.#phase !== 'idle') throw new DemarcError('update.busy', `update: ${this.#phase}`);
    this.#working = true;
    this.#phase = phase;
    try {
      return await work();
    } finally {
      this.#working = false;
      this.#phase = 'idle';
      this.#release();
      await this.#options.onStatus();
    }
  }

  async #look(version: string | undefined, signal: AbortSignal): Promise<VerifiedRelease | undefined> {
    const { record, clock } = this.#options;
    const found = await (await this.#options.preparation()).find(version, signal);
    const lastCheckAt = instant(clock);
    if (version === undefined) await record.change({ lastCheckAt, available: found ? offerOf(found) : null });
    return found;
  }

  #newer<T extends { version: string }>(offer: T | null): T | null {
    return offer !== null && compareVersions(offer.version, this.#options.version) > 0 ? offer : null;
  }

  async #go(found: VerifiedRelease, wanted: Wanted, context: UpdateContext): Promise<CommandOutput<'gateway.update'>> {
    const { version: from, log } = this.#options;
    const to = found.manifest.version;
    const preparation = await this.#options.preparation();
    try {
      mayInstall(found.manifest, from, wanted);
      log.info({ from, to }, 'an update is prepared');
      await preparation.fetch(found, context);
      await preparation.compare(found, context);
      const slot = await preparation.unpack(found, this.#installation().slot, context);
      await this.#needQuiet(wanted.force, context);
      return await this.#switch({ slot, from, to }, preparation, context);
    } catch (thrown) {
      if (this.#stopping.signal.aborted || context.signal.aborted) throw thrown;
      const error = toDemarcError(thrown);
      await preparation.end();
      if (error.code === 'update.no-space') await preparation.clear();
      // Nothing failed: it waits for a better time.
      if (error.code === 'update.busy') throw error;
      await this.#tell({ at: instant(this.#options.clock), from, to, outcome: 'Failed', reason: error.toText() });
      throw error;
    }
  }

  /** Never during a call trace or a change of a trunk. @throws DemarcError `update.busy` */
  async #needQuiet(force: boolean, { signal, patienceMs = 0 }: UpdateContext): Promise<void> {
    const end = performance.now() + patienceMs;
    for (;;) {
      signal.throwIfAborted();
      const what = this.#options.busy.busy();
      if (what === undefined || force) return;
      if (performance.now() >= end) throw new DemarcError('update.busy', what);
      await sleep(WATCH_EVERY_MS, undefined, { signal });
    }
  }

  /** The way of no return: from the checkpoint on the next process tells the outcome. */
  async #switch(
    what: { slot: SlotName; from: string; to: string },
    preparation: Preparation,
    context: UpdateContext,
  ): Promise<never> {
    const { busy, farewell, restart, isOnline, limits, newId, clock, onStatus } = this.#options;
    const { root } = this.#installation();
    const slots = readSlots(root);
    if (slots === undefined) throw new DemarcError('config.unreadable', `${root}: the state of the slots`);
    const trial: Trial = {
      id: newId(),
      ...what,
      ...(context.command === undefined ? {} : { command: context.command }),
      since: instant(clock),
      needsCloud: isOnline(),
      ...limits(),
    };
    this.#phase = 'switching';
    this.#release = busy.mark(`update to ${what.to}`);
    await onStatus();
    await preparation.reserveRoom();
    context.progress(`switching to version ${what.to}`, 90);
    await context.checkpoint({ version: what.to, trial: trial.id }, { noReturn: true });
    await farewell({
      name: 'gateway.updating',
      message: `The gateway switches from version ${what.from} to ${what.to}`,
      context: { id: context.command ?? 'schedule', issuer: context.issuer, signal: context.signal },
      forced: undefined,
    });
    if (slots.last !== undefined) forgetVerdict(root, slots.last.id);
    try {
      writeSlots(root, { ...slots, trial });
    } catch (error) {
      throw new DemarcError('update.write-failed', String(error).slice(0, 200), { cause: error });
    }
    this.#leaving = true;
    await preparation.end();
    restart();
    // Ended by the end of this process.
    return await new Promise<never>((_resolve, reject) => {
      context.signal.addEventListener('abort', () => reject(toDemarcError(context.signal.reason)), { once: true });
    });
  }

  /** The trial that this very process is. */
  #ownTrial(): Trial | undefined {
    const { installation } = this.#options;
    const trial = installation && readSlots(installation.root)?.trial;
    return trial?.slot === installation?.slot ? trial : undefined;
  }

  /** Waits for the verdict; without a judge there is none, and the launcher goes back. */
  async #follow({ root, judge }: Installation, trial: Trial): Promise<void> {
    const { log, restart } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const isJudged = judge !== undefined && isAlive(judge);
      const last = readSlots(root)?.last;
      if (last?.id === trial.id) {
        this.#phase = 'idle';
        this.#release();
        return await this.#end(last);
      }
      if (!isJudged) {
        log.error({ code: 'update.unwatched', trial: trial.id }, 'nobody judges this version; the old one comes back');
        restart();
        return;
      }
      await sleep(WATCH_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Tells a trial's end once, whatever process finds it. */
  async #end(last: EndedTrial | undefined): Promise<void> {
    const { record } = this.#options;
    if (last === undefined || record.current.told === last.id) return;
    const { id, from, to, outcome, at, reason } = last;
    this.#options.cleanUp();
    await this.#tell({ from, to, outcome, at, ...(reason ? { reason } : {}) }, id);
  }

  async #tell(last: NonNullable<UpdateStatus['last']>, told?: string): Promise<void> {
    const { record, outbox, log, onStatus } = this.#options;
    const { from, to, outcome, reason } = last;
    await outbox.append([
      eventRecord({
        name: `gateway.update-${outcome === 'Updated' ? 'done' : outcome === 'Failed' ? 'failed' : 'rolled-back'}`,
        severity: outcome === 'Updated' ? 'info' : 'error',
        message: `Update from version ${from} to ${to}: ${outcome}${reason ? `. ${reason.message}` : ''}`.slice(
          0,
          1000,
        ),
        details: { from, to, outcome, ...(reason ? { code: reason.code } : {}) },
      }),
    ]);
    await record.change({ last, ...(told === undefined ? {} : { told }) });
    if (outcome === 'Updated') log.info({ from, to }, 'the gateway was updated');
    else log.error({ code: reason?.code ?? 'internal', from, to }, `the update: ${outcome}`);
    await onStatus();
  }
}

const offerOf = ({ manifest: { version, notes } }: VerifiedRelease) => ({ version, notes });

/** The reason of a verdict as an error again; the launcher's catalogue may be older or newer than ours. */
function errorOf(reason: ErrorText | undefined): DemarcError {
  if (reason === undefined || !Object.hasOwn(catalogue, reason.code)) {
    return new DemarcError('update.crashed', reason?.message);
  }
  const code = reason.code as ErrorCode;
  const detail = reason.message.slice(catalogue[code].cause.length).replace(/^ \(([\s\S]*)\)$/, '$1');
  return new DemarcError(code, detail === '' ? undefined : detail);
}
