import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { trunkFacts } from '#connector/trunks/health-facts.ts';
import { trunkMetrics } from '#connector/trunks/health-metrics.ts';
import { pruneTrunkHealth, trunkHealth } from '#connector/trunks/health-store.ts';
import type { TrunkEndHealth, TrunkHistory } from '#contract/trunk-health.ts';
import { START, type World, world } from '../connector-ingest/world.ts';

const SLOT_MS = 300_000;
const [T1, T2, FOREIGN, UNKNOWN] = [1, 2, 3, 4].map((n) => `01JD3Z00000000000000000TR${n}`) as [
  string,
  string,
  string,
  string,
];
const iso = (ms: number) => new Date(ms).toISOString();

function end(name: TrunkEndHealth['end'], more: Partial<TrunkEndHealth> & { history?: TrunkHistory } = {}) {
  return {
    end: name,
    host: '192.0.2.1',
    port: 5061,
    transport: 'tls',
    state: 'up',
    since: iso(START - 60_000),
    reachable: { is: true, since: iso(START) },
    accepted: null,
    registered: null,
    callProven: null,
    last: { at: iso(START), status: 200, reason: 'OK', roundTripMs: 20, failure: null, detail: null },
    lastFailure: null,
    certificateExpiresAt: null,
    ...more,
  };
}

const addTrunk = (w: World, id: string, gateway_id = w.address.gateway) =>
  w.store.db
    .insertInto('trunk')
    .values({
      id,
      account_id: w.address.account,
      gateway_id,
      pbx_id: 'p',
      name: `Trunk ${id}`,
      name_lc: id,
      host_lc: 'h',
      port: 5061,
      settings: '{}',
      created_at: iso(START),
      updated_at: iso(START),
      revision: 1,
    })
    .execute();

const endsOf = async (w: World, id: string) => (await trunkHealth(w.store.db, id, START)).ends;

describe('section trunks', () => {
  test('is taken for trunks of this gateway alone, and an end that is told no more is gone', async () => {
    await using w = await world();
    await addTrunk(w, T1);
    await addTrunk(w, FOREIGN, 'another-gateway');
    const trunks = [T1, FOREIGN, UNKNOWN].map((id) => ({ id, ends: [end('pbx'), end('far-end')] }));
    await w.send(w.section(1, 'trunks', 1, { trunks }));
    expect((await endsOf(w, T1)).map((one) => one.end)).toEqual(['far-end', 'pbx']);
    expect(await endsOf(w, FOREIGN)).toEqual([]);
    expect(await endsOf(w, UNKNOWN)).toEqual([]);
    await w.send(w.section(2, 'trunks', 2, { trunks: [{ id: T1, ends: [end('far-end')] }] }));
    expect((await endsOf(w, T1)).map((one) => one.end)).toEqual(['far-end']);
  });

  test('a stretch that is told again counts as told last, older ones stay, and seven days later they go', async () => {
    await using w = await world();
    await addTrunk(w, T1);
    const from = START - 2 * SLOT_MS;
    const told = (points: TrunkHistory['points'], begin = from) => ({
      trunks: [{ id: T1, ends: [end('pbx', { history: { from: iso(begin), stepSeconds: 300, points } })] }],
    });
    await w.send(w.section(1, 'trunks', 1, told([[10, 10, 10, 5, 9], null, [2, 2, 2, 5, 5]])));
    await w.send(w.section(2, 'trunks', 2, told([[9, 8, 7, 6, 6]], START)));
    const shown = (await endsOf(w, T1))[0]?.history.points.slice(-3);
    expect(shown).toEqual([[10, 10, 10, 5, 9], null, [9, 8, 7, 6, 6]]);
    await pruneTrunkHealth(w.store, START + 7 * 86_400_000);
    expect((await endsOf(w, T1))[0]?.history.points.slice(-3)).toEqual([null, null, [9, 8, 7, 6, 6]]);
    await w.store.db.deleteFrom('trunk').execute();
    await pruneTrunkHealth(w.store, START);
    expect(await endsOf(w, T1)).toEqual([]);
  });

  test('alerts see the end that has been down for longest with the peer’s reason; gauges count and name', async () => {
    await using w = await world();
    await addTrunk(w, T1);
    await addTrunk(w, T2);
    const refused = { at: iso(START), status: 503, reason: 'No channel', roundTripMs: 3, failure: null, detail: null };
    const down = { state: 'down', last: refused, lastFailure: refused } as const;
    const trunks = [
      {
        id: T1,
        ends: [
          end('far-end', { ...down, since: iso(START - 1000) }),
          end('pbx', { ...down, since: iso(START - 5000) }),
        ],
      },
      { id: T2, ends: [end('far-end')] },
    ];
    await w.send(w.section(1, 'trunks', 1, { trunks }));
    const facts = await trunkFacts(w.store.db, [w.address.gateway]);
    expect(facts.get(w.address.gateway)).toEqual([
      { id: T1, name: `Trunk ${T1}`, down: { end: 'pbx', since: START - 5000, what: '503 No channel' } },
      { id: T2, name: `Trunk ${T2}`, down: null },
    ]);
    const registry = new Registry();
    trunkMetrics(registry, w.store);
    const text = await registry.metrics();
    expect(text).toContain('demarc_trunk_ends{end="far-end",state="down"} 1');
    expect(text).toContain('demarc_trunk_ends{end="pbx",state="up"} 0');
    expect(text).toMatch(/demarc_trunk_up\{[^}]*trunk="[^"]*1",end="pbx"\} 0/);
    expect(text).toMatch(/demarc_trunk_up\{[^}]*trunk="[^"]*2",end="far-end"\} 1/);
    expect(text).toMatch(/demarc_trunk_round_trip_seconds\{[^}]*trunk="[^"]*2",end="far-end"\} 0\.02/);
  });
});
