import { sql } from 'kysely';
import type { Clock } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { trimQuarantine } from '../ingest/quarantine.ts';
import type { Db, Store } from '../store/store.ts';
import { dropStages } from '../store/user-set.ts';

const HOUR_MS = 3_600_000;
/** How long a console's stream can be taken up again, a repeated request is recognised, an unfinished run is waited for. */
const KEEP_MS = { changes: 48 * HOUR_MS, idempotency: 24 * HOUR_MS, stages: 24 * HOUR_MS } as const;
/** Rows that one statement removes: the writer is never away for long. */
const SLICE = 5000;

/** Removes what has served its time: at the start and every hour until `stop`. */
export class Retention {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #prunes: readonly (() => Promise<void>)[];
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #stopping = false;

  /** `prunes` are what other parts remove of their own. */
  constructor(options: { store: Store; clock: Clock; log: Log; prunes?: readonly (() => Promise<void>)[] }) {
    this.#store = options.store;
    this.#prunes = options.prunes ?? [];
    this.#clock = options.clock;
    this.#log = options.log.child({ part: 'retention' });
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.#turn(), HOUR_MS).unref();
    this.#turn();
  }

  /** Resolves when nothing is being removed any more; what is left waits for the next start. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#running;
  }

  #turn(): void {
    this.#running ??= this.run()
      .catch((error: unknown) => {
        this.#log.error({ code: 'retention.failed', err: error }, 'old rows could not be removed; next try in an hour');
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** Once through everything; other writers get their turn in between. */
  async run(): Promise<void> {
    await this.#store.write(async ({ db }) => {
      await db.deleteFrom('session').where('expires_at', '<', this.#before(0)).execute();
      await db.deleteFrom('sign_in_link').where('expires_at', '<', this.#before(0)).execute();
    });
    await this.#inSlices((db) =>
      db
        .deleteFrom('change')
        .where('id', 'in', (old) =>
          old.selectFrom('change').select('id').where('at', '<', this.#before(KEEP_MS.changes)).limit(SLICE),
        ),
    );
    await this.#inSlices((db) =>
      db.deleteFrom('idempotency').where('created_at', '<', this.#before(KEEP_MS.idempotency)),
    );
    await this.#store.write(({ db }) => this.#dropOldStages(db));
    await this.#store.write(({ db }) => trimQuarantines(db));
    for (const prune of this.#prunes) await prune();
    // What lies at or below the acknowledged number, or belongs to a released gateway, is waited for by nobody.
    await this.#store.write(({ db }) =>
      sql`DELETE FROM seq_ahead WHERE NOT EXISTS (SELECT 1 FROM gateway g
        WHERE g.id = seq_ahead.gateway_id AND g.released_at IS NULL AND g.acked_seq < seq_ahead.seq)`.execute(db),
    );
  }

  #before(age: number): string {
    return new Date(this.#clock.now() - age).toISOString();
  }

  async #inSlices(
    remove: (db: Db) => { executeTakeFirst(): Promise<{ numDeletedRows: bigint } | undefined> },
  ): Promise<void> {
    for (;;) {
      const result = await this.#store.write(({ db }) => remove(db).executeTakeFirst());
      if (this.#stopping || result === undefined || result.numDeletedRows < BigInt(SLICE)) return;
    }
  }

  async #dropOldStages(db: Db): Promise<void> {
    const old = await db
      .selectFrom('sync_stage_run')
      .select('run_id')
      .where('created_at', '<', this.#before(KEEP_MS.stages))
      .execute();
    await dropStages(
      db,
      old.map((stage) => stage.run_id),
    );
  }
}

async function trimQuarantines(db: Db): Promise<void> {
  const gateways = await db
    .selectFrom('quarantine')
    .select(['account_id', 'gateway_id'])
    .groupBy(['account_id', 'gateway_id'])
    .execute();
  for (const { account_id, gateway_id } of gateways) {
    await trimQuarantine(db, { account: account_id, gateway: gateway_id });
  }
}
