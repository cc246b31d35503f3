import { randomUUID } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { z } from 'zod';
import type { Clock, Random } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import type { GatewayEvent } from '#contract/events.ts';
import type { TrunkEnd, TrunksSection } from '#contract/trunk-health.ts';
import { TrunkHost } from '#contract/trunks.ts';
import { askOptions } from '#sip-trunks/supervise/ask-options.ts';
import { ProbeHistory, SLOT_MS, SLOTS } from '#sip-trunks/supervise/history.ts';
import type { EndState, ProbeResult, StateChange } from '#sip-trunks/supervise/state.ts';
import { type EndView, Supervisor, type WatchedEnd } from '#sip-trunks/supervise/supervisor.ts';
import type { SipTap } from '#sip-trunks/trace/tap.ts';
import type { Table } from '../store/table.ts';
import type { WantedTrunk, WantedTrunks } from '../trunks/wanted-trunks.ts';
import type { TrunkAccesses } from '../verify/trunk-access.ts';
import { trunksDocument } from './document.ts';
import { changeEvent } from './events.ts';

/** What is on disk of one end. The state is ours alone, and goes back as it came. */
const StoredEnd = z.object({
  place: z.string(),
  state: z.custom<EndState>((value) => typeof value === 'object' && value !== null && 'streak' in value),
  newest: z.int(),
  ring: z.string(),
});
type StoredEnd = z.infer<typeof StoredEnd>;

export interface SupervisionParts {
  store: { table(name: string, schema: typeof StoredEnd): Table<StoredEnd> };
  trunks: Pick<WantedTrunks, 'list'>;
  /** Where a PBX of this gateway is; for the second one of a pair. */
  addressOf: (pbx: string) => string | undefined;
  /** Our certificate for a trunk whose ends want one (mutual TLS). */
  accesses: Pick<TrunkAccesses, 'open'>;
  isOnline: () => boolean;
  onEvent: (event: GatewayEvent) => void;
  /** Called when the section has something new to tell. */
  onChange: () => void;
  tap: SipTap;
  clock: Clock;
  random: Random;
  log: Log;
}

/** For name, connection and answer together, in milliseconds. */
const LIMIT_MS = 5000;
const FLUSH_EVERY_MS = SLOT_MS;
/** How far the history of a document reaches back beyond what the cloud was last told, in slots. */
const OVERLAP_SLOTS = 3;

/** Watches both ends of every wanted trunk from here: what the gateway sees, with the last 24 hours on disk. */
export class Supervision {
  readonly #parts: SupervisionParts;
  readonly #table: Table<StoredEnd>;
  readonly #supervisor: Supervisor;
  readonly #stored: Map<string, StoredEnd>;
  readonly #dirty = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #flushing: Promise<void> = Promise.resolve();
  /** The newest slot that the cloud was told of while it was there. */
  #toldSlot = 0;

