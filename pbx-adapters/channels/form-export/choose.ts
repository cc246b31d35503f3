import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { FormName } from './forms.ts';
import { fileState, inspectText, settled } from './inspect.ts';
import { formOf } from './read-form.ts';

/** Files of a folder that are looked at, the newest first. */
const MAX_FILES = 100;

/** A complete export of one form. */
export interface FormFile {
  path: string;
  size: number;
  modifiedMs: number;
}

/** Where the exports are: a folder into which they are dropped, or the files themselves. */
export type FormSource = { folder: string } | { files: readonly string[] };

interface Options {
  clock: Clock;
  log: Log;
  signal: AbortSignal;
  /** The forms that are looked for; those of people when not said. One of them is enough. */
  wanted?: readonly FormName[];
}

const OF_PEOPLE: readonly FormName[] = ['users', 'directory'];

/**
 * The newest complete file of each form. A file that is incomplete is passed over for an older complete one, with a
 * warning; when there is no other, its fault is the error.
 * @throws DemarcError `form.no-file`, `form.growing`, `form.truncated`, `form.not-recognised`, `form.unreadable`
 */
export async function chooseForms(source: FormSource, options: Options): Promise<Partial<Record<FormName, FormFile>>> {
  const wanted = options.wanted ?? OF_PEOPLE;
  const paths = 'folder' in source ? await newestFirst(source.folder) : source.files;
  const chosen: Partial<Record<FormName, FormFile>> = {};
  let fault: DemarcError | undefined;
  for (const path of paths) {
    if (wanted.every((form) => chosen[form])) break;
    try {
      const { form, file } = await complete(path, options);
      if (form) chosen[form] ??= file;
      else fault ??= new DemarcError('form.not-recognised', path);
    } catch (error) {
      if (!(error instanceof DemarcError) || error.code === 'pbx.canceled') throw error;
      // A file that was named must be usable; one of many in a folder may be passed over.
      if (!('folder' in source)) throw error;
      options.log.warn({ code: error.code, path }, 'a form export is passed over');
      fault ??= error;
    }
  }
  if (wanted.some((form) => chosen[form])) return chosen;
  throw fault ?? new DemarcError('form.no-file', 'folder' in source ? source.folder : undefined);
}

async function complete(path: string, options: Options): Promise<{ form: FormName | undefined; file: FormFile }> {
  const state = await settled(path, options.clock, options.signal);
  if (state.size === 0) throw new DemarcError('form.truncated', `${path}: empty`);
  const form = await formOf(path, options.signal);
  const { endsWithLine } = await inspectText(path, options.signal);
  if (form && !endsWithLine) throw new DemarcError('form.truncated', `${path}: the last line has no end`);
  return { form, file: { path, ...state } };
}

async function newestFirst(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new DemarcError('form.unreadable', `${folder}: ${code}`, { cause: error });
  }
  // Copies under way often have a hidden or a temporary name.
  const exports = names.filter((name) => /\.(csv|txt)$/i.test(name) && !/^[.~]/.test(name));
  const files = await Promise.all(
    exports.slice(0, MAX_FILES * 10).map(async (name) => {
      const path = join(folder, name);
      const state = await fileState(path).catch((error: unknown) => {
        // Gone or not a file since the listing: not an export then.
        if (error instanceof DemarcError) return undefined;
        throw error;
      });
      return state ? [{ path, ...state }] : [];
    }),
  );
  const order = files.flat().toSorted((a, b) => b.modifiedMs - a.modifiedMs || a.path.localeCompare(b.path));
  return order.slice(0, MAX_FILES).map((file) => file.path);
}
