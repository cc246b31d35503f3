import { z } from 'zod';
import { Instant } from '#contract/ids.ts';
import { UpdateSchedule, UpdateStatus, Version } from '#contract/update.ts';
import type { Table } from '../store/table.ts';

/** What the gateway remembers of its updates. */
export const UpdateRecord = z.object({
  /** None: the gateway's own default. */
  schedule: UpdateSchedule.optional(),
  available: z.object({ version: Version, notes: z.string() }).nullable().default(null),
  lastCheckAt: Instant.nullable().default(null),
  last: UpdateStatus.shape.last.default(null),
  /** The trial whose end has been told. */
  told: z.string().optional(),
});
export type UpdateRecord = z.infer<typeof UpdateRecord>;

const KEY = 'record';

/** The record on disk, held in memory. Changes are made one after the other. */
export class UpdateRecordKeeper {
  readonly #table: Table<UpdateRecord>;
  #current: UpdateRecord;
  #tail: Promise<void> = Promise.resolve();

  private constructor(table: Table<UpdateRecord>, current: UpdateRecord) {
    this.#table = table;
    this.#current = current;
  }

  /** @throws DemarcError `store.damaged` */
  static async open(store: { table(name: string, schema: typeof UpdateRecord): Table<UpdateRecord> }) {
    const table = store.table('update', UpdateRecord);
    return new UpdateRecordKeeper(table, (await table.get(KEY)) ?? UpdateRecord.parse({}));
  }

  get current(): UpdateRecord {
    return this.#current;
  }

  /** Resolves when the change is on the disk. @throws DemarcError `store.full` */
  change(change: Partial<UpdateRecord>): Promise<void> {
    const written = this.#tail.then(async () => {
      const next = { ...this.#current, ...change };
      await this.#table.put(KEY, next);
      this.#current = next;
    });
    this.#tail = written.catch(() => undefined);
    return written;
  }
}
