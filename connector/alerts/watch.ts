import type { Clock } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { Store } from '../store/store.ts';
import { evaluate } from './evaluation.ts';
import { tellNews } from './news.ts';

const EVERY_MS = 60_000;
/** How long changes are gathered before the gateways that they are about are looked at. */
const GATHER_MS = 5000;
/** Gateways that are looked at together, and how many may be gathered: beyond that the next full round has them. */
const PAGE = 50;
const GATHERED_LIMIT = 1000;
/** Alerts that have been over for so long are forgotten, once a day. */
const KEEP_MS = 400 * 24 * 3_600_000;
const DAY_MS = 24 * 3_600_000;

interface WatchOptions {
  store: Store;
  clock: Clock;
  log: Log;
  publicUrl: string;
  /** Whether mails can be sent at all. */
  mail: boolean;
  /** Called when there is something new to deliver. */
  onNews: () => void;
}

/** Looks at every gateway each minute, at one that changed within seconds, and tells what there is to tell. */
export class AlertWatch {
  readonly #options: WatchOptions;
  readonly #startedAt: number;
  readonly #gathered = new Set<string>();
  #minute: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  #stopListening: (() => void) | undefined;
  #work: Promise<void> = Promise.resolve();
  #stopping = false;
  #trimmedAt = 0;

  constructor(options: WatchOptions) {
    this.#options = { ...options, log: options.log.child({ part: 'alerts' }) };
    this.#startedAt = options.clock.now();
  }

  start(): void {
    this.#minute = setInterval(() => this.#enqueue(() => this.round()), EVERY_MS).unref();
    this.#stopListening = this.#options.store.onChange((changes) => {
      for (const { topic, ref } of changes) if (topic === 'gateway' && ref !== null) this.#gather(ref);
    });
    this.#enqueue(() => this.round());
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#minute);
    clearTimeout(this.#soon);
    this.#stopListening?.();
    await this.#work;
  }

  /** Looks at every gateway once, then tells what is due. */
  async round(): Promise<void> {
    const { store, clock } = this.#options;
    const moment = { now: clock.now(), startedAt: this.#startedAt };
    let after: string | undefined = '';
    while (after !== undefined && !this.#stopping) {
      after = await evaluate(store, { after, limit: PAGE }, moment);
      // Others get their turn between two pages.
      await new Promise((ready) => setImmediate(ready));
    }
    await this.#tell();
    await this.#trim(moment.now);
  }

  #gather(gateway: string): void {
    if (this.#gathered.size >= GATHERED_LIMIT) return;
    this.#gathered.add(gateway);
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.#enqueue(() => this.#changed());
    }, GATHER_MS).unref();
  }

  async #changed(): Promise<void> {
    const { store, clock } = this.#options;
    const ids = [...this.#gathered];
    this.#gathered.clear();
    for (let at = 0; at < ids.length; at += PAGE) {
      const moment = { now: clock.now(), startedAt: this.#startedAt };
      await evaluate(store, { ids: ids.slice(at, at + PAGE) }, moment);
    }
  }

  async #tell(): Promise<void> {
    const { store, clock, mail, publicUrl, onNews } = this.#options;
    if ((await tellNews(store, { now: clock.now(), mail, publicUrl })) > 0) onNews();
  }

  async #trim(now: number): Promise<void> {
    if (now - this.#trimmedAt < DAY_MS) return;
    this.#trimmedAt = now;
    const before = new Date(now - KEEP_MS).toISOString();
    await this.#options.store.write(async ({ db }) => {
      await db.deleteFrom('alert').where('resolved_at', '<', before).execute();
      // What waited for the contacts of an account that was deleted.
      await db
        .deleteFrom('alert_delivery')
        .where('target_id', 'not in', (targets) => targets.selectFrom('alert_target').select('id'))
        .execute();
    });
  }

  /** One thing after the other: two rounds at once would judge what the first is about to change. */
  #enqueue(task: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (this.#stopping) return;
      try {
        await task();
      } catch (error) {
        this.#options.log.error(
          { code: 'alerts.not-evaluated', err: error },
          'alerts could not be looked at; next try in a minute',
        );
      }
    });
  }
}
