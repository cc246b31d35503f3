import { fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProvisioningToken } from '#contract/api.ts';
import { freePort, temporaryFolder, until } from '#test/support/program.ts';
import { ConnectorProcess, firstAccount } from '#test/support/stack.ts';
import { FleetNews, type FleetOrder } from './fleet-orders.ts';
import { residentMiB } from './process-memory.ts';
import { processorMs } from './process-time.ts';
import { type Findings, rounded } from './report.ts';

const SIZES = [500, 1000, 2000];
const PROCESSES = 3;
const EVENTS = 5;
const SETTLE_MS = 10_000;
const ENROL_LIMIT_MS = 900_000;

/**
 * Up to 2,000 gateways on one connector, with certificates of their own that they enrolled for: what each costs in memory,
 * and what happens when the connector is killed and all come back at once. Their way to the cloud is the daemon's own.
 */
export async function fleet({ say }: { say: (text: string) => void }): Promise<Findings> {
  const results: Result[] = [];
  for (const gateways of SIZES) {
    const result = await measure(gateways, say);
    results.push(result);
    say(JSON.stringify(result));
  }
  const largest = results.at(-1);
  if (largest === undefined) throw new Error('nothing was measured');
  return {
    bars: [
      { name: 'memory of the connector for each gateway, KiB', value: largest.kibEach, limit: 250 },
      { name: 'all 2,000 are back after a kill, s', value: largest.backSeconds, limit: 60 },
      { name: 'connections in the busiest second / gateways', value: largest.peakShare, limit: 0.4 },
      { name: 'tries of a gateway until it is back', value: largest.triesEach, limit: 4 },
      { name: 'events that were lost or doubled', value: results.reduce((sum, { wrong }) => sum + wrong, 0), limit: 0 },
    ],
    figures: { eventsEach: 3 * EVENTS, processes: PROCESSES, results },
  };
}

interface Result {
  gateways: number;
  connectSeconds: number;
  /** Of the connector, before the first and with all. */
  idleMiB: number;
  fullMiB: number;
  kibEach: number;
  downSeconds: number;
  backSeconds: number;
  halfBackSeconds: number;
  /** Processor time of the new connector until all are back: unlike the clock it says little of what else ran. */
  returnCpuMsEach: number;
  /** In the busiest second, whatever came of them. */
  peakTries: number;
  /** Connections that were made in the busiest second. */
  peakConnects: number;
  peakShare: number;
  triesEach: number;
  stored: number;
  wrong: number;
}

async function measure(gateways: number, say: (text: string) => void): Promise<Result> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('fleet')).path;
  const data = join(folder, 'connector');
  const connector = stack.use(new ConnectorProcess({ data, port: await freePort() }));
  await connector.start();
  const { api, account } = await firstAccount(connector, {
    email: 'bench@example.org',
    password: 'a long enough passphrase',
  });
  const { token } = await api.post<ProvisioningToken>('/api/v1/provisioning-tokens', {
    account: account.id,
    siteName: 'Fleet',
    maxUses: gateways,
  });
  if (token === undefined) throw new Error('the answer to its creation has no token');
  await sleep(SETTLE_MS);
  const idleMiB = await residentMiB(connector.pid);

  const parts = Array.from({ length: PROCESSES }, () => stack.use(new FleetPart()));
  const began = Date.now();
  const [ca, each] = [await readFile(connector.caFile, 'utf8'), Math.ceil(gateways / PROCESSES)];
  await Promise.all(
    parts.map((part, at) => {
      const from = at * each;
      const count = Math.min(each, gateways - from);
      return part.enrol({ what: 'enrol', from, count, token, url: connector.url, caFile: connector.caFile, ca });
    }),
  );
  const online = () => parts.reduce((sum, part) => sum + part.online, 0);
  await until(`${gateways} are connected`, 300_000, () => online() === gateways, 50);
  const connectSeconds = (Date.now() - began) / 1000;
  say(`${gateways} gateways are enrolled and connected after ${connectSeconds.toFixed(0)} s`);
  for (const part of parts) part.send(EVENTS);
  await drained(parts);
  await sleep(SETTLE_MS);
  const fullMiB = await residentMiB(connector.pid);

  for (const part of parts) part.forget();
  const killed = Date.now();
  for (const part of parts) part.send(EVENTS);
  await connector.stop('SIGKILL');
  await until('all know that they are alone', 30_000, () => online() === 0, 20);
  for (const part of parts) part.send(EVENTS);
  await connector.start();
  const downSeconds = (Date.now() - killed) / 1000;
  const worked = await processorMs(connector.pid);
  await until(`${gateways} are back`, 300_000, () => online() === gateways, 20);
  const returnCpuMs = (await processorMs(connector.pid)) - worked;
  await drained(parts);
  const returns = parts.flatMap((part) => part.times('online')).sort((a, b) => a - b);
  const tries = parts.flatMap((part) => part.times('try'));
  const [peakTries, peakConnects] = [busiestSecond(tries), busiestSecond(returns)];
  const { stored, wrong } = counted(join(data, 'connector.db'), gateways);
  return {
    gateways,
    connectSeconds: rounded(connectSeconds, 1),
    idleMiB: rounded(idleMiB, 1),
    fullMiB: rounded(fullMiB, 1),
    kibEach: rounded(((fullMiB - idleMiB) * 1024) / gateways, 1),
    downSeconds: rounded(downSeconds, 1),
    backSeconds: rounded(((returns.at(-1) ?? killed) - killed) / 1000, 1),
    halfBackSeconds: rounded(((returns[returns.length >> 1] ?? killed) - killed) / 1000, 1),
    returnCpuMsEach: rounded(returnCpuMs / gateways, 1),
    peakTries,
    peakConnects,
    peakShare: rounded(peakConnects / gateways),
    triesEach: rounded(tries.length / gateways),
    stored,
    wrong,
  };
}

