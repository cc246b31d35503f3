import { hash } from 'node:crypto';
import { type ScheduledTask, schedule as startTicker } from 'node-cron';
import { z } from 'zod';
import type { Clock } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { Instant } from '#contract/ids.ts';
import type { DaemonStore, Table } from '#daemon/store/store.ts';
import { due, nextDue, nextOccurrence, type Schedule } from './due.ts';

/** Why a job runs: for the first time, at its time, or because its time passed while nobody could run it. */
export type RunReason = 'first' | 'schedule' | 'catch-up';

/** Something to do again and again. `schedule` is asked anew each minute, so that settings take effect at once. */
export interface Job {
  name: string;
  schedule: () => Schedule;
  /** What it throws is logged; the next time is not affected. */
  run: (signal: AbortSignal, reason: RunReason) => Promise<void>;
}

export interface SchedulerOptions {
  store: Pick<DaemonStore, 'table'>;
  clock: Clock;
  log: Log;
  /** The gateway's id or another text of its own: it spreads the gateways over the minute. */
  spread: string;
  /** The site's time zone, an IANA name; what Intl does not know counts as UTC. */
  zone: () => string;
  /** Called at every tick, once a minute: whoever waits for it knows that the schedule lives. */
  onTick?: () => void;
}

const MINUTE_MS = 60_000;
/** From how late on a run is a catch-up. Ticks come once a minute. */
const LATE_MS = 2 * MINUTE_MS;

/** A number from 0 to `below` - 1 that is always the same for a text and evenly spread over texts. */
export const spreadOver = (text: string, below: number): number =>
  Number.parseInt(hash('sha256', text).slice(0, 12), 16) % below;

/** The gateway's own marks within every period, so that a fleet does not knock at one minute (design section 6). */
export const spreadInterval = (gateway: string, everyMinutes: number): Schedule => ({
  everyMinutes,
  offsetMinutes: spreadOver(gateway, everyMinutes),
});

/**
 * Runs jobs when they are due. node-cron only ticks, in UTC and once a minute; whether a job is due is the pure rule of
 * due.ts over the last run on disk. A job never overlaps itself; jobs do not wait for each other.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #table: Table<number>;
  readonly #lastRuns: Map<string, number>;
  readonly #jobs = new Map<string, Job>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  #ticker: ScheduledTask | undefined;

  private constructor(options: SchedulerOptions, table: Table<number>, lastRuns: Map<string, number>) {
    this.#options = options;
    this.#table = table;
    this.#lastRuns = lastRuns;
  }

  /** Loads the last runs. @throws DemarcError `store.damaged` */
  static async open(options: SchedulerOptions): Promise<Scheduler> {
    const table = options.store.table('schedule', z.number());
    const lastRuns = new Map<string, number>();
    for await (const [name, at] of table.entries()) lastRuns.set(name, at);
    return new Scheduler(options, table, lastRuns);
  }

  /** Adds a job, or replaces the one of this name. */
  add(job: Job): void {
    this.#jobs.set(job.name, job);
  }

  /** Forgets the job and when it last ran; one that is running goes on to its end. */
  async remove(name: string): Promise<void> {
    this.#jobs.delete(name);
    this.#lastRuns.delete(name);
    await this.#table.remove(name);
  }

  /** The names of all jobs. */
  names(): string[] {
    return [...this.#jobs.keys()];
  }

  /** When the job will run next; null when there is no such job. */
  nextAt(name: string): Instant | null {
    const job = this.#jobs.get(name);
    if (job === undefined) return null;
    const now = this.#options.clock.now();
    return new Date(nextDue(job.schedule(), this.#zone(), this.#lastRuns.get(name), now)).toISOString();
  }

  /** Starts ticking, the first time now. */
  start(): void {
    const { log, spread } = this.#options;
    const tick = () => this.tick();
    this.#ticker = startTicker(`${spreadOver(spread, 60)} * * * * *`, tick, {
      timezone: 'UTC',
      noOverlap: true,
      suppressMissedWarning: true,
      logger: {
        info: (message) => log.debug({ message }, 'ticker'),
        debug: (message) => log.debug({ message: String(message) }, 'ticker'),
        warn: (message) => log.warn({ code: 'schedule.ticker', message }, 'the ticker met something unusual'),
        error: (message) => log.error({ code: 'schedule.ticker', message: String(message) }, 'a tick failed'),
      },
    });
    // After a step of the clock or a blocked process the slot is gone; the rule knows what is due all the same.
    this.#ticker.on('execution:missed', tick);
    tick();
  }

  /** Starts every job that is due. Called by the ticker; it does not wait for the jobs. */
  tick(): void {
    if (this.#stop.signal.aborted) return;
    this.#options.onTick?.();
    for (const job of this.#jobs.values()) {
      if (this.#running.has(job.name)) continue;
      const running = this.#consider(job).finally(() => this.#running.delete(job.name));
      this.#running.set(job.name, running);
    }
  }

  /** Resolves when no job runs any more. */
  async idle(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  /** Stops ticking, asks running jobs to end, and waits for them. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ticker?.destroy();
    await this.idle();
  }

  async #consider(job: Job): Promise<void> {
    const { clock, log } = this.#options;
    const now = clock.now();
    const lastRun = this.#lastRuns.get(job.name);
    try {
      const schedule = job.schedule();
      const isDue = due(schedule, this.#zone(), lastRun, now);
      // A wall-clock job that is new has its first time ahead of it; from now on a missed one can be told.
      if (!isDue && lastRun !== undefined) return;
      await this.#remember(job.name, now);
      if (!isDue || this.#stop.signal.aborted) return;
      await job.run(this.#stop.signal, this.#reason(schedule, lastRun, now));
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      log.error({ code: 'schedule.job-failed', job: job.name, err: error }, 'a scheduled job failed');
    }
  }

  #reason(schedule: Schedule, lastRun: number | undefined, now: number): RunReason {
    if (lastRun === undefined) return 'first';
    return lastRun <= now && now - nextOccurrence(schedule, this.#zone(), lastRun) > LATE_MS ? 'catch-up' : 'schedule';
  }

  /** Before the job, not after: a job that kills the process must not run again at every start. */
  async #remember(name: string, at: number): Promise<void> {
    this.#lastRuns.set(name, at);
    await this.#table.put(name, at);
  }

  #zone(): string {
    const zone = this.#options.zone();
    try {
      return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone;
    } catch {
      // The site's zone comes from its host and may be anything; a job at the wrong hour is better than none.
      return 'UTC';
    }
  }
}
