/** What is known in memory of a record on the disk. */
export interface Entry {
  seq: number;
  /** Payload bytes. */
  bytes: number;
  /** When it was made: milliseconds since 1970 by the gateway's clock, for people. */
  at: number;
  /** When it was made in the outbox's own time, which clock steps do not move; for the age limit. */
  born: number;
  /** What belongs together: the section of a state, the run of a user sync. */
  group: string | undefined;
  /** A state that holds its whole document, not only its hash. */
  whole: boolean;
  /**
   * Set for a record that tells of given-up ones: the lowest of their numbers. It is never given up itself, because the
   * cloud learns from it what was.
   */
  tellsFrom: number | undefined;
}

/** The records of one class in the order of their sequence numbers. */
export class RecordQueue {
  #entries: Entry[] = [];
  #head = 0;
  #bytes = 0;

  get size(): number {
    return this.#entries.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get first(): Entry | undefined {
    return this.#entries[this.#head];
  }

  get last(): Entry | undefined {
    return this.size === 0 ? undefined : this.#entries.at(-1);
  }

  list(): Entry[] {
    return this.#entries.slice(this.#head);
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
  }

  /** The entries above a number; undefined when there are more than `limit`. */
  listAfter(seq: number, limit: number): Entry[] | undefined {
    let start = this.#entries.length;
    for (; start > this.#head; start -= 1) {
      const before = this.#entries[start - 1];
      if (before === undefined || before.seq <= seq) break;
      if (this.#entries.length - start === limit) return undefined;
    }
    return this.#entries.slice(start);
  }

  /** Removes and returns everything up to and including `upTo`. */
  shiftUpTo(upTo: number): Entry[] {
    let end = this.#head;
    for (let entry = this.#entries[end]; entry !== undefined && entry.seq <= upTo; entry = this.#entries[end]) end += 1;
    const removed = this.#entries.slice(this.#head, end);
    this.#head = end;
    for (const entry of removed) this.#bytes -= entry.bytes;
    if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return removed;
  }

  /** Removes and returns the entries that match. */
  remove(matches: (entry: Entry) => boolean): Entry[] {
    const removed: Entry[] = [];
    const kept: Entry[] = [];
    for (let index = this.#head; index < this.#entries.length; index += 1) {
      const entry = this.#entries[index];
      if (entry !== undefined) (matches(entry) ? removed : kept).push(entry);
    }
    if (removed.length === 0) return removed;
    this.#entries = kept;
    this.#head = 0;
    for (const entry of removed) this.#bytes -= entry.bytes;
    return removed;
  }

  /** The oldest entry that may be given up. */
  firstToDrop(): Entry | undefined {
    for (let index = this.#head; index < this.#entries.length; index += 1) {
      const entry = this.#entries[index];
      if (entry !== undefined && entry.tellsFrom === undefined) return entry;
    }
    return undefined;
  }
}
