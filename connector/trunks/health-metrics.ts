import { Gauge, type Registry } from 'prom-client';
import { TrunkEnd, TrunkState } from '#contract/trunk-health.ts';
import type { Store } from '../store/store.ts';
import { healthOf } from './health-store.ts';

/** So many ends have gauges of their own; a larger fleet is counted as a whole. */
const MOST_ENDS = 2000;
const LABELS = ['account', 'gateway', 'trunk', 'end'] as const;

/** Gauges of the trunks as their gateways last told: how many are how, and each one's state and round trip. */
export function trunkMetrics(registry: Registry, store: Store): void {
  const counts = async () =>
    store.db
      .selectFrom('trunk_health as h')
      .innerJoin('trunk as t', 't.id', 'h.trunk_id')
      .select(['h.end', 'h.state'])
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .groupBy(['h.end', 'h.state'])
      .execute();
  const each = async () => {
    const rows = await store.db
      .selectFrom('trunk_health as h')
      .innerJoin('trunk as t', 't.id', 'h.trunk_id')
      .select(['h.account_id', 'h.gateway_id', 'h.trunk_id', 'h.end', 'h.state', 'h.document'])
      .limit(MOST_ENDS + 1)
      .execute();
    return rows.length > MOST_ENDS ? [] : rows;
  };
  type Row = Awaited<ReturnType<typeof each>>[number];
  const labels = ({ account_id, gateway_id, trunk_id, end }: Row) => ({
    account: account_id,
    gateway: gateway_id,
    trunk: trunk_id,
    end,
  });
  const add = (gauge: Gauge) => registry.registerMetric(gauge);
  add(
    new Gauge({
      name: 'demarc_trunk_ends',
      help: 'Ends of SIP trunks by state, as last told by their gateways',
      labelNames: ['end', 'state'],
      registers: [],
      async collect() {
        for (const end of TrunkEnd.options) for (const state of TrunkState.options) this.set({ end, state }, 0);
        for (const { end, state, n } of await counts()) this.set({ end, state }, n);
      },
    }),
  );
  add(
    new Gauge({
      name: 'demarc_trunk_up',
      help: 'Whether an end of a SIP trunk is up (1) or down (0); left out while that is not known',
      labelNames: LABELS,
      registers: [],
      async collect() {
        const rows = await each();
        this.reset();
        for (const row of rows) if (row.state !== 'unknown') this.set(labels(row), row.state === 'up' ? 1 : 0);
      },
    }),
  );
  add(
    new Gauge({
      name: 'demarc_trunk_round_trip_seconds',
      help: 'Round trip of the last OPTIONS to an end of a SIP trunk, where it was answered',
      labelNames: LABELS,
      registers: [],
      async collect() {
        const rows = await each();
        this.reset();
        for (const row of rows) {
          const roundTripMs = healthOf(row).last?.roundTripMs;
          if (typeof roundTripMs === 'number') this.set(labels(row), roundTripMs / 1000);
        }
      },
    }),
  );
}
