/**
 * Looks for telephone systems on the site's network: first who is there, then what each of them is. Nothing is sent
 * outside the ranges, faster than the limit, or without an end (ONB-27; design section 5).
 */
import { randomBytes } from 'node:crypto';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Candidate, DiscoveryProgress } from '#contract/discovery.ts';
import { CandidateBoard } from './board.ts';
import type { DhcpEvidence, Evidence } from './evidence.ts';
import { DEFAULT_PORTS, type PortPlan } from './ports.ts';
import { certificateSignal } from './signals/certificate.ts';
import { askDhcp } from './signals/dhcp.ts';
import { greetingSignal } from './signals/greeting.ts';
import { hostKeySignal } from './signals/host-key.ts';
import { browse } from './signals/mdns.ts';
import type { HostSignal, SignalContext } from './signals/signal.ts';
import { sipSignal, sipUdp } from './signals/sip.ts';
import { snmpSignal } from './signals/snmp.ts';
import { tcpState } from './signals/tcp.ts';
import { webSignal } from './signals/web.ts';
import { sweep } from './sweep.ts';
import { countOf, isInside, onLink, ownNetworks, type Scope, scopeOf } from './targets.ts';
import { Slots, type Ticker, TokenBucket } from './traffic.ts';

/** What to search. Without ranges the own networks; without a community no SNMP. */
export interface DiscoveryOptions {
  cidrs?: readonly string[] | undefined;
  community?: string | undefined;
  ports?: PortPlan;
  /** Packets and connection attempts a second (200). */
  rate?: number;
  /** For the whole search (15 min); what was found until then is kept. */
  limitMs?: number;
  interfaces?: NodeJS.Dict<NetworkInterfaceInfo[]>;
}

export type DiscoveryEvent =
  | { kind: 'progress'; progress: DiscoveryProgress }
  | { kind: 'candidate'; candidate: Candidate }
  /** It turned out to be another address of a machine that is shown already. */
  | { kind: 'gone'; id: string }
  | { kind: 'note'; note: string };

const DEFAULT_RATE = 200;
const BURST = 10;
const DEFAULT_LIMIT_MS = 15 * 60_000;
const MOST_HOSTS_AT_ONCE = 64;
const TICK_MS = 200;

/** Every host is asked by these, once its open ports are known. */
const HOST_SIGNALS: readonly HostSignal[] = [sipSignal, webSignal, certificateSignal, greetingSignal, hostKeySignal];

const ticker: Ticker = {
  now: () => performance.now(),
  wait: async (ms, signal) => {
    await sleep(ms, undefined, { signal });
  },
};

/** Where a search would go, without starting it. @throws DemarcError `discovery.*` when the ranges cannot be searched */
export const planScope = (options: DiscoveryOptions): Scope =>
  scopeOf(options.cidrs, ownNetworks(options.interfaces ?? networkInterfaces()));

/**
 * Candidates as they become known, each again when more is known of it, with progress in between. Leaving the loop, or
 * aborting, ends every probe.
 * @throws DemarcError `discovery.bad-range`, `discovery.too-many-addresses`, `discovery.no-network`, before anything is sent
 */
export async function* discover(options: DiscoveryOptions, signal: AbortSignal): AsyncGenerator<DiscoveryEvent> {
  const search = new Search(options, signal);
  let failure: { error: unknown } | undefined;
  const running = search.run().catch((error: unknown) => {
    failure = { error };
  });
  try {
    for (const note of search.notes()) yield { kind: 'note', note };
    for (let isOver = false; !isOver; ) {
      yield* search.events();
      isOver = await Promise.race([running.then(() => true), sleep(TICK_MS, false)]);
    }
    yield* search.events();
    for (const note of search.notes()) yield { kind: 'note', note };
    if (failure) throw failure.error;
  } finally {
    search.stop();
    await running;
  }
}

/** One search: its limits, what it knows and how far it is. */
class Search {
  readonly #own: ReturnType<typeof ownNetworks>;
  readonly #scope: Scope;
  readonly #bucket: TokenBucket;
  readonly #hosts = new Slots(MOST_HOSTS_AT_ONCE);
  readonly #board = new CandidateBoard();
  readonly #stopped = new AbortController();
  readonly #limit: AbortSignal;
  readonly #signal: AbortSignal;
  readonly #context: SignalContext;
  readonly #alive = new Set<string>();
  readonly #elsewhere = new Set<string>();
  readonly #work: Promise<void>[] = [];
  #notes: string[];
  #swept = 0;
  #probed = 0;
  #phase: DiscoveryProgress['phase'] = 'sweeping';

