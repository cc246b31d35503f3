import type { Clock } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { ApplicationReport } from '#contract/sections.ts';
import type { Capabilities, PbxAdapter, ProbeReport, UserItem } from '#pbx-adapters/adapter.ts';
import { chooseForms, type FormFile, type FormSource } from '#pbx-adapters/channels/form-export/choose.ts';
import { FORM_TITLES, type FormName } from '#pbx-adapters/channels/form-export/forms.ts';
import { type FormRow, readForm } from '#pbx-adapters/channels/form-export/read-form.ts';
import { FormSizes } from '#pbx-adapters/channels/form-export/sizes.ts';
import { ProbeSteps } from '#pbx-adapters/probe-steps.ts';
import type { MiVoiceBusinessConnection } from './connection.ts';
import { type DirectoryEntry, namesOf, toUserItem } from './person.ts';

/** What a MiVoice Business gives by form export (design section 5). */
export const miVoiceBusinessGives: Capabilities = {
  users: { via: 'form export', note: 'User and Services Configuration, completed by Telephone Directory.' },
  numbers: { via: 'none', note: 'The two forms hold no list of direct-dial numbers.' },
  version: { via: 'none', note: 'A form export does not tell it.' },
  licence: { via: 'none', note: 'A form export does not tell it; see License and Option Selection in the PBX.' },
  trunk: { via: 'worksheet', note: 'Demarc computes the values, a person enters them in the forms.' },
  activity: { via: 'none', note: 'A form export holds no calls.' },
};

const PLAN = [
  { id: 'files', title: 'Find the form exports' },
  { id: 'size', title: 'Compare with the exports before' },
  { id: 'users', title: 'Read the people' },
] as const;

type Forms = Partial<Record<FormName, FormFile>>;

/** Reads the people of a MiVoice Business from CSV exports of its forms. */
export class MiVoiceBusinessAdapter implements PbxAdapter {
  readonly type = 'mivoice-business';
  readonly #source: FormSource;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #sizes: FormSizes;

  constructor(connection: MiVoiceBusinessConnection, parts: { log: Log; clock: Clock; tempFolder?: string }) {
    this.#source = connection.folder === undefined ? { files: connection.files ?? [] } : { folder: connection.folder };
    this.#log = parts.log;
    this.#clock = parts.clock;
    this.#sizes = new FormSizes(parts.tempFolder, JSON.stringify(this.#source));
  }

  capabilities(): Capabilities {
    return miVoiceBusinessGives;
  }

  /**
   * The people of User and Services Configuration, or of the Telephone Directory when only that is there.
   * @throws DemarcError `form.…`, `pbx.canceled`
   */
  async *users(signal: AbortSignal): AsyncIterable<UserItem> {
    const forms = await this.#choose(signal);
    for (const warning of await this.#shrunk(forms)) this.#log.warn({ code: 'form.shrunk' }, warning);
    yield* this.#people(forms, signal);
    for (const [form, file] of entries(forms)) await this.#sizes.remember(form, file.size);
  }

  /** Nothing: a form export tells neither version nor licences. */
  async inventory(): Promise<ApplicationReport[]> {
    return [];
  }

  /** Each step on its own with what to do about it. Never throws. */
  async probe(signal: AbortSignal): Promise<ProbeReport> {
    const steps = new ProbeSteps(PLAN);
    const forms = await steps.run('files', async () => {
      const value = await this.#choose(signal);
      const found = entries(value).map(([form, file]) => `${FORM_TITLES[form]}: ${file.path}`);
      const missing = `Export “${FORM_TITLES.users}” as well: the directory holds no e-mail addresses.`;
      return { value, detail: found.join('; '), ...(value.users ? {} : { warning: missing }) };
    });
    await steps.run('size', async () => {
      const found = forms ? await this.#shrunk(forms) : [];
      const warning = 'Check that all rows were exported; if people really left, nothing needs to be done.';
      return { value: true, detail: found.join('; ') || 'Not smaller.', ...(found.length > 0 ? { warning } : {}) };
    });
    const counts = await steps.run('users', async () => {
      const value = { users: 0, rejected: 0, examples: [] as string[] };
      for await (const item of this.#people(forms ?? {}, signal)) {
        if (item.kind === 'user') value.users += 1;
        else value.rejected += 1;
        if (item.kind === 'rejected' && value.examples.length < 5) value.examples.push(`${item.where}: ${item.reason}`);
      }
      const detail = `${value.users} people, ${value.rejected} rows that cannot be used. ${value.examples.join('; ')}`;
      const warning = value.users === 0 ? 'Check that the export holds the people of this PBX.' : undefined;
      return { value, detail: detail.trim(), ...(warning === undefined ? {} : { warning }) };
    });
    const learned = { forms: Object.fromEntries(entries(forms ?? {}).map(([form, file]) => [form, file.path])) };
    return steps.report({ learned, ...(counts ? { users: counts.users } : {}) });
  }

  async *#people(forms: Forms, signal: AbortSignal): AsyncGenerator<UserItem> {
    const main = forms.users ?? forms.directory;
    if (!main) return;
    const directory = forms.users && forms.directory ? await readDirectory(forms.directory, signal) : new Map();
    const firstLine = new Map<string, number>();
    for await (const row of rows(main, signal)) {
      const item = toUserItem(row, directory);
      const before = item.kind === 'user' ? firstLine.get(item.user.key) : undefined;
      if (item.kind === 'user' && before !== undefined) {
        const reason = `the number is there already on line ${before}`;
        yield { kind: 'rejected', where: `line ${row.line}`, reason };
        continue;
      }
      if (item.kind === 'user') firstLine.set(item.user.key, row.line);
      yield item;
    }
  }

  #choose(signal: AbortSignal): Promise<Forms> {
    return chooseForms(this.#source, { clock: this.#clock, log: this.#log, signal });
  }

  async #shrunk(forms: Forms): Promise<string[]> {
    const found = await Promise.all(entries(forms).map(([form, file]) => this.#sizes.shrunk(form, file.size)));
    return found.filter((text) => text !== undefined);
  }
}

async function* rows(file: FormFile, signal: AbortSignal): AsyncGenerator<FormRow> {
  for await (const part of readForm(file.path, signal)) if ('row' in part) yield part.row;
}

/** The directory by number, in memory: a PBX holds a few thousand numbers. The first entry of a number counts. */
async function readDirectory(file: FormFile, signal: AbortSignal): Promise<Map<string, DirectoryEntry>> {
  const found = new Map<string, DirectoryEntry>();
  for await (const row of rows(file, signal)) {
    const { number, department } = row.cells;
    if (number === undefined || found.has(number)) continue;
    found.set(number, { ...namesOf(row), ...(department === undefined ? {} : { department }) });
  }
  return found;
}

const entries = (forms: Forms): [FormName, FormFile][] =>
  (['users', 'directory'] as const).flatMap((form) => {
    const file = forms[form];
    return file ? [[form, file]] : [];
  });