async function drained(parts: readonly FleetPart[]): Promise<void> {
  await until(
    'everything is acknowledged',
    120_000,
    async () => (await Promise.all(parts.map((part) => part.left()))).every((records) => records === 0),
    200,
  );
}

/** The most of these times that lie within any one second. */
function busiestSecond(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  let first = 0;
  let most = 0;
  for (const [at, time] of sorted.entries()) {
    while (time - (sorted[first] ?? time) >= 1000) first += 1;
    most = Math.max(most, at - first + 1);
  }
  return most;
}

/** Each gateway has sent events 1 to n; whatever of them is not there once is wrong. */
function counted(path: string, gateways: number): { stored: number; wrong: number } {
  using database = new DatabaseSync(path, { readOnly: true });
  const rows = database
    .prepare(
      `select gateway_id, count(*) as n, count(distinct seq) as once from event where name = 'bench.counted' group by gateway_id`,
    )
    .all();
  const expected = 3 * EVENTS;
  const numbers = rows.map((row) => ({ n: Number(row['n']), once: Number(row['once']) }));
  const stored = numbers.reduce((sum, { n }) => sum + n, 0);
  const wrong = numbers.reduce((sum, { n, once }) => sum + Math.abs(expected - once) + (n - once), 0);
  return { stored, wrong: wrong + (gateways - rows.length) * expected };
}

/** A process with a part of the gateways. */
export class FleetPart implements AsyncDisposable {
  readonly #child = fork(join(import.meta.dirname, 'fleet-child.ts'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  readonly #times = { try: [] as number[], online: [] as number[] };
  readonly #waiting = new Map<string, (news: FleetNews) => void>();
  readonly #ready: Promise<FleetNews>;
  #online = 0;
  #problem: string | undefined;

  constructor() {
    this.#ready = this.#next('ready');
    this.#child.on('message', (message) => {
      const news = FleetNews.parse(message);
      if (news.what === 'failed') this.#problem = news.error;
      if (news.what === 'online') this.#online += 1;
      if (news.what === 'gone') this.#online -= 1;
      if (news.what === 'online' || news.what === 'try') this.#times[news.what].push(news.at);
      this.#waiting.get(news.what)?.(news);
    });
  }

  async enrol(order: Extract<FleetOrder, { what: 'enrol' }>): Promise<void> {
    await this.#ready;
    this.#tell(order);
    let done = false;
    void this.#next('enrolled').then(() => {
      done = true;
    });
    await until('the gateways are enrolled', ENROL_LIMIT_MS, () => {
      if (this.#problem !== undefined) throw new Error(this.#problem);
      return done;
    });
  }

  send(events: number): void {
    this.#tell({ what: 'send', events });
  }

  async left(): Promise<number> {
    const answer = this.#next('left');
    this.#tell({ what: 'left' });
    const news = await answer;
    return news.what === 'left' ? news.records : 0;
  }

  /** How many are online now. */
  get online(): number {
    return this.#online;
  }

  times(what: 'try' | 'online'): readonly number[] {
    return this.#times[what];
  }

  forget(): void {
    this.#times.try = [];
    this.#times.online = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    if (this.#child.connected) this.#child.disconnect();
    this.#child.kill('SIGKILL');
    await gone;
  }

  #tell(order: FleetOrder): void {
    this.#child.send(order);
  }

  #next(what: FleetNews['what']): Promise<FleetNews> {
    return new Promise((resolve) => this.#waiting.set(what, resolve));
  }
}
