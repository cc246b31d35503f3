/**
 * Sends events and users while processes are killed and connections cut at random, then compares what is stored with
 * what was sent.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SyncRun, User } from '#contract/api.ts';
import { labEntry } from '#test/lab/directory-entries.ts';
import { until } from '#test/support/program.ts';
import { differences, directoryPeople, move, type Site } from '#test/support/site.ts';
import type { CountingGateway } from './counting-gateway.ts';
import type { FaultProxy } from './fault-proxy.ts';

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface CoordinatorOptions {
  site: Site;
  counting: CountingGateway;
  proxy: FaultProxy;
  random: () => number;
  rounds: number;
  events: number;
  say: (text: string) => void;
}

/** What a round may do; all of it is undone before the next one. */
const FAULTS = [
  'sender killed',
  'daemon killed',
  'connector killed',
  'all killed',
  'cut',
  'reset',
  'stalled',
  'half open',
] as const;
type Fault = (typeof FAULTS)[number];

/** Everything that was found wrong; empty when nothing was. */
export interface Verdict {
  accepted: number;
  stored: number;
  problems: string[];
}

export async function coordinate(options: CoordinatorOptions): Promise<Verdict> {
  const { site, counting, random, rounds, events, say } = options;
  const perRound = Math.ceil(events / rounds);
  for (let round = 1; round <= rounds; round += 1) {
    await counting.kill();
    await counting.start(perRound);
    change(site, round, random);
    // Its answer may get lost with the process; what counts is compared at the end.
    const syncing = site.daemon.call('POST', `/api/pbxs/${site.pbxs.directory}/sync`).catch(() => undefined);
    const fault = FAULTS[Math.floor(random() * FAULTS.length)] ?? 'cut';
    const after = Math.round(random() * 400);
    say(`round ${round}: ${fault} after ${after} ms`);
    await sleep(after);
    await strike(fault, options);
    await syncing;
    // The rest of the round's events, as far as the sender lives.
    await until(
      'the events of the round are accepted',
      30_000,
      () => counting.acceptedNow >= perRound || fault === 'sender killed' || fault === 'all killed',
    );
  }
  return settle(options);
}

async function strike(fault: Fault, { site, counting, proxy, random }: CoordinatorOptions): Promise<void> {
  const pause = () => sleep(Math.round(random() * 300));
  switch (fault) {
    case 'sender killed':
      return counting.kill();
    case 'daemon killed':
      await site.daemon.stop('SIGKILL');
      await pause();
      return site.daemon.start();
    case 'connector killed':
      await site.connector.stop('SIGKILL');
      await pause();
      return site.connector.start();
    case 'all killed':
      await Promise.all([site.daemon.stop('SIGKILL'), site.connector.stop('SIGKILL'), counting.kill()]);
      await Promise.all([site.daemon.start(), site.connector.start()]);
      return;
    case 'cut':
      return proxy.cut();
    case 'reset':
      return proxy.reset();
    case 'stalled':
      proxy.stall();
      await pause();
      return proxy.pass();
    case 'half open':
      proxy.halfOpen();
      await pause();
      // A test does not wait for the keep-alive; that it is noticed at all has a test of its own.
      return proxy.reset();
    default:
      fault satisfies never;
  }
}

/** A few people move, one leaves, one comes: never so many that the guard would hold the run. */
function change({ lab }: Site, round: number, random: () => number): void {
  const { directory } = lab;
  move(
    lab,
    Array.from({ length: 40 }, () => 1 + Math.floor(random() * (directory.entries.length - 2))),
    `Round ${round}`,
  );
  const leaves = 1 + Math.floor(random() * (directory.entries.length - 1));
  directory.entries = [
    ...directory.entries.filter((_, at) => at !== leaves),
    labEntry(`uid=new-${round},${directory.baseDn}`, {
      objectClass: ['top', 'person', 'inetOrgPerson'],
      entryUUID: `99999999-0000-4000-8000-${String(round).padStart(12, '0')}`,
      cn: `New ${round}`,
      sn: `${round}`,
      givenName: 'New',
      telephoneNumber: `8${String(round).padStart(4, '0')}`,
      department: 'New',
    }),
  ];
}

/** Lets everything come to rest, and compares. */
async function settle({ site, counting, proxy, events }: CoordinatorOptions): Promise<Verdict> {
  proxy.pass();
  await counting.kill();
  // What its killed lives did not get to.
  await counting.start(Math.max(0, events - counting.accepted.length));
  await counting.said('drained', 60_000);
  const drops = /^drained (.*)$/m.exec(counting.output())?.[1];
  // Started anew, it does not sit out the waits that so many lost connections have earned it.
  await site.daemon.stop();
  await site.daemon.start();
  await site.online();
  const last: SyncRun = await site.sync(site.pbxs.directory);
  await until('the daemon has nothing left to send', 60_000, async () => (await site.status()).outbox.records === 0);
  await counting.kill();

  const problems: string[] = [];
  if (last.outcome !== 'Successful') problems.push(`the last run ended ${last.outcome}`);
  if (drops !== '{}') problems.push(`the outbox dropped records: ${drops}`);
  let users = new Map<string, User>();
  await until('the last users are there', 20_000, async () => {
    users = await site.users(site.pbxs.directory);
    return differences(directoryPeople(site.lab), users).length === 0;
  }).catch(() => problems.push(...differences(directoryPeople(site.lab), users)));
  const exported = await site.users(site.pbxs.exports);
  if (exported.size !== directorySize(site)) problems.push(`${exported.size} users of the form export`);

  const database = new DatabaseSync(join(site.folder, 'connector', 'connector.db'), { readOnly: true });
  try {
    return { ...compareEvents(database, counting, problems), problems };
  } finally {
    database.close();
  }
}

/** The form export never changes; the directory keeps its size, since as many come as leave. */
const directorySize = ({ lab }: Site): number => lab.directory.entries.length - 1;

function compareEvents(database: DatabaseSync, counting: CountingGateway, problems: string[]) {
  const rows = database
    .prepare(`select boot, seq, details from event where gateway_id = ? and name = 'test.counted'`)
    .all(counting.id)
    .map((row) => ({
      at: `${String(row['boot'])}/${String(row['seq'])}`,
      n: (JSON.parse(String(row['details'])) as { n: number }).n,
    }));
  const times = new Map<number, number>();
  for (const { n } of rows) times.set(n, (times.get(n) ?? 0) + 1);
  const missing = counting.accepted.filter((n) => !times.has(n));
  const doubled = [...times].filter(([, count]) => count > 1).map(([n]) => n);
  if (missing.length > 0)
    problems.push(`${missing.length} accepted events are missing: ${missing.slice(0, 10).join(', ')}`);
  if (doubled.length > 0) problems.push(`${doubled.length} events are there twice: ${doubled.slice(0, 10).join(', ')}`);
  if (new Set(rows.map(({ at }) => at)).size !== rows.length) problems.push('two events have one number');
  const bad = database.prepare('select topic, code, detail from quarantine').all();
  if (bad.length > 0) problems.push(`quarantined: ${JSON.stringify(bad.slice(0, 3))}`);
  const lost = database
    .prepare(
      `select message from event where name in ('gateway.records-lost', 'gateway.sequence-behind', 'gateway.records-dropped')`,
    )
    .all();
  if (lost.length > 0) problems.push(`loss: ${JSON.stringify(lost.slice(0, 3))}`);
  return { accepted: counting.accepted.length, stored: rows.length };
}
