/**
 * Sends events and users while processes are killed and connections cut at random, then compares what is stored with
 * what was sent.
 */
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { systemClock } from '#config/clock.ts';
import type { Command, SyncRun, User } from '#contract/api.ts';
import { JournalEntry } from '#daemon/commands/journal.ts';
import { DaemonStore } from '#daemon/store/store.ts';
import { labEntry } from '#test/lab/directory-entries.ts';
import { fakeClock } from '#test/support/fake-clock.ts';
import { hasProgram, until } from '#test/support/program.ts';
import { differences, directoryPeople, move, type Site } from '#test/support/site.ts';
import type { CountingGateway } from './counting-gateway.ts';
import type { FaultProxy } from './fault-proxy.ts';
import { RefusingCloud } from './refusing-cloud.ts';

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
  /** Asked after each round, from 1. */
  isOver: (round: number) => boolean;
  say: (text: string) => void;
}

/** Events of a round. */
const EVENTS = 100;

/** What a round may do; all of it is undone before the next one. */
const FAULTS = [
  'sender killed',
  'daemon killed',
  'daemon restarted',
  'connector killed',
  'connector restarted',
  'all killed',
  'cut',
  'reset',
  'reset storm',
  'stalled',
  'half open',
  'refused',
  'error in CONNACK',
  'silent cloud',
  'thin line',
  'settings cut short',
  ...(hasProgram('faketime') ? (['two years off'] as const) : []),
] as const;
type Fault = (typeof FAULTS)[number];

/** 256 kbit/s. */
const THIN_BYTES_PER_SECOND = 32_000;

/** What people do meanwhile, with the arguments for this site. */
const COMMANDS: readonly ((site: Site) => { name: string; args: unknown })[] = [
  () => ({ name: 'gateway.self-test', args: {} }),
  () => ({ name: 'gateway.collect-logs', args: { type: 'daemon', lines: 1000 } }),
  () => ({ name: 'gateway.restart', args: {} }),
  () => ({ name: 'inventory.report', args: {} }),
  ({ pbxs }) => ({ name: 'pbx.test', args: { pbx: pbxs.directory } }),
  ({ pbxs }) => ({ name: 'pbx.sync', args: { pbx: pbxs.exports } }),
];

/** What was found; `problems` is empty when nothing is wrong. */
export interface Verdict {
  rounds: number;
  accepted: number;
  stored: number;
  /** How many commands ended in which state. */
  commands: Record<string, number>;
  problems: string[];
}

export async function coordinate(options: CoordinatorOptions): Promise<Verdict> {
  const { site, counting, random, isOver, say } = options;
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const commands: string[] = [];
  let round = 0;
  do {
    round += 1;
    await counting.kill();
    await counting.start(EVENTS);
    change(site, round, random);
    // Its answer may get lost with the process; what counts is compared at the end.
    const syncing = site.daemon.call('POST', `/api/pbxs/${site.pbxs.directory}/sync`).catch(() => undefined);
    const { name, args } = pick(COMMANDS)?.(site) ?? { name: 'gateway.self-test', args: {} };
    const issued = await site.api.post<Command>(`/api/v1/gateways/${site.gateway}/commands`, { name, args });
    commands.push(issued.id);
    const fault = pick(FAULTS) ?? 'cut';
    const after = Math.round(random() * 400);
    say(`round ${round}: ${name}, ${fault} after ${after} ms`);
    await sleep(after);
    await strike(fault, options);
    await syncing;
    // The rest of the round's events, as far as the sender lives.
    await until(
      'the events of the round are accepted',
      30_000,
      () => counting.acceptedNow >= EVENTS || fault === 'sender killed' || fault === 'all killed',
    );
  } while (!isOver(round));
  return settle(options, round, commands);
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
    case 'daemon restarted':
      await site.daemon.stop();
      return site.daemon.start();
    case 'connector killed':
      await site.connector.stop('SIGKILL');
      await pause();
      return site.connector.start();
    case 'connector restarted':
      await site.connector.stop();
      return site.connector.start();
    case 'all killed':
      await Promise.all([site.daemon.stop('SIGKILL'), site.connector.stop('SIGKILL'), counting.kill()]);
      await Promise.all([site.daemon.start(), site.connector.start()]);
      return;
    case 'cut':
      return proxy.cut();
    case 'reset':
      return proxy.reset();
    case 'reset storm':
      for (let n = 0; n < 8; n += 1) {
        proxy.reset();
        await pause();
      }
      return;
    case 'refused':
      proxy.refuse();
      await pause();
      return proxy.pass();
    case 'error in CONNACK':
    case 'silent cloud': {
      const behaviour = fault === 'silent cloud' ? 'silent' : { connack: 1 + Math.floor(random() * 5) };
      await using cloud = await RefusingCloud.start(site, behaviour);
      proxy.leadTo(cloud.port);
      await sleep(500);
      return proxy.leadTo(site.connector.port);
    }
    case 'stalled':
      proxy.stall();
      await pause();
      return proxy.pass();
    case 'thin line':
      proxy.slow(THIN_BYTES_PER_SECOND);
      await pause();
      return proxy.pass();
    case 'settings cut short':
      await site.daemon.stop('SIGKILL');
      await truncate(join(site.daemon.state, 'config.json'), Math.floor(random() * 200));
      return site.daemon.start();
    case 'two years off':
      await site.daemon.stop();
      await site.daemon.start({ env: fakeClock(random() < 0.5 ? '-2y' : '+2y') });
      await pause();
      await site.daemon.stop('SIGKILL');
      return site.daemon.start();
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
async function settle(options: CoordinatorOptions, rounds: number, commands: readonly string[]): Promise<Verdict> {
  const { site, counting, proxy } = options;
  proxy.pass();
  await counting.kill();
  // What its killed lives did not get to.
  await counting.start(EVENTS);
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

  const ended = await endsOf(commands, site, problems);
  const database = new DatabaseSync(join(site.folder, 'connector', 'connector.db'), { readOnly: true });
  try {
    return { rounds, commands: ended, ...compareEvents(database, counting, problems), problems };
  } finally {
    database.close();
  }
}

/** Every command has ended, and its gateway knows no other end of it than the cloud. */
async function endsOf(ids: readonly string[], site: Site, problems: string[]): Promise<Record<string, number>> {
  const ended: Record<string, number> = {};
  const states = new Map<string, string>();
  for (const id of ids) {
    const { name, state } = await site.commandEnd(id);
    ended[state] = (ended[state] ?? 0) + 1;
    states.set(id, `${name} ${state}`);
  }
  await site.daemon.stop();
  const log = pino({ level: 'silent' });
  const store = await DaemonStore.open({ folder: site.daemon.state, log, clock: systemClock });
  try {
    const journal = store.table('commands', JournalEntry);
    for (const [id, said] of states) {
      const entry = await journal.get(id);
      const known = entry === undefined ? undefined : `${entry.command.name} ${entry.last.state}`;
      if (known !== said) problems.push(`command ${id}: ${said} in the cloud, ${known ?? 'nothing'} at the gateway`);
    }
  } finally {
    await store.close();
  }
  return ended;
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
