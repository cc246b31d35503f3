import type { z } from 'zod';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { readFileIfThere, replaceFile } from './atomic-file.ts';

/** What loading a document found; `repaired` when the last good copy had to stand in. */
export interface Loaded<T> {
  value: T | undefined;
  repaired: boolean;
}

/**
 * A JSON document on disk that is never silently empty: replaced atomically, with the last good content kept beside it
 * as `.good` (design section 4). A document that cannot be read is replaced by its good copy, and the caller is told.
 */
export class DocumentFile<S extends z.ZodType> {
  readonly path: string;
  readonly #schema: S;

  constructor(path: string, schema: S) {
    this.path = path;
    this.#schema = schema;
  }

  /** @throws DemarcError `config.invalid` when neither the document nor its good copy can be used. */
  async load(): Promise<Loaded<z.output<S>>> {
    const text = await readFileIfThere(this.path);
    const goodText = await readFileIfThere(this.#goodPath);
    if (text === undefined && goodText === undefined) return { value: undefined, repaired: false };
    const current = this.#parse(text);
    if (current.value !== undefined) return { value: current.value, repaired: false };
    const good = this.#parse(goodText);
    if (good.value === undefined || goodText === undefined) {
      throw new DemarcError('config.invalid', `${this.path}: ${current.problem ?? 'missing'}`);
    }
    await replaceFile(this.path, goodText);
    return { value: good.value, repaired: true };
  }

  /** Checks and writes. @throws DemarcError `config.invalid`, `config.unwritable` */
  async save(value: z.input<S>): Promise<z.output<S>> {
    const parsed = this.#schema.safeParse(value);
    if (!parsed.success) throw new DemarcError('config.invalid', describe(parsed.error));
    const text = `${JSON.stringify(value, null, 2)}\n`;
    await replaceFile(this.path, text);
    await replaceFile(this.#goodPath, text);
    return parsed.data;
  }

  get #goodPath(): string {
    return `${this.path}.good`;
  }

  #parse(text: string | undefined): { value?: z.output<S>; problem?: string } {
    if (text === undefined) return { problem: 'missing' };
    try {
      const parsed = this.#schema.safeParse(JSON.parse(text));
      return parsed.success ? { value: parsed.data } : { problem: describe(parsed.error) };
    } catch {
      return { problem: 'not JSON' };
    }
  }
}

/** The first problems of a failed parse as `path: message`, for a person. */
export function describe(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'document'}: ${issue.message}`)
    .join('; ');
}
