import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { DiscoveryEvent } from '#pbx-adapters/discovery/discover.ts';
import { ROOM } from '#test/lab/discovery/room.ts';
import type { StandIn } from '#test/lab/discovery/stand-ins.ts';
import { noNamespaces, SiteNetwork } from '#test/support/netns.ts';
import { hasProgram, startProgram, until } from '#test/support/program.ts';
import { type Findings, median, rounded } from './report.ts';

const run = promisify(execFile);
const RANGE = '192.0.2.0/24';
/** Of the room what answers over UDP, so that svmap can find it too; the sixth host has no telephony. */
const PLACES = ['192.0.2.13', '192.0.2.15', '192.0.2.16', '192.0.2.18', '192.0.2.19', '192.0.2.23'];

interface Found {
  ms: number;
  hosts: number;
  systems: string[];
}

/**
 * A /24 with six live hosts besides the router, searched by us, and by `nmap -sn` (who is there) and `svmap` (who speaks
 * SIP) one after the other, all from the gateway's namespace and each with the start of its process.
 */
export async function discover({
  rounds = 3,
  say,
}: {
  rounds?: number;
  say: (text: string) => void;
}): Promise<Findings> {
  const missing = noNamespaces() ?? ['nmap', 'svmap'].find((program) => !hasProgram(program));
  if (missing !== undefined)
    throw new Error(`it needs root, network namespaces, nmap and svmap (sipvicious): ${missing}`);
  const places = ROOM.filter(({ address }) => PLACES.includes(address));
  using network = new SiteNetwork(places.map(({ address, mac }) => ({ address, ...(mac ? { mac } : {}) })));
  const standIns: StandIn[] = places;
  const [program, args] = network.on(
    'stations',
    process.execPath,
    'test/lab/discovery/stand-ins.ts',
    '.',
    JSON.stringify(standIns),
  );
  await using room = startProgram(program, args);
  await until('the room is ready', 20_000, async () => room.output().includes('ready'));
  const results: { ours: Found; nmap: Found; svmap: Found }[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    // Neighbours that are known already would save each of them the asking.
    network.forget();
    const ours = await search(network);
    network.forget();
    const nmap = await scan(network, ['nmap', '-n', '-sn', RANGE], /report for ([\d.]+)/g);
    network.forget();
    const svmap = await scan(network, ['svmap', RANGE], /(192\.0\.2\.\d+):5060/g);
    results.push({ ours, nmap, svmap });
    say(`round ${round}: ${JSON.stringify({ ours, nmap, svmap })}`);
  }
  const ratios = results.map(({ ours, nmap, svmap }) => ours.ms / (nmap.ms + svmap.ms));
  const missed = results.flatMap(({ ours, svmap }) =>
    svmap.systems.filter((address) => !ours.systems.includes(address)),
  );
  // nmap counts the gateway itself too.
  const fewer = results.map(({ ours, nmap }) => nmap.hosts - 1 - ours.hosts);
  return {
    bars: [
      { name: 'search / (nmap -sn + svmap)', value: rounded(median(ratios)), limit: 0.5 },
      { name: 'SIP systems that svmap found and we did not', value: missed.length, limit: 0 },
      { name: 'hosts that nmap found and we did not', value: Math.max(...fewer), limit: 0 },
    ],
    figures: {
      rounds,
      ratios: ratios.map((ratio) => rounded(ratio)),
      oursMs: rounded(median(results.map(({ ours }) => ours.ms)), 0),
      nmapMs: rounded(median(results.map(({ nmap }) => nmap.ms)), 0),
      svmapMs: rounded(median(results.map(({ svmap }) => svmap.ms)), 0),
      systems: results[0]?.ours.systems ?? [],
      svmapSystems: results[0]?.svmap.systems ?? [],
    },
  };
}

async function search(network: SiteNetwork): Promise<Found> {
  const [program, args] = network.on(
    'gateway',
    process.execPath,
    'test/lab/discovery/search-child.ts',
    JSON.stringify({ cidrs: [RANGE] }),
  );
  const started = performance.now();
  const { stdout } = await run(program, args, { maxBuffer: 64 * 1024 * 1024 });
  const ms = Math.round(performance.now() - started);
  const events = stdout
    .trim()
    .split('\n')
    .map((line): DiscoveryEvent => JSON.parse(line));
  const progress = events.findLast((event) => event.kind === 'progress');
  const systems = events.flatMap((event) => (event.kind === 'candidate' ? event.candidate.addresses : []));
  return {
    ms,
    // Ourselves are counted too: the range holds our own address.
    hosts: (progress?.kind === 'progress' ? progress.progress.alive : 0) - 1,
    systems: [...new Set(systems)].sort(),
  };
}

async function scan(network: SiteNetwork, command: string[], pattern: RegExp): Promise<Found> {
  const [program, args] = network.on('gateway', ...command);
  const started = performance.now();
  const { stdout, stderr } = await run(program, args, { maxBuffer: 16 * 1024 * 1024 });
  const ms = Math.round(performance.now() - started);
  const systems = [...new Set([...`${stdout}${stderr}`.matchAll(pattern)].map(([, address = '']) => address))].sort();
  return { ms, hosts: systems.length, systems };
}
