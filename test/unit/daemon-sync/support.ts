/** A sync engine over the real store and outbox, a scripted PBX, and a reading of the messages as a cloud would do it. */
import { pino } from 'pino';
import { ulid } from 'ulid';
import { systemClock } from '#config/clock.ts';
import { Envelope } from '#contract/envelope.ts';
import { GatewayEvent } from '#contract/events.ts';
import { type UserRecord, UsersChunk, UsersHeader, UsersTrailer } from '#contract/users.ts';
import { DurableOutbox } from '#daemon/outbox/durable-outbox.ts';
import { DaemonStore } from '#daemon/store/store.ts';
import { SyncEngine, type SyncEngineOptions } from '#daemon/sync/engine.ts';
import type { SyncSettings } from '#daemon/sync/run.ts';
import type { PbxAdapter, PbxUser, UserItem } from '#pbx-adapters/adapter.ts';
import { temporaryFolder } from '#test/support/program.ts';

export const PBX = '01JABCDEFGHJKMNPQRSTVWXYZ0';

/** A PBX whose users a test sets; `read` replaces the whole reading. */
export class ScriptedPbx implements PbxAdapter {
  readonly type = 'mivoice-5000';
  people: PbxUser[] = [];
  reads = 0;
  read: ((signal: AbortSignal) => AsyncIterable<UserItem>) | undefined;

  capabilities() {
    const none = { via: 'none' };
    return { users: { via: 'test' }, numbers: none, version: none, licence: none, trunk: none, activity: none };
  }

  probe() {
    return Promise.resolve({ ok: true, steps: [] });
  }

  inventory() {
    return Promise.resolve([]);
  }

  users(signal: AbortSignal): AsyncIterable<UserItem> {
    this.reads += 1;
    return this.read?.(signal) ?? this.#all();
  }

  async *#all(): AsyncGenerator<UserItem> {
    for (const user of this.people) {
      await Promise.resolve();
      yield { kind: 'user', user };
    }
  }
}

/** `count` people with clean data, from number `from` on. */
export const people = (count: number, from = 0): PbxUser[] =>
  Array.from({ length: count }, (_, index) => {
    const number = from + index;
    return {
      key: `id-${number}`,
      firstName: `First${number}`,
      lastName: `Last${number}`,
      email: `p${number}@example.com`,
      extension: `${1000 + number}`,
    };
  });

/** One run as it arrived, whole. */
export interface ArrivedRun {
  header: UsersHeader;
  chunks: UsersChunk[];
  trailer: UsersTrailer;
}

/** Understands the messages by the contract alone, as an independent second reading of it. */
export class CloudReader {
  users = new Map<string, UserRecord>();
  revision = 0;
  runs: ArrivedRun[] = [];
  events: GatewayEvent[] = [];
  #header: UsersHeader | undefined;
  #chunks: UsersChunk[] = [];

  take(payload: string): void {
    if (Buffer.byteLength(payload) > 64 * 1024) throw new Error('a message is over 64 KiB');
    const envelope = Envelope.parse(JSON.parse(payload));
    if (envelope.kind === 'event') this.events.push(GatewayEvent.parse(envelope.data));
    if (envelope.kind === 'users.header') {
      this.#header = UsersHeader.parse(envelope.data);
      this.#chunks = [];
    }
    if (envelope.kind === 'users.chunk') this.#chunks.push(UsersChunk.parse(envelope.data));
    if (envelope.kind === 'users.trailer') this.#end(UsersTrailer.parse(envelope.data));
  }

  #end(trailer: UsersTrailer): void {
    const header = this.#header;
    if (header?.run !== trailer.run) throw new Error('a trailer without its header');
    if (this.#chunks.length !== trailer.chunks) throw new Error('chunks are missing');
    if (this.#chunks.some((chunk, index) => chunk.n !== index + 1 || chunk.run !== trailer.run)) {
      throw new Error('chunks are out of order or of another run');
    }
    this.runs.push({ header, chunks: this.#chunks, trailer });
    if (trailer.outcome === 'Held' || trailer.outcome === 'Failed') {
      if (trailer.revision !== header.base) throw new Error('a run without effect changes the revision');
      return;
    }
    if (header.mode === 'delta' && header.base !== this.revision) throw new Error('a delta on another base');
    if (header.mode === 'full') this.users = new Map();
    for (const chunk of this.#chunks) {
      for (const user of chunk.put) this.users.set(user.key, user);
      for (const key of chunk.remove) {
        if (!this.users.delete(key)) throw new Error(`removes ${key}, which is not there`);
      }
    }
    this.revision = trailer.revision;
  }
}

/** Reads whatever the outbox holds and has not handed out yet. */
export async function drain(outbox: DurableOutbox, cloud: CloudReader): Promise<void> {
  for (;;) {
    const records = await outbox.next(200);
    // The outbox gives events first; the order between classes does not matter to this reader.
    for (const record of records) cloud.take(record.payload);
    if (records.length === 0) return;
    await outbox.trim(Math.max(...records.map((record) => record.seq)));
  }
}

export interface Site extends AsyncDisposable {
  folder: string;
  store: DaemonStore;
  outbox: DurableOutbox;
  engine: SyncEngine;
  pbx: ScriptedPbx;
  cloud: CloudReader;
  settings: SyncSettings;
  /** Runs a sync and reads what it sent. */
  sync(request?: Partial<Parameters<SyncEngine['run']>[1]>): ReturnType<SyncEngine['run']>;
  arrived(): ArrivedRun;
}

/** An engine over the store in a folder, as the daemon opens it at its start; `look` sees the store before it does. */
export async function engineIn(
  folder: string,
  boot: number,
  pbx: PbxAdapter,
  look: (store: DaemonStore) => Promise<void> = () => Promise.resolve(),
  options: Partial<SyncEngineOptions> = {},
) {
  const log = pino({ level: 'silent' });
  const store = await DaemonStore.open({ folder, log, clock: systemClock });
  await look(store);
  const outbox = await DurableOutbox.open({ store, boot, clock: systemClock, log });
  const settings: SyncSettings = { country: 'AT', phonePolicy: 'All', guard: { percent: 10, users: 50 } };
  const engine = await SyncEngine.open({
    store,
    outbox,
    clock: systemClock,
    log,
    newId: () => ulid(),
    identify: (id) => (id === PBX ? { type: 'mivoice-5000', name: 'Head office' } : undefined),
    adapterFor: () => Promise.resolve(pbx),
    settings: () => settings,
    onStatus: () => undefined,
    ...options,
  });
  return { store, outbox, engine, settings };
}

/** One gateway with one PBX. */
export async function site(options: Partial<SyncEngineOptions> = {}): Promise<Site> {
  const folder = await temporaryFolder('sync');
  const pbx = new ScriptedPbx();
  const cloud = new CloudReader();
  const { store, outbox, engine, settings } = await engineIn(folder.path, 1, pbx, undefined, options);
  return {
    folder: folder.path,
    store,
    outbox,
    engine,
    pbx,
    cloud,
    settings,
    async sync(request) {
      const status = await engine.run(PBX, { trigger: 'schedule', ...request }, new AbortController().signal);
      await drain(outbox, cloud);
      return status;
    },
    arrived() {
      const run = cloud.runs.at(-1);
      if (run === undefined) throw new Error('no run arrived');
      return run;
    },
    async [Symbol.asyncDispose]() {
      await engine.stop();
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

export const signal = (): AbortSignal => new AbortController().signal;
