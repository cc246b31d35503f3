import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One write to the store; `value` is undefined for a removal. */
export interface StoreWrite {
  key: string;
  value: string | undefined;
}

/** LevelDB's doc/log_format.md, and WriteBatch in db/write_batch.cc. */
const BLOCK = 32_768;
const HEADER = 7;
const TYPE = { full: 1, first: 2, middle: 3, last: 4 };
const BATCH_HEADER = 12;

/**
 * Follows what a daemon writes to its store, from outside and in order, by reading LevelDB's log: the store itself can be
 * opened by one process only.
 */
export class StoreTail {
  readonly #folder: string;
  readonly #read = new Map<string, { at: number; begun: Buffer[] }>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What has been written since the last call. */
  writes(): StoreWrite[] {
    const names = readdirSync(this.#folder).filter((name) => /^\d+\.log$/.test(name));
    return names.sort().flatMap((name) => this.#follow(name));
  }

  #follow(name: string): StoreWrite[] {
    const place = this.#read.get(name) ?? { at: 0, begun: [] };
    this.#read.set(name, place);
    let log: Buffer;
    try {
      log = readFileSync(join(this.#folder, name));
    } catch {
      // LevelDB has made a table of it in this moment.
      return [];
    }
    const found: StoreWrite[] = [];
    for (;;) {
      if (BLOCK - (place.at % BLOCK) < HEADER) place.at += BLOCK - (place.at % BLOCK);
      if (place.at + HEADER > log.length) return found;
      const end = place.at + HEADER + log.readUInt16LE(place.at + 4);
      const type = log[place.at + 6] ?? 0;
      // A part that is still being written.
      if (type === 0 || end > log.length) return found;
      place.begun.push(log.subarray(place.at + HEADER, end));
      place.at = end;
      if (type !== TYPE.full && type !== TYPE.last) continue;
      found.push(...batch(Buffer.concat(place.begun)));
      place.begun = [];
    }
  }
}

function batch(record: Buffer): StoreWrite[] {
  const found: StoreWrite[] = [];
  let at = BATCH_HEADER;
  const text = (): string => {
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = record[at++] ?? 0;
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    at += length;
    return record.toString('utf8', at - length, at);
  };
  while (at < record.length) {
    const isPut = record[at++] === 1;
    const key = text();
    found.push({ key, value: isPut ? text() : undefined });
  }
  return found;
}
