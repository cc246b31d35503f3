import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Pack, pack } from 'tar-stream';
import { makeFolder } from '#config/atomic-file.ts';
import type { Clock } from '#config/clock.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { abortable } from '../abortable.ts';
import type { KnownSecrets } from './known-secrets.ts';
import { type RedactionCounts, Redactor } from './redactor.ts';

/** An archive as it lies on the disk. */
export interface FinishedArchive {
  file: string;
  bytes: number;
  sha256: string;
}

/** One file in the archive, as its manifest names it. */
export interface ArchiveEntry {
  path: string;
  bytes: number;
  sha256: string;
  collector: string;
  /** Why it ends early; left out when it is whole. */
  cut?: string;
}

interface ArchiveOptions {
  folder: string;
  /** Of the file, without `.tar.gz`. */
  name: string;
  /** What the files in it may have together, unpacked: it protects the disk here and whoever unpacks it. */
  limitBytes: number;
  /** What stays free on the disk. */
  reserveBytes: number;
  known: KnownSecrets;
  clock: Clock;
}

/** Where the files of the archive's own account stand. */
const OWN_BYTES = 1024 * 1024;
/** How often the disk is looked at while an entry is written. */
const LOOK_EVERY_BYTES = 8 * 1024 * 1024;
const SPOOL_PIECE = 64 * 1024;

/**
 * A `.tar.gz` that is written as its parts come, so that no part is ever whole in memory. A tar needs the size of a file
 * before the file: each is spooled to the disk first, already without its secrets. Entries are written one at a time.
 */
