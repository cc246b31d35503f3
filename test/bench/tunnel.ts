import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentMiB } from './process-memory.ts';
import { type Bar, type Findings, median, rounded } from './report.ts';
import { dial, download, echoes, page, quantile, upload } from './tunnel-client.ts';
import { startWays, type Ways } from './tunnel-ways.ts';

const ROUNDS = 5;
const BULK_MIB = 256;
const MANY = { streams: 64, mib: 4 } as const;
const FAR_MIB = 64;
const ECHOES = 1000;
const STALLED = 64;
const STALLED_PAIRS = 7;
const WINDOW_MIB = 1;
/** Enough to be in the middle of it, little enough that 300 a second are possible. */
const ABORTED_BYTES = 256 * 1024;
const NEAR_WAYS = ['raw', 'proxy', 'ssh', 'tunnel'] as const;

/**
 * The tunnel beside raw TCP, a one-hop proxy and `ssh -R`, in turns: bulk, small requests, a page through Launch, a long
 * path; then what must not go wrong: readers who stand still, aborts, a peer that freezes.
 */
export async function tunnel({
  rounds = ROUNDS,
  say,
}: {
  rounds?: number;
  say: (text: string) => void;
}): Promise<Findings> {
  await using ways = await startWays();
  const found = new Map<string, number[]>();
  const note = (name: string, value: number) => found.set(name, [...(found.get(name) ?? []), value]);
  for (let round = 1; round <= rounds; round += 1) {
    await oneRound(ways, note);
    const shown = [...found].map(([name, values]) => `${name} ${rounded(values.at(-1) ?? 0)}`);
    say(`round ${round}: ${shown.join(', ')}`);
  }
  const middle = (name: string) => median(found.get(name) ?? []);
  const stalled = await stalledReaders(ways);
  say(`stalled readers: ${JSON.stringify(stalled)}`);
  const aborts = await manyAborts(ways);
  say(`aborts: ${JSON.stringify(aborts)}`);
  const frozenSeconds = await frozenPeer(ways);
  const slower = (what: string) => rounded(middle(`${what} ssh`) / middle(`${what} tunnel`));
  const bars: Bar[] = [
    ...['down', 'up', 'down64', 'up64'].map((what) => ({
      name: `rate of ssh -R / ours, ${what} (aim 1.18)`,
      value: slower(what),
      limit: 1.82,
    })),
    { name: 'p99 of 1 KiB / that of ssh -R (aim 0.1)', value: ratio(middle, 'p99 tunnel', 'p99 ssh'), limit: 0.25 },
    {
      name: 'page through Launch / plain reverse proxy (aim 1.4)',
      value: ratio(middle, 'page launch', 'page plain'),
      limit: 2,
    },
    {
      name: 'rate of ssh -R / ours at 50 ms, one stream',
      value: rounded(middle('far ssh') / middle('far tunnel')),
      limit: 1,
    },
    {
      name: 'memory of the relay with 64 stalled readers, MiB',
      value: stalled.relayMiB,
      limit: STALLED * (WINDOW_MIB + 0.125),
    },
    {
      name: 'memory of the gateway with 64 stalled readers, MiB',
      value: stalled.gatewayMiB,
      limit: STALLED * (WINDOW_MIB + 0.125),
    },
    { name: 'time of a bulk stream beside them / alone', value: stalled.slower, limit: 1.1 },
    { name: '1,500 aborts that harmed the kept stream', value: aborts.harmed, limit: 0 },
    { name: 'seconds until a frozen peer is found', value: frozenSeconds, limit: 20 },
  ];
  const medians = Object.fromEntries([...found.keys()].map((name) => [name, rounded(middle(name))]));
  return { bars, figures: { rounds, bulkMiB: BULK_MIB, medians, stalled, aborts } };
}

const ratio = (middle: (name: string) => number, one: string, other: string) => rounded(middle(one) / middle(other));

