/** A connector's ingest over a real SQLite file, with one partner, two accounts and their gateways. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { ulid } from 'ulid';
import type { Clock } from '#config/clock.ts';
import { Commands } from '#connector/commands/commands.ts';
import { Holds } from '#connector/ingest/holds.ts';
import { Ingest } from '#connector/ingest/ingest.ts';
import type { IngestMetrics } from '#connector/ingest/ingest-metrics.ts';
import { reopenHold } from '#connector/ingest/reopen-hold.ts';
import { Wants } from '#connector/ingest/wants.ts';
import type { NumberedChange } from '#connector/store/store.ts';
import { Store } from '#connector/store/store.ts';
import type { OutboxState } from '#contract/envelope.ts';
import { type GatewayAddress, parseTopic, topics } from '#contract/topics.ts';
import type { UserRecord, UsersHeader, UsersTrailer } from '#contract/users.ts';
import { temporaryFolder } from '#test/support/program.ts';

export const START = Date.parse('2026-03-01T12:00:00.000Z');

/** A clock that stands still until it is moved. */
export class TestClock implements Clock {
  #now = START;
  now = (): number => this.#now;
  advance(ms: number): void {
    this.#now += ms;
  }
  instant = (): string => new Date(this.#now).toISOString();
}

export interface Published {
  topic: string;
  payload: unknown;
  retain: boolean;
}

export const outboxState = (state: Partial<OutboxState> = {}): OutboxState => ({
  low: 1,
  next: 1,
  records: 0,
  bytes: 0,
  oldestAt: null,
  drops: {},
  ...state,
});

export const birthOf = (
  boot: number,
  conn: number,
  outbox: Partial<OutboxState> = {},
  at = '2026-03-01T12:00:00.000Z',
) => ({
  v: 1,
  online: true,
  boot,
  conn,
  at,
  version: '0.1.0',
  capabilities: ['pbx.sync', 'inventory.report'],
  outbox: outboxState({ next: Number.MAX_SAFE_INTEGER, ...outbox }),
});

export const willOf = (boot: number, conn: number, reason = 'connection lost') => ({
  v: 1,
  online: false,
  boot,
  conn,
  reason,
});

/** One message as it would be sent: topic and payload. */
export interface Sent {
  topic: string;
  payload: unknown;
}

export type World = Awaited<ReturnType<typeof world>>;

/** A migrated, empty database, made once for each test file and copied for each test. */
let template: Promise<Uint8Array> | undefined;

async function makeTemplate(): Promise<Uint8Array> {
  await using folder = await temporaryFolder('ingest-template');
  const path = join(folder.path, 'template.sqlite');
  const store = await Store.open({ path, clock: new TestClock() });
  await store.close();
  return readFile(path);
}

export async function world(options: { publishFails?: () => boolean; metrics?: IngestMetrics } = {}) {
  const folder = await temporaryFolder('ingest');
  const clock = new TestClock();
  const log = pino({ level: 'silent' });
  const path = join(folder.path, 'connector.sqlite');
  template ??= makeTemplate();
  await writeFile(path, await template);
  const store = await Store.open({ path, clock });
  const published: Published[] = [];
  const publish = async (topic: string, payload: string, how?: { retain?: boolean }): Promise<void> => {
    if (options.publishFails?.()) throw new Error('the bus is down');
    published.push({ topic, payload: JSON.parse(payload), retain: how?.retain ?? false });
  };
  const commands = new Commands({ store, clock, log, publish, failed: reopenHold });
  const wants = new Wants({ store, publish });
  const connected = new Set<string>();
  const ingest = new Ingest({
    store,
    clock,
    log,
    publish,
    commands,
    wants,
    isConnected: (gateway) => connected.has(gateway),
    ...(options.metrics && { metrics: options.metrics }),
  });
  const holds = new Holds({ store, clock, commands });
  const changes: NumberedChange[] = [];
  store.onChange((more) => changes.push(...more));

  const partner = ulid();
  await store.db.insertInto('partner').values({ id: partner, name: 'Partner', created_at: clock.instant() }).execute();
  const addAccount = async (name: string): Promise<string> => {
    const id = ulid();
    await store.db
      .insertInto('account')
      .values({
        id,
        partner_id: partner,
        name,
        name_lc: name.toLowerCase(),
        country: 'DE',
        status: 'Active',
        phone_policy: 'Work',
        guard_percent: 10,
        guard_users: 50,
        created_at: clock.instant(),
        updated_at: clock.instant(),
        revision: 7,
      })
      .execute();
    return id;
  };
  const addGateway = async (account: string, name = 'Site'): Promise<GatewayAddress> => {
    const id = ulid();
    await store.db
      .insertInto('gateway')
      .values({
        id,
        account_id: account,
        name,
        name_lc: name.toLowerCase(),
        host_name: null,
        serial: null,
        fingerprint: 'f',
        certificate_serial: id,
        certificate_expires_at: clock.instant(),
        created_at: clock.instant(),
        released_at: null,
        boot: 0,
        conn: 0,
        online: 0,
        presence_since: null,
        presence_reason: null,
        last_seen_at: null,
        version: null,
        capabilities: '[]',
        outbox: null,
        acked_seq: 0,
        quarantined: 0,
        section_at: null,
      })
      .execute();
    return { account, gateway: id };
  };
  const address = await addGateway(await addAccount('Customer'));

  const raw = (topic: string, payload: Uint8Array): Promise<void> => {
    const parsed = parseTopic(topic);
    if (parsed === undefined) throw new Error(`not a topic: ${topic}`);
    return ingest.message({ topic: parsed, rawTopic: topic, payload });
  };
  const send = (...messages: Sent[]): Promise<unknown> =>
    Promise.all(messages.map(({ topic, payload }) => raw(topic, Buffer.from(JSON.stringify(payload)))));
  const record = (topic: string, seq: number, kind: string, data: unknown, more: object = {}): Sent => ({
    topic,
    payload: { v: 1, boot: 1, seq, at: clock.instant(), kind, data, ...more },
  });

  return {
    store,
    clock,
    log,
    commands,
    holds,
    ingest,
    wants,
    published,
    changes,
    connected,
    address,
    addAccount,
    addGateway,
    raw,
    send,
    record,
    birth: (...args: Parameters<typeof birthOf>): Sent => ({ topic: topics.conn(address), payload: birthOf(...args) }),
    will: (...args: Parameters<typeof willOf>): Sent => ({ topic: topics.conn(address), payload: willOf(...args) }),
    event: (seq: number, message = `event ${seq}`): Sent =>
      record(topics.event(address), seq, 'event', { name: 'test.event', severity: 'info', message }),
    section: (seq: number, name: string, revision: number, document: unknown, hash = `h${revision}`): Sent =>
      record(topics.state(address, name), seq, 'section', { section: name, revision, document }, { hash }),
    unchanged: (seq: number, name: string, revision: number, hash: string): Sent =>
      record(topics.state(address, name), seq, 'section.unchanged', { section: name, revision }, { hash }),
    /** What was published on a topic's last part since the last call for it. */
    took: (end: string): unknown[] => {
      const taken = published.filter((message) => message.topic.includes(`/down/${end}`));
      for (const message of taken) published.splice(published.indexOf(message), 1);
      return taken.map((message) => message.payload);
    },
    gateway: (id = address.gateway) =>
      store.db.selectFrom('gateway').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    events: async (name?: string) => {
      const all = await store.db.selectFrom('event').selectAll().orderBy('id').execute();
      return name === undefined ? all : all.filter((event) => event.name === name);
    },
    quarantine: () => store.db.selectFrom('quarantine').selectAll().orderBy('id').execute(),
    settled: () => ingest.stop(),
    async [Symbol.asyncDispose]() {
      commands.stop();
      await ingest.stop();
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

export const person = (key: string, more: Partial<UserRecord> = {}): UserRecord => ({
  key,
  name: `Person ${key}`,
  email: `${key}@example.com`,
  extension: key,
  irregularities: [],
  ...more,
});

/** A whole run as messages: header, chunks, trailer, beginning at sequence number `seq`. */
export function runOf(
  w: World,
  seq: number,
  what: {
    pbx: string;
    run?: string;
    chunks?: { put?: UserRecord[]; remove?: string[] }[];
    header?: Partial<UsersHeader>;
    trailer?: Partial<UsersTrailer>;
  },
): Sent[] {
  const { pbx, run = ulid(), chunks = [] } = what;
  const added = chunks.reduce((sum, chunk) => sum + (chunk.put?.length ?? 0), 0);
  const removed = chunks.reduce((sum, chunk) => sum + (chunk.remove?.length ?? 0), 0);
  const header = {
    run,
    pbx,
    pbxType: 'mivoice-5000',
    pbxName: 'Main site',
    mode: 'delta',
    base: 0,
    trigger: 'schedule',
    startedAt: w.clock.instant(),
    ...what.header,
  };
  const trailer = {
    run,
    pbx,
    chunks: chunks.length,
    revision: header.base + 1,
    outcome: 'Successful',
    counts: { read: added, added, changed: 0, removed, unchanged: 0, rejected: 0 },
    irregularities: { 'no-email': 0, 'email-not-unique': 0, 'invalid-email': 0, 'duplicate-extension': 0 },
    finishedAt: w.clock.instant(),
    durationMs: 1000,
    ...what.trailer,
  };
  const topic = (n: number): string => topics.users(w.address, run, n);
  return [
    w.record(topic(0), seq, 'users.header', header),
    ...chunks.map((chunk, index) =>
      w.record(topic(index + 1), seq + index + 1, 'users.chunk', {
        run,
        pbx,
        n: index + 1,
        put: chunk.put ?? [],
        remove: chunk.remove ?? [],
      }),
    ),
    w.record(topic(chunks.length + 1), seq + chunks.length + 1, 'users.trailer', trailer),
  ];
}
