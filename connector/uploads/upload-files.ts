/** The bytes of uploads on the disk: one file a command, `<folder>/<account>/<command>`, as long as what has arrived. */
import { createHash } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { mkdir, open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { Id } from '#contract/ids.ts';

/** Where a file lies. Both parts are ids, so that no path can be smuggled in. */
export interface FilePlace {
  account: string;
  command: string;
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

export class UploadFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Bytes on the disk; 0 when there is no file. */
  async size(place: FilePlace): Promise<number> {
    try {
      return (await stat(this.#path(place))).size;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return 0;
      throw error;
    }
  }

  /** Bytes of the disk that others than root may still use. */
  async free(): Promise<number> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const { bavail, bsize } = await statfs(this.#folder);
    return bavail * bsize;
  }

  /**
   * Writes what comes at the end of the file, up to `limit` bytes in all, and gives its size when that is safe on the
   * disk. What came before a cut stays: the sender does not have to send it again.
   * @throws DemarcError `api.too-large`, `upload.no-room`; the signal's reason; the stream's error
   */
  async append(place: FilePlace, body: Readable, limit: number, signal: AbortSignal): Promise<number> {
    await mkdir(join(this.#folder, place.account), { recursive: true, mode: 0o700 });
    const handle = await open(this.#path(place), 'a', 0o600);
    const cut = () => body.destroy(signal.reason instanceof Error ? signal.reason : undefined);
    signal.addEventListener('abort', cut, { once: true });
    try {
      let { size } = await handle.stat();
      try {
        signal.throwIfAborted();
        for await (const chunk of body as AsyncIterable<Buffer>) {
          if (size + chunk.length > limit) throw new DemarcError('api.too-large', `more than ${limit} bytes`);
          await handle.appendFile(chunk);
          size += chunk.length;
        }
        signal.throwIfAborted();
      } finally {
        await handle.sync();
      }
      return size;
    } catch (error) {
      if (codeOf(error) === 'ENOSPC') throw new DemarcError('upload.no-room', undefined, { cause: error });
      if (signal.aborted) throw signal.reason;
      if (error instanceof DemarcError) throw error;
      // Everyday on long ways: what came is kept, and the sender goes on behind it.
      if (body.errored) throw new DemarcError('api.invalid', 'the part was cut', { cause: error });
      throw error;
    } finally {
      signal.removeEventListener('abort', cut);
      await handle.close();
    }
  }

  /** SHA-256 of the whole file, in hex. */
  async digest(place: FilePlace): Promise<string> {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(this.#path(place), { highWaterMark: 1024 * 1024 })) {
      hash.update(chunk as Buffer);
    }
    return hash.digest('hex');
  }

  read(place: FilePlace): ReadStream {
    return createReadStream(this.#path(place));
  }

  async remove(place: FilePlace): Promise<void> {
    await rm(this.#path(place), { force: true });
  }

  /** Every file there is; what is not named by ids is not ours. */
  async *all(): AsyncIterable<FilePlace> {
    for (const account of await this.#names(this.#folder)) {
      if (!Id.safeParse(account).success) continue;
      for (const command of await this.#names(join(this.#folder, account))) {
        if (Id.safeParse(command).success) yield { account, command };
      }
    }
  }

  async #names(folder: string): Promise<string[]> {
    return readdir(folder).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
      throw error;
    });
  }

  #path({ account, command }: FilePlace): string {
    return join(this.#folder, Id.parse(account), Id.parse(command));
  }
}
