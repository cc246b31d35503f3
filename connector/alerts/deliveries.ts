import type { Selectable } from 'kysely';
import type { Clock, Random } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { type DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import type { Tables } from '../store/schema.ts';
import type { Store, Work } from '../store/store.ts';
import type { AlertMetrics } from './alert-metrics.ts';

/** A contact or a webhook as it is stored. */
export type TargetRow = Selectable<Tables['alert_target']>;

/** One message on its way; the same id at every try, so that a receiver can tell a repetition. */
export interface Outgoing {
  id: string;
  content: string;
}

/** Brings one message to one target. @returns what the other side said. @throws DemarcError `alert.*` */
export type Carry = (target: TargetRow, message: Outgoing, signal: AbortSignal) => Promise<string>;

/** How long a message is tried, in milliseconds. */
export const KEEP_TRYING_MS = 24 * 3_600_000;
/** What waits for one target at most; the oldest goes when more comes. */
export const WAITING_LIMIT = 200;
const BACKOFF_MS = { first: 30_000, most: 30 * 60_000 } as const;
const LOOK_EVERY_MS = 15_000;
/** Targets that are served at the same time; each gets its messages one after the other. */
const AT_ONCE = 4;
const DEADLINE_MS = 60_000;

/** When to try again after so many tries, in milliseconds from now: doubled each time, spread by a fifth. */
export function retryDelay(attempts: number, random: Random): number {
  const full = Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** Math.min(20, attempts - 1));
  return Math.round(full * (0.8 + 0.4 * random()));
}

/** Puts a message into a target's queue, in the caller's transaction; over the limit the oldest goes and is counted. */
export async function enqueue(work: Work, target: { id: string }, message: Outgoing, now: number): Promise<void> {
  const at = new Date(now).toISOString();
  await work.db
    .insertInto('alert_delivery')
    .values({
      id: message.id,
      target_id: target.id,
      content: message.content,
      created_at: at,
      next_at: at,
      attempts: 0,
    })
    .execute();
  const dropped = await work.db
    .deleteFrom('alert_delivery')
    .where('target_id', '=', target.id)
    .where('id', 'not in', (kept) =>
      kept
        .selectFrom('alert_delivery')
        .select('id')
        .where('target_id', '=', target.id)
        .orderBy('id', 'desc')
        .limit(WAITING_LIMIT),
    )
    .executeTakeFirst();
  if (dropped.numDeletedRows > 0n) await countDropped(work, target.id, Number(dropped.numDeletedRows));
}

const countDropped = (work: Work, target: string, count: number) =>
  work.db
    .updateTable('alert_target')
    .set((eb) => ({ dropped: eb('dropped', '+', count) }))
    .where('id', '=', target)
    .execute();

/** Notes at the contact or webhook how telling it went; `at` in ISO. A success ends every failure. */
export async function noteOutcome(work: Work, target: TargetRow, at: string, error?: DemarcError): Promise<void> {
  await work.db
    .updateTable('alert_target')
    .set((eb) =>
      error === undefined
        ? { last_delivered_at: at, failing_since: null, failure: null }
        : {
            failing_since: eb.fn.coalesce('failing_since', eb.val(at)),
            failure: JSON.stringify({
              code: error.code,
              message: error.message.slice(0, 1000),
              nextStep: error.nextStep,
            }),
          },
    )
    .where('id', '=', target.id)
    .execute();
  work.changed({ topic: 'alert', account: target.account_id, partner: target.partner_id, ref: target.id });
}

interface DeliveriesOptions {
  store: Store;
  clock: Clock;
  random: Random;
  log: Log;
  carry: Carry;
  metrics: AlertMetrics;
}

/**
 * Carries what is in the queue, each target's messages in order, until it is delivered or a day has passed. A message
 * leaves the table only after the other side took it: a death in between repeats at most the one of each target.
 */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;

  constructor(options: DeliveriesOptions) {
    this.#options = { ...options, log: options.log.child({ part: 'alerts' }) };
  }

  start(): void {
    this.#timer ??= setInterval(() => this.wake(), LOOK_EVERY_MS).unref();
    this.wake();
  }

  /** Looks now for what is due. */
  wake(): void {
    if (this.#stopping.signal.aborted) return;
    this.#again = true;
    this.#running ??= this.#turn().finally(() => {
      this.#running = undefined;
    });
  }

  /** Ends what is under way; it is tried again at the next start. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    await this.#running;
  }

  async #turn(): Promise<void> {
    while (this.#again && !this.#stopping.signal.aborted) {
      this.#again = false;
      try {
        const targets = await this.#dueTargets();
        const serve = async () => {
          for (let next = targets.pop(); next !== undefined; next = targets.pop()) await this.#serve(next);
        };
        await Promise.all(Array.from({ length: Math.min(AT_ONCE, targets.length) }, serve));
      } catch (error) {
        this.#options.log.error({ code: 'internal', err: error }, 'alerts could not be delivered; next try in a while');
      }
    }
  }

  async #dueTargets(): Promise<TargetRow[]> {
    const { store, clock } = this.#options;
    const now = new Date(clock.now()).toISOString();
    return store.db
      .selectFrom('alert_target')
      .selectAll()
      .where('id', 'in', (due) => due.selectFrom('alert_delivery').select('target_id').where('next_at', '<=', now))
      .execute();
  }

  /** Everything that is due for one target, the oldest first, until one fails. */
  async #serve(target: TargetRow): Promise<void> {
    const { store, clock } = this.#options;
    for (;;) {
      const message = await store.db
        .selectFrom('alert_delivery')
        .selectAll()
        .where('target_id', '=', target.id)
        .orderBy('id')
        .limit(1)
        .executeTakeFirst();
      if (message === undefined || this.#stopping.signal.aborted) return;
      // A younger message does not overtake one that waits for its next try.
      if (message.next_at > new Date(clock.now()).toISOString()) return;
      if (!(await this.#try(target, message))) return;
    }
  }

  async #try(target: TargetRow, message: Selectable<Tables['alert_delivery']>): Promise<boolean> {
    const { store, clock, random, log, carry, metrics } = this.#options;
    let error: DemarcError | undefined;
    try {
      const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(DEADLINE_MS)]);
      await carry(target, message, signal);
    } catch (thrown) {
      // Ended by our own stop: that says nothing about the other side.
      if (this.#stopping.signal.aborted) return false;
      error = toDemarcError(thrown);
    }
    const now = clock.now();
    const attempts = message.attempts + 1;
    const tooOld = now - Date.parse(message.created_at) >= KEEP_TRYING_MS;
    const givenUp = error !== undefined && (tooOld || error.code === 'alert.mail-refused');
    await store.write(async (work) => {
      if (error === undefined || givenUp) {
        await work.db.deleteFrom('alert_delivery').where('id', '=', message.id).execute();
      } else {
        const next_at = new Date(now + retryDelay(attempts, random)).toISOString();
        await work.db.updateTable('alert_delivery').set({ attempts, next_at }).where('id', '=', message.id).execute();
      }
      if (givenUp) await countDropped(work, target.id, 1);
      await noteOutcome(work, target, new Date(now).toISOString(), error);
    });
    metrics.delivered(target.kind, error === undefined ? 'delivered' : givenUp ? 'given up' : 'failed');
    if (error === undefined) return true;
    log.warn({ code: error.code, target: target.id, attempts, givenUp, err: error }, 'an alert could not be delivered');
    return givenUp;
  }
}
