import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What a message was (`conn`, a record's kind, `unknown`, or `unread` where that could not be told) and what became of it. */
export interface Taken {
  kind: string;
  outcome: 'taken' | 'repeated' | 'quarantined' | 'ignored';
}

/** Counts what gateways send and how long it takes to keep it, for `/metrics`. */
export class IngestMetrics {
  readonly #messages: Counter<'kind' | 'outcome'>;
  readonly #batches: Histogram;
  readonly #commits: Histogram;
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
    const registers = [registry];
    this.#messages = new Counter({
      name: 'demarc_ingest_messages_total',
      help: 'Messages of gateways by kind, and whether they were taken, repeated, quarantined, ignored or not stored',
      labelNames: ['kind', 'outcome'],
      registers,
    });
    this.#batches = new Histogram({
      name: 'demarc_ingest_batch_messages',
      help: 'Messages committed together',
      buckets: [1, 4, 16, 64, 256],
      registers,
    });
    this.#commits = new Histogram({
      name: 'demarc_ingest_commit_seconds',
      help: 'Time from the first message of a batch being handled to its commit',
      buckets: [0.002, 0.01, 0.05, 0.25, 1, 5],
      registers,
    });
  }

  /** Shows how many messages wait for their commit, as `depth` says when it is asked. */
  watchQueue(depth: () => number): void {
    this.#registry.registerMetric(
      new Gauge({
        name: 'demarc_ingest_waiting_messages',
        help: 'Messages that wait for their commit',
        registers: [],
        collect() {
          this.set(depth());
        },
      }),
    );
  }

  committed(taken: readonly Taken[], seconds: number): void {
    for (const { kind, outcome } of taken) this.#messages.inc({ kind, outcome });
    this.#batches.observe(taken.length);
    this.#commits.observe(seconds);
  }

  notStored(messages: number): void {
    this.#messages.inc({ kind: 'unread', outcome: 'not-stored' }, messages);
  }
}