  constructor(options: DiscoveryOptions, signal: AbortSignal) {
    this.#own = ownNetworks(options.interfaces ?? networkInterfaces());
    this.#scope = planScope(options);
    this.#notes = [...this.#scope.notes];
    this.#bucket = new TokenBucket({ perSecond: options.rate ?? DEFAULT_RATE, burst: BURST, ticker });
    this.#limit = AbortSignal.timeout(options.limitMs ?? DEFAULT_LIMIT_MS);
    this.#signal = AbortSignal.any([signal, this.#stopped.signal, this.#limit]);
    this.#context = {
      signal: this.#signal,
      ports: options.ports ?? DEFAULT_PORTS,
      community: options.community,
      take: () => this.#bucket.take(this.#signal),
      newToken: () => randomBytes(12).toString('hex'),
    };
  }

  stop(): void {
    this.#stopped.abort();
  }

  notes(): string[] {
    const notes = this.#notes;
    this.#notes = [];
    return notes;
  }

  *events(): Iterable<DiscoveryEvent> {
    const { candidates, gone } = this.#board.changes();
    for (const id of gone) yield { kind: 'gone', id };
    for (const candidate of candidates) yield { kind: 'candidate', candidate };
    yield { kind: 'progress', progress: this.#progress() };
  }

  async run(): Promise<void> {
    try {
      await Promise.all([this.#sweep(), this.#listen()]);
      this.#phase = 'probing';
      while (this.#probed < this.#alive.size) await Promise.all(this.#work);
      this.#phase = 'done';
    } catch (error) {
      await Promise.allSettled(this.#work);
      if (this.#limit.aborted) this.#notes.push('The search was ended at its time limit; not every host was asked.');
      else if (!this.#signal.aborted) throw error;
    }
  }

  async #sweep(): Promise<void> {
    await sweep({
      ranges: this.#scope.ranges,
      own: this.#own,
      context: this.#context,
      onSwept: () => {
        this.#swept += 1;
      },
      onEvidence: (evidence) => this.#found(evidence),
      onAlive: (address) => this.#host(address),
    });
  }

  /** What is announced, and what DHCP tells telephones, is asked for where a range touches an own network. */
  async #listen(): Promise<void> {
    const touched = this.#own.filter((network) =>
      this.#scope.ranges.some(
        ({ first, last }) => first <= (network.base | ~network.mask) >>> 0 && last >= network.base,
      ),
    );
    const wait = (ms: number) => ticker.wait(ms, this.#signal);
    const context = this.#context;
    const problems = await Promise.all([
      browse(touched, context, (evidence) => this.#announced(evidence), wait),
      askDhcp(touched, context, (evidence) => this.#named(evidence), wait),
    ]);
    this.#notes.push(...problems.flat());
  }

  /** Also behind a router, but never outside of what is searched. */
  #named(evidence: DhcpEvidence): void {
    const { address, server } = evidence;
    if (isInside(this.#scope.ranges, address)) {
      this.#found(evidence);
      this.#host(address);
      return;
    }
    const note = `The DHCP server ${server} names ${address} to Mitel telephones, which is outside of what is searched.`;
    if (!this.#elsewhere.has(address)) this.#notes.push(note);
    this.#elsewhere.add(address);
  }

  #announced(evidence: Evidence): void {
    if (!isInside(this.#scope.ranges, evidence.address) || !onLink(this.#own, evidence.address)) return;
    this.#found(evidence);
    this.#host(evidence.address);
  }

  #found(evidence: Evidence): void {
    this.#board.add(evidence);
  }

  #host(address: string): void {
    if (this.#alive.has(address)) return;
    this.#alive.add(address);
    const work = this.#hosts
      .use(() => this.#ask(address))
      .finally(() => {
        this.#probed += 1;
      });
    // Its end is awaited by run(); a failure before that must not be an unhandled one.
    work.catch(() => undefined);
    this.#work.push(work);
  }

  async #ask(address: string): Promise<void> {
    const open = new Set<number>();
    const context = this.#context;
    const ports = context.ports.tcp.map(async (port) => {
      if ((await tcpState(address, port, context)) !== 'open') return;
      open.add(port);
      const usual = context.ports.usual?.get(port);
      this.#found({ signal: 'tcp', address, port, ...(usual === undefined ? {} : { usual }) });
    });
    const udp = sipUdp(address, context).then((found) => found.forEach((evidence) => this.#found(evidence)));
    const host = { address, open };
    await Promise.all([...ports, udp, this.#drain(snmpSignal, host)]);
    await Promise.all(HOST_SIGNALS.map((signal) => this.#drain(signal, host)));
  }

  async #drain(signal: HostSignal, host: { address: string; open: ReadonlySet<number> }): Promise<void> {
    for await (const evidence of signal.probe(host, this.#context)) this.#found(evidence);
  }

  #progress(): DiscoveryProgress {
    return {
      phase: this.#phase,
      addresses: countOf(this.#scope.ranges),
      swept: this.#swept,
      alive: this.#alive.size,
      probed: this.#probed,
      probesSent: this.#bucket.taken,
    };
  }
}
