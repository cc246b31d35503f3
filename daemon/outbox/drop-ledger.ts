import { z } from 'zod';
import type { DroppedRecords } from '#contract/events.ts';
import type { DaemonStore, StoreOperation, Table } from '../store/store.ts';
import { seqKey } from './seq-key.ts';

const Range = z.object({ reason: z.string(), from: z.int(), to: z.int() });
type Range = z.infer<typeof Range>;

/** The contract's limit of ranges in one message. */
const RANGES_PER_MESSAGE = 500;

/**
 * Sequence numbers that were given up and of which the cloud does not know yet. They are kept on the disk until a
 * `dropped` record tells them, and are told only when there is somebody to tell: months offline are few ranges then.
 */
export class DropLedger {
  readonly #table: Table<Range>;
  readonly #ranges = new Map<string, Range[]>();

  constructor(store: DaemonStore) {
    this.#table = store.table('outbox-drops', Range);
  }

  async load(): Promise<void> {
    this.#ranges.clear();
    for await (const [, range] of this.#table.entries()) this.#of(range.reason).push(range);
  }

  get empty(): boolean {
    return this.#ranges.size === 0;
  }

  ranges(): { from: number; to: number }[] {
    return [...this.#ranges.values()].flat();
  }

  /** Notes an inclusive range; the operations make it durable. */
  note(reason: string, from: number, to: number): StoreOperation[] {
    const ranges = this.#of(reason);
    const last = ranges.at(-1);
    if (last !== undefined && last.to + 1 === from) {
      last.to = to;
      return [this.#table.putOperation(key(last), last)];
    }
    const range = { reason, from, to };
    ranges.push(range);
    return [this.#table.putOperation(key(range), range)];
  }

  /** Takes what one message can tell, with the operations that forget it; undefined when there is nothing to tell. */
  take(): { message: DroppedRecords; operations: StoreOperation[] } | undefined {
    for (const [reason, ranges] of this.#ranges) {
      const taken = ranges.splice(0, RANGES_PER_MESSAGE);
      if (ranges.length === 0) this.#ranges.delete(reason);
      return {
        message: { reason, ranges: taken.map(({ from, to }) => [from, to]) },
        operations: taken.map((range) => this.#table.removeOperation(key(range))),
      };
    }
    return undefined;
  }

  #of(reason: string): Range[] {
    let ranges = this.#ranges.get(reason);
    if (ranges === undefined) {
      ranges = [];
      this.#ranges.set(reason, ranges);
    }
    return ranges;
  }
}

const key = (range: Range): string => `${range.reason}/${seqKey(range.from)}`;
