/** Committed sequence numbers above `acked`, both ends included. */
export interface SequenceRange {
  seq: number;
  upto: number;
}

/**
 * Which records of a gateway are settled: all up to `acked`, and the ranges above it. Records leave the gateway by class,
 * not strictly by number, so ranges come and merge all the time. Pure; stored by the caller.
 */
export class Sequence {
  #acked: number;
  #ranges: SequenceRange[];
  #changed = false;

  /** `ranges` lie above `acked` and neither touch nor overlap each other. */
  constructor(acked: number, ranges: readonly SequenceRange[] = []) {
    this.#acked = acked;
    this.#ranges = [...ranges].sort((a, b) => a.seq - b.seq);
  }

  /** Every record up to and including this number is settled. */
  get acked(): number {
    return this.#acked;
  }

  get ranges(): readonly SequenceRange[] {
    return this.#ranges;
  }

  /** Whether anything was settled since this was made. */
  get changed(): boolean {
    return this.#changed;
  }

  has(seq: number): boolean {
    return seq <= this.#acked || this.#ranges.some((range) => range.seq <= seq && seq <= range.upto);
  }

  /** Settles `first` to `last`, both included; answers how many of them were not settled before. */
  settle(first: number, last: number): number {
    const from = Math.max(first, this.#acked + 1);
    if (last < from) return 0;
    let merged = { seq: from, upto: last };
    let known = 0;
    const apart: SequenceRange[] = [];
    for (const range of this.#ranges) {
      if (range.upto < from - 1 || range.seq > last + 1) {
        apart.push(range);
        continue;
      }
      known += Math.max(0, Math.min(range.upto, last) - Math.max(range.seq, from) + 1);
      merged = { seq: Math.min(merged.seq, range.seq), upto: Math.max(merged.upto, range.upto) };
    }
    const added = last - from + 1 - known;
    if (added === 0) return 0;
    this.#changed = true;
    if (merged.seq === this.#acked + 1) this.#acked = merged.upto;
    else apart.push(merged);
    this.#ranges = apart.sort((a, b) => a.seq - b.seq);
    return added;
  }

  /** Gives up the lowest holes until at most `limit` ranges are left; answers how many records that were. */
  giveUpBeyond(limit: number): number {
    let lost = 0;
    while (this.#ranges.length > limit) {
      const [lowest] = this.#ranges;
      if (lowest === undefined) break;
      lost += this.settle(this.#acked + 1, lowest.seq - 1);
    }
    return lost;
  }
}
