import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface RotatingFileOptions {
  /** For `logs/daemon.log` the files are `logs/daemon.1.log`, `logs/daemon.2.log` and so on; the highest is written to. */
  file: string;
  /** A file that reached this size is followed by the next. */
  maxBytes: number;
  /** How many files are kept, the one that is written to included. */
  files: number;
  /** The line that stands for so many lines that could not be written. */
  lost: (lines: number) => string;
}

/**
 * A log on the disk that stays within `files * maxBytes`. Written synchronously, so that the last lines before a kill are
 * there. A line that the disk refuses is counted, and the count is written when the disk takes lines again.
 */
export class RotatingFile {
  readonly #options: RotatingFileOptions;
  readonly #folder: string;
  readonly #stem: string;
  #number = 1;
  #handle: number | undefined;
  #bytes = 0;
  #lost = 0;

  /** Goes on with the newest file. @throws the file system's error when the folder or the file cannot be made */
  constructor(options: RotatingFileOptions) {
    this.#options = options;
    this.#folder = dirname(options.file);
    this.#stem = basename(options.file).replace(/\.log$/, '');
    mkdirSync(this.#folder, { recursive: true });
    this.#number = this.#numbers().at(-1) ?? 1;
    this.#open();
  }

  /** Never throws: a log that cannot be written must not stop what it tells about. */
  write(line: string): void {
    try {
      if (this.#bytes >= this.#options.maxBytes) this.#next();
      if (this.#lost > 0) {
        this.#append(this.#options.lost(this.#lost));
        this.#lost = 0;
      }
      this.#append(line);
    } catch {
      this.#lost += 1;
    }
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }

  #append(line: string): void {
    const handle = this.#handle ?? this.#open();
    const bytes = Buffer.from(line);
    for (let at = 0; at < bytes.length; ) {
      const written = writeSync(handle, bytes, at);
      at += written;
      this.#bytes += written;
    }
  }

  #open(): number {
    const handle = openSync(join(this.#folder, this.#name(this.#number)), 'a', 0o600);
    this.#handle = handle;
    this.#bytes = fstatSync(handle).size;
    return handle;
  }

  #next(): void {
    this.close();
    this.#number += 1;
    this.#bytes = 0;
    for (const old of this.#numbers().slice(0, 1 - this.#options.files || undefined)) {
      rmSync(join(this.#folder, this.#name(old)), { force: true });
    }
  }

  #name(number: number): string {
    return `${this.#stem}.${number}.log`;
  }

  #numbers(): number[] {
    return readdirSync(this.#folder)
      .map((name) => Number(name.startsWith(`${this.#stem}.`) ? /\.(\d{1,9})\.log$/.exec(name)?.[1] : undefined))
      .filter((number) => Number.isInteger(number))
      .sort((a, b) => a - b);
  }
}