export class Archive {
  readonly entries: ArchiveEntry[] = [];
  readonly redaction: Record<string, RedactionCounts> = {};
  readonly #options: ArchiveOptions;
  readonly #pack: Pack = pack();
  readonly #hash = createHash('sha256');
  readonly #written: Promise<void>;
  #bytes = 0;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: ArchiveOptions) {
    this.#options = options;
    const digest = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.#hash.update(chunk);
        done(null, chunk);
      },
    });
    const file = createWriteStream(this.#path('part'), { mode: 0o600, flush: true });
    this.#written = pipeline(this.#pack, createGzip({ level: 6 }), digest, file);
    this.#written.catch(() => undefined);
  }

  /** @throws DemarcError `bundle.no-room`, `bundle.unwritable` */
  static async create(options: ArchiveOptions): Promise<Archive> {
    await makeFolder(options.folder);
    if ((await freeBytes(options.folder)) < options.reserveBytes + OWN_BYTES) throw new DemarcError('bundle.no-room');
    return new Archive(options);
  }

  /**
   * Adds a text without its secrets. It ends early when the archive is full, the disk is, or the signal says so; the
   * manifest tells. @throws DemarcError `bundle.no-room`, `bundle.unwritable`; what the source throws, after what came
   * before it was kept
   */
  add(
    entry: { path: string; collector: string; signal: AbortSignal },
    source: (redactor: Redactor) => AsyncIterable<Uint8Array | string>,
  ): Promise<void> {
    return this.#inTurn(async () => {
      const redactor = new Redactor(this.#options.known);
      const spooled = await this.#spool(redactor.text(abortable(source(redactor), entry.signal)), entry.signal);
      // A source that had nothing to give leaves no empty file behind.
      if (spooled.error !== undefined && spooled.bytes === 0) throw spooled.error;
      await this.#pass(entry.path, spooled.bytes);
      if (Object.keys(redactor.counts).length > 0) this.redaction[entry.path] = redactor.counts;
      const { bytes, sha256, cut, error } = spooled;
      this.entries.push({ path: entry.path, bytes, sha256, collector: entry.collector, ...(cut ? { cut } : {}) });
      if (error !== undefined) throw error;
    });
  }

  /** Closes it with the two files that tell of the others; it then stands under its name. */
  finish(manifest: (files: readonly ArchiveEntry[]) => unknown): Promise<FinishedArchive> {
    return this.#inTurn(async () => {
      const { known } = this.#options;
      const redaction = { secretsLookedFor: known.count, tooShortToLookFor: known.tooShort, files: this.redaction };
      await this.#own('redaction.json', redaction);
      await this.#own('manifest.json', manifest(this.entries));
      this.#pack.finalize();
      await this.#written.catch((error: unknown) => {
        throw diskError(error);
      });
      const file = this.#path('tar.gz');
      await rename(this.#path('part'), file);
      const { size } = await stat(file);
      await this.#sweep();
      return { file, bytes: size, sha256: this.#hash.digest('hex') };
    });
  }

  /** Gives it up; nothing of it stays on the disk. */
  async discard(): Promise<void> {
    this.#pack.destroy();
    await this.#written.catch(() => undefined);
    await this.#sweep();
  }

  async #sweep(): Promise<void> {
    await rm(this.#path('spool'), { force: true });
    await rm(this.#path('part'), { force: true });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Ours hold no secrets: they are made of names and numbers. */
  async #own(path: string, value: unknown): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.entries.push({ path, bytes: bytes.length, sha256, collector: 'bundle' });
    await new Promise<void>((resolve, reject) => {
      const header = { name: path, mode: 0o600, mtime: new Date(this.#options.clock.now()) };
      this.#pack.entry(header, bytes, (error) => (error ? reject(diskError(error)) : resolve()));
    });
  }

  /** Writes the text to the spool file as far as it may go. */
  async #spool(
    text: AsyncIterable<string>,
    signal: AbortSignal,
  ): Promise<{ bytes: number; sha256: string; cut?: string; error?: Error }> {
    const spool = await open(this.#path('spool'), 'w', 0o600).catch((error: unknown) => {
      throw diskError(error);
    });
    const room = this.#options.limitBytes - this.#bytes;
    const writer = new SpoolWriter(spool);
    let look = 0;
    let cut: string | undefined;
    let error: Error | undefined;
    try {
      for await (const line of text) {
        const length = Buffer.byteLength(line);
        if (writer.bytes + length > room) cut = 'the archive is full';
        else if (writer.bytes >= look) {
          look = writer.bytes + LOOK_EVERY_BYTES;
          if (await this.#isDiskFull()) cut = 'the disk is nearly full';
        }
        if (signal.aborted) cut ??= 'its time was over';
        if (cut !== undefined) break;
        await writer.write(line, length);
      }
    } catch (thrown) {
      // Of the disk nothing more can be hoped; of a source what came before is worth something.
      if (thrown instanceof DemarcError && thrown.code.startsWith('bundle.')) throw thrown;
      error = thrown instanceof Error ? thrown : toDemarcError(thrown);
      cut = signal.aborted ? 'its time was over' : toDemarcError(thrown).message;
    } finally {
      await writer.close();
    }
    this.#bytes += writer.bytes;
    return { bytes: writer.bytes, sha256: writer.digest(), ...(cut ? { cut } : {}), ...(error ? { error } : {}) };
  }

  /** The archive itself grows with what is spooled: both have to fit. */
  async #isDiskFull(): Promise<boolean> {
    const { folder, reserveBytes } = this.#options;
    return (await freeBytes(folder)) < reserveBytes + 2 * LOOK_EVERY_BYTES;
  }

  /** From the spool file into the archive. */
  async #pass(path: string, size: number): Promise<void> {
    const header = { name: path, size, mode: 0o600, mtime: new Date(this.#options.clock.now()) };
    const sink = this.#pack.entry(header);
    try {
      if (size > 0) {
        const spool = createReadStream(this.#path('spool'), { end: size - 1, highWaterMark: SPOOL_PIECE });
        for await (const piece of spool) {
          if (!sink.write(piece)) await Promise.race([once(sink, 'drain'), this.#failed()]);
        }
      }
      sink.end(null);
      await Promise.race([once(sink, 'finish'), this.#failed()]);
    } catch (error) {
      throw diskError(error);
    }
  }

  /** A disk that takes no more ends the pipeline, and nobody drains the sink then. */
  async #failed(): Promise<never> {
    await this.#written;
    throw new Error('the archive was closed');
  }

  #path(end: string): string {
    return join(this.#options.folder, `${this.#options.name}.${end}`);
  }
}

/** Gathers lines, so that the disk is not asked for each. */
class SpoolWriter {
  bytes = 0;
  readonly #handle: FileHandle;
  readonly #hash = createHash('sha256');
  #gathered: string[] = [];
  #length = 0;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async write(line: string, length: number): Promise<void> {
    this.#gathered.push(line);
    this.#length += length;
    this.bytes += length;
    if (this.#length >= SPOOL_PIECE) await this.#flush();
  }

  /** @throws DemarcError `bundle.no-room`, `bundle.unwritable` */
  async close(): Promise<void> {
    try {
      await this.#flush();
    } finally {
      await this.#handle.close();
    }
  }

  digest(): string {
    return this.#hash.digest('hex');
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#gathered.join(''));
    this.#gathered = [];
    this.#length = 0;
    this.#hash.update(bytes);
    try {
      await this.#handle.appendFile(bytes);
    } catch (error) {
      throw diskError(error);
    }
  }
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function diskError(error: unknown): DemarcError {
  if (error instanceof DemarcError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const detail = typeof code === 'string' ? code : undefined;
  return new DemarcError(code === 'ENOSPC' ? 'bundle.no-room' : 'bundle.unwritable', detail, { cause: error });
}
