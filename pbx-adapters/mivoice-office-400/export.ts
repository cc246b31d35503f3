import type { Clock } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { chooseForms, type FormFile } from '#pbx-adapters/channels/form-export/choose.ts';
import { type FormRow, readForm } from '#pbx-adapters/channels/form-export/read-form.ts';

/** Where the export of the users is. */
export interface ExportPlace {
  file?: string | undefined;
  folder?: string | undefined;
}

/**
 * The newest complete export of the users.
 * @throws DemarcError `export.no-file`, `export.not-recognised`, `form.…`, `pbx.canceled`
 */
export async function findExport(
  place: ExportPlace,
  parts: { clock: Clock; log: Log; signal: AbortSignal },
): Promise<FormFile> {
  const { file, folder } = place;
  const source = folder === undefined ? { files: file === undefined ? [] : [file] } : { folder };
  try {
    const { users, directory } = await chooseForms(source, parts);
    const found = users ?? directory;
    if (found) return found;
    throw new DemarcError('export.no-file', folder ?? file);
  } catch (error) {
    throw inOurWords(error);
  }
}

/** The rows of the export. @throws DemarcError as `findExport` */
export async function* readExport(file: FormFile, signal: AbortSignal): AsyncGenerator<FormRow> {
  for await (const part of readForm(file.path, signal)) if ('row' in part) yield part.row;
}

/** The channel speaks of the forms of another PBX family where it says what to do. */
function inOurWords(error: unknown): unknown {
  if (!(error instanceof DemarcError)) return error;
  if (error.code === 'form.no-file') return new DemarcError('export.no-file', error.detail, { cause: error });
  if (error.code !== 'form.not-recognised') return error;
  return new DemarcError('export.not-recognised', error.detail, { cause: error });
}
