import { type Entry, fromBuffer, type ZipFile } from 'yauzl';
import { DemarcError } from '#contract/errors/demarc-error.ts';

/** Most parts of a workbook; a real one has a few dozen. */
const MAX_PARTS = 2000;
/** What all parts that are read may unpack to: a bomb is refused by what it says, and cut where it says less. */
const MAX_UNPACKED_BYTES = 48 * 1024 * 1024;

/** Whatever a part of the library says about a file is that the file is damaged. */
export const damaged = (cause: unknown): DemarcError =>
  cause instanceof DemarcError
    ? cause
    : new DemarcError('import.damaged', cause instanceof Error ? cause.message.slice(0, 200) : undefined, { cause });

/** A workbook's parts by their names, unpacked as they are read. Every limit stands here. */
export class Archive {
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;
  #left = MAX_UNPACKED_BYTES;

  private constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#zip = zip;
    this.#entries = entries;
  }

  /** @throws DemarcError `import.damaged`, `import.too-large` */
  static open(bytes: Buffer): Promise<Archive> {
    return new Promise((resolve, reject) => {
      // Sizes are validated while unpacking: a part never gives more than it says.
      fromBuffer(bytes, { lazyEntries: true }, (error, zip) => {
        if (error) return reject(damaged(error));
        const entries = new Map<string, Entry>();
        zip.on('error', (failure: Error) => reject(damaged(failure)));
        zip.on('end', () => resolve(new Archive(zip, entries)));
        zip.on('entry', (entry: Entry) => {
          if (entries.size >= MAX_PARTS) return reject(new DemarcError('import.too-large', `over ${MAX_PARTS} parts`));
          entries.set(entry.fileName.toLowerCase(), entry);
          zip.readEntry();
        });
        zip.readEntry();
      });
    });
  }

  get names(): Iterable<string> {
    return this.#entries.keys();
  }

  /** The bytes of a part as they are unpacked; undefined when there is none. @throws DemarcError */
  async read(name: string): Promise<AsyncIterable<Buffer> | undefined> {
    const entry = this.#entries.get(name.toLowerCase());
    if (entry === undefined) return undefined;
    this.#left -= entry.uncompressedSize;
    if (this.#left < 0) throw new DemarcError('import.too-large', `${Math.round(entry.uncompressedSize / 1e6)} MB`);
    return new Promise((resolve, reject) => {
      this.#zip.openReadStream(entry, (error, stream) => (error ? reject(damaged(error)) : resolve(stream)));
    });
  }
}
