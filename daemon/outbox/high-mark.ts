import { join } from 'node:path';
import { z } from 'zod';
import { readFileIfThere, replaceFile } from '#config/atomic-file.ts';
import type { Log } from '#config/log.ts';

const Mark = z.object({ next: z.int().min(1) });

/** Each costs two fsyncs; between two of them the cloud's own acknowledgements are the witness. */
const EVERY_MS = 10_000;

/**
 * Up to where the outbox had used its numbers, in a file beside the store. LevelDB takes a log that breaks off for the
 * end of what was written, so a store that lost its newest records opens as if nothing had happened: this file knows.
 */
export class HighMark {
  readonly #path: string;
  readonly #log: Log;
  #wanted = 0;
  #written = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: { folder: string; log: Log }) {
    this.#path = join(options.folder, 'outbox.mark');
    this.#log = options.log;
  }

  /** The next free number when it was written last; undefined when it never was or cannot be read. */
  async read(): Promise<number | undefined> {
    const text = await readFileIfThere(this.#path);
    if (text === undefined) return undefined;
    const mark = Mark.safeParse(parsed(text));
    if (mark.success) return mark.data.next;
    this.#log.warn({ code: 'config.invalid', path: this.#path }, 'the mark of the outbox is damaged and is made anew');
    return undefined;
  }

  /** To be told of each number that the disk has; written a little later. */
  note(next: number): void {
    this.#wanted = next;
    this.#timer ??= setTimeout(() => void this.flush(), EVERY_MS).unref();
  }

  /** Writes what was noted. A failure is logged: the mark is a witness, not a condition. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const next = this.#wanted;
    if (next <= this.#written) return;
    try {
      await replaceFile(this.#path, JSON.stringify({ next }));
      this.#written = next;
    } catch (error) {
      this.#log.warn({ code: 'config.unwritable', err: error }, 'the mark of the outbox could not be written');
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
