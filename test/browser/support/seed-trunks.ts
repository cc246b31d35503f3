/** Trunks of a seeded console: one well, one broken, one whose gateway has told nothing of it. */
import { ulid } from 'ulid';
import { systemClock } from '#config/clock.ts';
import { Store } from '#connector/store/store.ts';
import type { TrunkEndHealth } from '#contract/trunk-health.ts';
import { TrunkSettings } from '#contract/trunks.ts';

export type Trunks = Record<'well' | 'broken' | 'untold', string>;

const SLOT_MS = 300_000;
const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

function healthOf(end: TrunkEndHealth['end'], more: Partial<TrunkEndHealth> = {}): TrunkEndHealth {
  return {
    end,
    host: end === 'pbx' ? '192.0.2.20' : 'sip.cloud.example',
    port: 5061,
    transport: 'tls',
    state: 'up',
    since: at(400),
    reachable: { is: true, since: at(400) },
    accepted: { is: true, since: at(400) },
    registered: null,
    callProven: { is: true, since: at(90), at: at(90) },
    last: { at: at(0), status: 200, reason: 'OK', roundTripMs: 18.4, failure: null, detail: null },
    lastFailure: null,
    certificateExpiresAt: at(-60 * 24 * 12),
    ...more,
  };
}

const BROKEN: Partial<TrunkEndHealth> = {
  state: 'down',
  since: at(12),
  accepted: { is: false, since: at(12) },
  last: {
    at: at(0),
    status: 503,
    reason: 'Trunk concurrent call limit exceeded',
    roundTripMs: 21,
    failure: null,
    detail: null,
  },
  lastFailure: {
    at: at(0),
    status: null,
    reason: null,
    roundTripMs: null,
    failure: 'timeout',
    detail: 'no final answer in time',
  },
};

/** Stores them with a day of health at a gateway of the account that has a PBX; answers their ids. */
export async function seedTrunks({ database, account }: { database: string; account: string }): Promise<Trunks> {
  const trunks: Trunks = { well: ulid(), broken: ulid(), untold: ulid() };
  const store = await Store.open({ path: database, clock: systemClock });
  const { db } = store;
  const pbx = await db.selectFrom('pbx').selectAll().where('account_id', '=', account).executeTakeFirstOrThrow();
  const settings = TrunkSettings.parse({
    name: 'x',
    pbx: pbx.id,
    host: '192.0.2.20',
    port: 5061,
    farEnd: { kind: 'cloud-platform', host: 'sip.cloud.example', port: 5061 },
  });
  const own = { account_id: account, gateway_id: pbx.gateway_id };
  const times = { created_at: at(600), updated_at: at(600), revision: 1 };
  for (const [name, id] of Object.entries(trunks)) {
    const columns = { name, name_lc: name, pbx_id: pbx.id, host_lc: settings.host, port: 5061 };
    await db
      .insertInto('trunk')
      .values({ id, ...own, ...columns, settings: JSON.stringify({ ...settings, name }), ...times })
      .execute();
  }
  const newest = Math.floor(Date.now() / SLOT_MS);
  for (const [trunk_id, end, health, told] of [
    [trunks.well, 'far-end', healthOf('far-end'), 1],
    [trunks.well, 'pbx', healthOf('pbx', { certificateExpiresAt: null }), 1],
    [trunks.broken, 'far-end', healthOf('far-end', BROKEN), 200],
    [trunks.broken, 'pbx', healthOf('pbx'), 200],
  ] as const) {
    const { state, since } = health;
    await db
      .insertInto('trunk_health')
      .values({ trunk_id, end, ...own, state, since, document: JSON.stringify(health), told_at: at(told) })
      .execute();
    const lost = (age: number) => trunk_id === trunks.broken && (age < 3 || (age > 90 && age < 110));
    const points = Array.from({ length: 288 }, (_, age) => ({
      trunk_id,
      end,
      account_id: account,
      slot: newest - age,
      tries: 10,
      answered: lost(age) ? 0 : age % 41 === 0 ? 8 : 10,
      accepted: lost(age) ? 0 : age % 41 === 0 ? 8 : 10,
      average_ms: lost(age) ? 0 : 18 + 8 * Math.sin(age / 20),
      worst_ms: lost(age) ? 0 : 60,
    })).filter(({ slot }) => newest - slot < 150 || newest - slot > 180);
    for (let from = 0; from < points.length; from += 80) {
      await db
        .insertInto('trunk_history')
        .values(points.slice(from, from + 80))
        .execute();
    }
  }
  await store.close();
  return trunks;
}