  private constructor(parts: SupervisionParts, table: Table<StoredEnd>, stored: Map<string, StoredEnd>) {
    this.#parts = { ...parts, log: parts.log.child({ part: 'supervision' }) };
    this.#table = table;
    this.#stored = stored;
    this.#supervisor = new Supervisor({
      ask: (end, signal) => this.#ask(end, signal),
      known: (end) => this.#known(end),
      onResult: (view, news) => this.#took(view, news),
      onError: (end, error) =>
        this.#parts.log.error(
          { code: toDemarcError(error).code, trunk: end.trunk, host: end.host, err: error },
          'a trunk could not be asked',
        ),
      random: parts.random,
    });
    this.#timer = setInterval(() => this.#flush(), FLUSH_EVERY_MS);
  }

  /** Loads what is on disk; `refresh` then begins. @throws DemarcError `store.damaged` */
  static async open(parts: SupervisionParts): Promise<Supervision> {
    const table = parts.store.table('trunk-health', StoredEnd);
    const stored = new Map<string, StoredEnd>();
    for await (const [key, end] of table.entries()) stored.set(key, end);
    return new Supervision(parts, table, stored);
  }

  /** Takes the trunks as they are wanted now; what is known of trunks that are gone is forgotten. */
  refresh(): void {
    const ends = this.#parts.trunks.list().flatMap((trunk) => this.#endsOf(trunk));
    this.#supervisor.watch(ends);
    const keys = new Set(ends.map(({ key }) => key));
    for (const key of this.#stored.keys()) if (!keys.has(key)) this.#dirty.add(key);
    this.#flush();
    this.#parts.onChange();
  }

  /** Section `trunks`. */
  document(): TrunksSection {
    const now = this.#parts.clock.now();
    const slot = Math.floor(now / SLOT_MS);
    const missed = this.#toldSlot === 0 ? SLOTS : slot - this.#toldSlot + OVERLAP_SLOTS;
    if (this.#parts.isOnline()) this.#toldSlot = slot;
    const byTrunk = Map.groupBy(this.#supervisor.list(), ({ end }) => end.trunk);
    const ends = [...byTrunk].map(
      ([trunk, views]) => [trunk, views.map((view) => ({ end: endOf(view.end.key), view }))] as const,
    );
    return trunksDocument(new Map(ends), missed, now);
  }

  /** Takes what a registration or a test call has shown of a trunk. */
  note(trunk: string, end: TrunkEnd, fact: 'registered' | 'callProven', is: boolean): void {
    this.#supervisor.note(keyOf(trunk, end), fact, is, this.#parts.clock.now());
    this.#parts.onChange();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#supervisor.stop();
    this.#flush();
    await this.#flushing;
  }

  #endsOf({ id, settings }: WantedTrunk): WatchedEnd[] {
    const { supervision: rule, farEnd, host, port, transport, secondaryPbx } = settings;
    const ends: WatchedEnd[] = [
      { key: keyOf(id, 'far-end'), trunk: id, rule, host: farEnd.host, port: farEnd.port, transport: farEnd.transport },
      { key: keyOf(id, 'pbx'), trunk: id, rule, host, port, transport },
    ];
    const second = TrunkHost.safeParse(secondaryPbx === null ? undefined : this.#parts.addressOf(secondaryPbx));
    if (second.success) {
      ends.push({ key: keyOf(id, 'secondary-pbx'), trunk: id, rule, host: second.data, port, transport });
    }
    return ends;
  }

  async #ask(end: WatchedEnd, signal: AbortSignal): Promise<ProbeResult | undefined> {
    const { tap, clock, accesses } = this.#parts;
    const at = clock.now();
    const host = end.host.replace(/^\[(.*)\]$/, '$1');
    const address = isIP(host) === 0 ? await addressOfName(host, signal) : host;
    if (signal.aborted) return undefined;
    if (address === undefined) {
      return { at, answered: false, failure: 'dns', detail: `no address was found for ${host}` };
    }
    let own: Awaited<ReturnType<typeof accesses.open>>['trust'] | undefined;
    try {
      if (end.transport === 'tls') own = (await accesses.open(end.trunk)).trust;
    } catch (error) {
      const detail = `our own certificate for it cannot be read (${toDemarcError(error).code})`;
      return { at, answered: false, failure: 'tls', detail };
    }
    return askOptions({
      own,
      target: { transport: end.transport, address, port: end.port, ...(address === host ? {} : { name: host }) },
      trunk: end.trunk,
      limitMs: LIMIT_MS,
      signal,
      newToken: () => randomUUID().replaceAll('-', ''),
      now: () => clock.now(),
      tap,
    });
  }

  #known(end: WatchedEnd): { state: EndState; history: ProbeHistory } | undefined {
    const stored = this.#stored.get(end.key);
    if (stored?.place !== placeOf(end)) return undefined;
    return { state: stored.state, history: new ProbeHistory(stored) };
  }

  #took(view: EndView, news: readonly StateChange[]): void {
    const { onEvent, onChange, trunks, log } = this.#parts;
    const { key, trunk } = view.end;
    this.#dirty.add(key);
    for (const change of news) {
      const name = trunks.list().find(({ id }) => id === trunk)?.settings.name ?? trunk;
      const event = changeEvent({ id: trunk, name }, endOf(key), view.end, change);
      if (event.severity === 'info') log.info({ trunk, end: endOf(key) }, event.message);
      else log.warn({ code: event.name, trunk, end: endOf(key) }, event.message);
      onEvent(event);
    }
    if (news.length > 0) this.#flush();
    if (news.length > 0 || view.state.streak.good + view.state.streak.bad <= 2) onChange();
  }

  /** A power cut costs the last minutes of the picture; what is news is on disk before. */
  #flush(): void {
    this.#flushing = this.#flushing
      .then(async () => {
        const views = new Map(this.#supervisor.list().map((view) => [view.end.key, view]));
        const operations = [...this.#dirty].map((key) => {
          const view = views.get(key);
          if (view === undefined) {
            this.#stored.delete(key);
            return this.#table.removeOperation(key);
          }
          const stored = { place: placeOf(view.end), state: view.state, ...view.history.encode() };
          this.#stored.set(key, stored);
          return this.#table.putOperation(key, stored);
        });
        this.#dirty.clear();
        if (operations.length > 0) await this.#table.writeMany(operations, { sync: false });
      })
      .catch((error: unknown) => {
        this.#parts.log.error(
          { code: toDemarcError(error).code, err: error },
          'the history of the trunks could not be kept',
        );
      });
  }
}

const keyOf = (trunk: string, end: TrunkEnd): string => `${trunk}.${end}`;

function endOf(key: string): TrunkEnd {
  if (key.endsWith('.secondary-pbx')) return 'secondary-pbx';
  return key.endsWith('.pbx') ? 'pbx' : 'far-end';
}

const placeOf = ({ host, port, transport }: WatchedEnd): string => `${transport}:${host}:${port}`;

/** By the system's own rules (hosts file, search domains). The port is always set, so no SRV record is asked for (RFC 3263 section 4.2). */
async function addressOfName(name: string, signal: AbortSignal): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), LIMIT_MS);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const found = lookup(name).then(
    ({ address }) => address,
    () => undefined,
  );
  try {
    return await Promise.race([found, late]);
  } finally {
    clearTimeout(timer);
  }
}
