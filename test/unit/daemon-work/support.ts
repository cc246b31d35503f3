import { pino } from 'pino';
import type { Log } from '#config/log.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { NewRecord, Outbox } from '#daemon/outbox/outbox.ts';
import { DaemonStore } from '#daemon/store/store.ts';
import type { StoreOperation } from '#daemon/store/table.ts';
import { temporaryFolder } from '#test/support/program.ts';

export const quiet: Log = pino({ level: 'silent' });

/** A clock that stands until it is moved. */
export class StandingClock {
  time = Date.parse('2026-11-22T12:00:00.000Z');
  now(): number {
    return this.time;
  }
}

/** An outbox that keeps what it is given and writes the accompanying operations to the real store. */
export class KeepingOutbox implements Outbox {
  readonly records: NewRecord[] = [];
  /** Refuses as a full disk does, as long as it is set. */
  full = false;
  limitBytes = Number.POSITIVE_INFINITY;
  readonly #store: DaemonStore;

  constructor(store: DaemonStore) {
    this.#store = store;
  }

  async append(records: readonly NewRecord[], also: readonly StoreOperation[] = []): Promise<void> {
    if (this.full) throw new DemarcError('store.full');
    if (records.some((record) => JSON.stringify(record.data).length > this.limitBytes)) {
      throw new DemarcError('link.message-too-large');
    }
    await this.#store.batch(also);
    this.records.push(...records);
  }

  state() {
    return { low: 1, next: this.records.length + 1, records: 0, bytes: 0, oldestAt: null, drops: {} };
  }
}

/** A real store in a folder of its own, which `reopen` closes and opens as a restart does. */
export async function storeBench(name: string) {
  const folder = await temporaryFolder(name);
  const clock = new StandingClock();
  const open = () => DaemonStore.open({ folder: folder.path, log: quiet, clock });
  const bench = {
    folder: folder.path,
    clock,
    store: await open(),
    async reopen() {
      await bench.store.close();
      bench.store = await open();
    },
    async [Symbol.asyncDispose]() {
      await bench.store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
  return bench;
}
