import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '#config/atomic-file.ts';
import { FORM_TITLES, type FormName } from './forms.ts';

/** A file smaller than this share of the one before is told. */
const SHRUNK = 0.9;

const Sizes = z.partialRecord(z.enum(['users', 'directory', 'numbers']), z.int().min(0));
type Sizes = z.infer<typeof Sizes>;

/** Remembers how large the last complete export of each form was; over restarts when a folder is given. */
export class FormSizes {
  readonly #path: string | undefined;
  #sizes: Sizes | undefined;

  /** `source` tells the exports of one PBX from those of another. */
  constructor(folder: string | undefined, source: string) {
    const name = createHash('sha256').update(source).digest('hex').slice(0, 16);
    this.#path = folder === undefined ? undefined : join(folder, `form-sizes-${name}.json`);
  }

  /** Both sizes in bytes when this file is much smaller than the one before. */
  async shrunk(form: FormName, size: number): Promise<string | undefined> {
    const before = (await this.#load())[form];
    if (before === undefined || size >= before * SHRUNK) return undefined;
    return `${FORM_TITLES[form]}: ${size} bytes, before ${before}`;
  }

  /** Called when a file was read to its end. */
  async remember(form: FormName, size: number): Promise<void> {
    const sizes = { ...(await this.#load()), [form]: size };
    this.#sizes = sizes;
    if (this.#path !== undefined) await replaceFile(this.#path, JSON.stringify(sizes));
  }

  async #load(): Promise<Sizes> {
    this.#sizes ??= this.#path === undefined ? {} : await read(this.#path);
    return this.#sizes;
  }
}

async function read(path: string): Promise<Sizes> {
  try {
    return Sizes.catch({}).parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // Only a hint is lost: without it a smaller file is not told once.
    return {};
  }
}
