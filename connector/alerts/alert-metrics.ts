import { Counter, Gauge, type Registry } from 'prom-client';
import { AlertRuleName } from '#contract/alerts.ts';
import type { Store } from '../store/store.ts';

/** Counts alerts and what came of telling people, for `/metrics`. */
export class AlertMetrics {
  readonly #deliveries: Counter<'channel' | 'outcome'>;

  constructor(registry: Registry, store: Store) {
    this.#deliveries = new Counter({
      name: 'demarc_alert_deliveries_total',
      help: 'Tries to deliver alerts by channel (mail, webhook) and outcome (delivered, failed, given up)',
      labelNames: ['channel', 'outcome'],
      registers: [registry],
    });
    registry.registerMetric(
      new Gauge({
        name: 'demarc_alerts_open',
        help: 'Open alerts by rule',
        labelNames: ['rule'],
        registers: [],
        async collect() {
          const rows = await store.db
            .selectFrom('alert')
            .select(({ fn }) => ['rule', fn.countAll<number>().as('count')])
            .where('resolved_at', 'is', null)
            .groupBy('rule')
            .execute();
          const counts = new Map(rows.map(({ rule, count }) => [rule, count]));
          for (const rule of AlertRuleName.options) this.set({ rule }, counts.get(rule) ?? 0);
        },
      }),
    );
    registry.registerMetric(
      new Gauge({
        name: 'demarc_alert_deliveries_waiting',
        help: 'Messages about alerts that wait to be delivered',
        registers: [],
        async collect() {
          const row = await store.db
            .selectFrom('alert_delivery')
            .select(({ fn }) => fn.countAll<number>().as('count'))
            .executeTakeFirst();
          this.set(row?.count ?? 0);
        },
      }),
    );
  }

  delivered(channel: string, outcome: 'delivered' | 'failed' | 'given up'): void {
    this.#deliveries.inc({ channel, outcome });
  }
}