async function oneRound(ways: Ways, note: (name: string, value: number) => void): Promise<void> {
  for (const way of NEAR_WAYS) note(`down ${way}`, await download(ways[way], BULK_MIB));
  for (const way of NEAR_WAYS) note(`up ${way}`, await upload(ways[way], BULK_MIB));
  for (const way of NEAR_WAYS) note(`down64 ${way}`, await download(ways[way], MANY.mib, MANY.streams));
  for (const way of NEAR_WAYS) note(`up64 ${way}`, await upload(ways[way], MANY.mib, MANY.streams));
  for (const way of NEAR_WAYS) {
    const times = await echoes(ways[way], ECHOES);
    note(`p50 ${way}`, quantile(times, 0.5));
    note(`p99 ${way}`, quantile(times, 0.99));
  }
  note('far ssh', await download(ways.farSsh, FAR_MIB));
  note('far tunnel', await download(ways.farTunnel, FAR_MIB));
  const { port, host, cookie } = ways.launch;
  for (let turn = 0; turn < 3; turn += 1) {
    note('page plain', await page(ways.reverseProxy, {}, 'localhost'));
    note('page launch', await page(port, { host, cookie }, host));
  }
}

const pidOf = ({ program }: Ways['relay']): number => program.process.pid ?? 0;

/** Each pair is one measurement alone and one beside them, one right after the other: a busy machine slows both. */
async function stalledReaders(ways: Ways) {
  const memory = async () => [await residentMiB(pidOf(ways.relay)), await residentMiB(pidOf(ways.gateway))] as const;
  await download(ways.tunnel, BULK_MIB);
  const before = await memory();
  const grown: [number, number][] = [];
  const ratios: number[] = [];
  for (let pair = 0; pair < STALLED_PAIRS; pair += 1) {
    const alone = await download(ways.tunnel, BULK_MIB);
    const sockets = await standStill(ways);
    // Until their windows are full: that is traffic of their own.
    await sleep(pair === 0 ? 3000 : 1000);
    const now = await memory();
    grown.push([now[0] - before[0], now[1] - before[1]]);
    const beside = await download(ways.tunnel, BULK_MIB);
    for (const socket of sockets) socket.destroy();
    await sleep(300);
    const again = await download(ways.tunnel, BULK_MIB);
    ratios.push((alone + again) / 2 / beside);
  }
  const [first = [0, 0], last = [0, 0]] = [grown[0], grown.at(-1)];
  return {
    relayMiB: rounded(Math.max(0, first[0]), 1),
    gatewayMiB: rounded(Math.max(0, first[1]), 1),
    /** After as many more as there are pairs: flat. */
    laterMiB: last.map((more) => rounded(more, 1)),
    slower: rounded(median(ratios)),
    ratios: ratios.map((value) => rounded(value)),
  };
}

async function standStill(ways: Ways): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let i = 0; i < STALLED; i += 1) {
    const socket = dial(ways.tunnel, 'S');
    await once(socket, 'readable');
    sockets.push(socket);
  }
  return sockets;
}

async function manyAborts(ways: Ways) {
  const kept = dial(ways.tunnel, 'E');
  await once(kept, 'connect');
  const started = performance.now();
  for (let batch = 0; batch < 50; batch += 1) {
    await Promise.all(
      Array.from({ length: 30 }, async () => {
        const socket = dial(ways.tunnel, `D${ABORTED_BYTES}`);
        await once(socket, 'data');
        socket.destroy();
      }),
    );
  }
  const seconds = (performance.now() - started) / 1000;
  kept.write('still here');
  const said = await Promise.race([once(kept, 'data').then(() => true), sleep(3000, false)]);
  kept.destroy();
  return { harmed: said ? 0 : 1, seconds: rounded(seconds) };
}

async function frozenPeer(ways: Ways): Promise<number> {
  const started = Date.now();
  process.kill(pidOf(ways.gateway), 'SIGSTOP');
  try {
    return rounded(((await ways.relay.later('lostAt', 40_000)) - started) / 1000, 1);
  } finally {
    process.kill(pidOf(ways.gateway), 'SIGCONT');
  }
}
