import type { Clock, Random } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { ApplicationReport } from '#contract/sections.ts';
import { smdrActivity } from '#pbx-adapters/activity/smdr-activity.ts';
import type {
  Capabilities,
  DirectoryNumber,
  PbxActivity,
  PbxAdapter,
  ProbeReport,
  UserItem,
} from '#pbx-adapters/adapter.ts';
import { chooseForms, type FormFile, type FormSource } from '#pbx-adapters/channels/form-export/choose.ts';
import { FORM_TITLES, type FormName } from '#pbx-adapters/channels/form-export/forms.ts';
import { type FormRow, readFormPages } from '#pbx-adapters/channels/form-export/read-form.ts';
import { FormSizes } from '#pbx-adapters/channels/form-export/sizes.ts';
import { CompactTexts } from '#pbx-adapters/compact-texts.ts';
import { ProbeSteps } from '#pbx-adapters/probe-steps.ts';
import { companionInventory, PLAN_OF_COMPANIONS, probeCompanions } from './companions.ts';
import type { MiVoiceBusinessConnection } from './connection.ts';
import { givenBy } from './gives.ts';
import { readNumbers } from './numbers.ts';
import { PLAN_OF_PBX, pbxInventory, probePbx, versionOf } from './pbx-itself.ts';
import { namesOf, packedEntry, toUserItem, unpackedEntry } from './person.ts';

const PLAN = [
  { id: 'files', title: 'Find the form exports' },
  { id: 'size', title: 'Compare with the exports before' },
  { id: 'users', title: 'Read the people' },
  { id: 'numbers', title: 'Read the direct-dial numbers' },
  ...PLAN_OF_PBX,
  ...PLAN_OF_COMPANIONS,
] as const;

interface Parts {
  log: Log;
  clock: Clock;
  tempFolder?: string;
  /** Spreads new tries over time; the system's chance when left out. */
  random?: Random;
}

type Forms = Partial<Record<FormName, FormFile>>;

/**
 * Reads people and direct-dial numbers of a MiVoice Business from CSV exports of its forms; version, alarms and licences
 * by SNMP and calls by SMDR where that is set up.
 */
export class MiVoiceBusinessAdapter implements PbxAdapter {
  readonly type = 'mivoice-business';
  readonly #connection: MiVoiceBusinessConnection;
  readonly #source: FormSource;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #sizes: FormSizes;
  /** Counts of calls by SMDR, when that is set up. */
  readonly activity?: (signal: AbortSignal) => AsyncIterable<PbxActivity>;

  constructor(connection: MiVoiceBusinessConnection, parts: Parts) {
    this.#connection = connection;
    this.#source = connection.folder === undefined ? { files: connection.files ?? [] } : { folder: connection.folder };
    this.#log = parts.log;
    this.#clock = parts.clock;
    this.#sizes = new FormSizes(parts.tempFolder, JSON.stringify(this.#source));
    const { host, smdr } = connection;
    if (host === undefined || !smdr) return;
    this.activity = (signal) => smdrActivity({ ...smdr, host }, { random: Math.random, ...parts }, signal);
  }

  /** As the settings of this link allow. */
  capabilities(): Capabilities {
    return givenBy(this.#connection);
  }

  /**
   * The people of User and Services Configuration, or of the Telephone Directory when only that is there.
   * @throws DemarcError `form.…`, `pbx.canceled`
   */
  async *users(signal: AbortSignal): AsyncIterable<UserItem> {
    for await (const page of this.userPages(signal)) yield* page;
  }

  async *userPages(signal: AbortSignal): AsyncIterable<readonly UserItem[]> {
    const forms = await this.#choose(signal);
    for (const warning of await this.#shrunk(forms)) this.#log.warn({ code: 'form.shrunk' }, warning);
    yield* this.#people(forms, signal);
    for (const [form, file] of entries(forms)) await this.#sizes.remember(form, file.size);
  }

  /** Nothing when no export of Direct Inward Dialing Service is there. @throws DemarcError `form.…`, `pbx.canceled` */
  async *numbers(signal: AbortSignal): AsyncIterable<DirectoryNumber> {
    const file = await this.#numbersFile(signal);
    if (file) yield* readNumbers(file.path, this.#log, signal);
  }

  /** By SNMP; a form export tells neither version nor licences. Never throws for a PBX that does not answer. */
  async inventory(signal: AbortSignal): Promise<ApplicationReport[]> {
    const own = await pbxInventory(this.#connection, { clock: this.#clock, log: this.#log }, signal);
    const beside = await companionInventory(this.#connection, this.#clock, signal);
    const known = new Set(own.map(({ id }) => id));
    return [...own, ...beside.filter(({ id }) => !known.has(id))];
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
      for await (const page of this.#people(forms ?? {}, signal)) {
        for (const item of page) {
          if (item.kind === 'user') value.users += 1;
          else if (value.examples.length < 5) value.examples.push(`${item.where}: ${item.reason}`);
          if (item.kind === 'rejected') value.rejected += 1;
        }
      }
      const detail = `${value.users} people, ${value.rejected} rows that cannot be used. ${value.examples.join('; ')}`;
      const warning = value.users === 0 ? 'Check that the export holds the people of this PBX.' : undefined;
      return { value, detail: detail.trim(), ...(warning === undefined ? {} : { warning }) };
    });
    const numbers = await steps.optional('numbers', () => this.#countNumbers(signal));
    const facts = await probePbx(steps, this.#connection, signal);
    await probeCompanions(steps, this.#connection, signal);
    const version = facts && versionOf(facts);
    const learned = {
      forms: Object.fromEntries(entries(forms ?? {}).map(([form, file]) => [form, file.path])),
      ...(facts ? { snmp: facts } : {}),
    };
    return steps.report({
      learned,
      ...(counts ? { users: counts.users } : {}),
      ...(numbers === undefined ? {} : { numbers }),
      ...(version === undefined ? {} : { version }),
    });
  }

  async *#people(forms: Forms, signal: AbortSignal): AsyncGenerator<UserItem[]> {
    const main = forms.users ?? forms.directory;
    if (!main) return;
    const directory =
      forms.users && forms.directory ? await readDirectory(forms.directory, signal) : new CompactTexts();
    const entryOf = (number: string) => {
      const text = directory.get(number);
      return text === undefined ? undefined : unpackedEntry(text);
    };
    const firstLine = new CompactTexts();
    const read = (row: FormRow): UserItem => {
      const item = toUserItem(row, entryOf);
      if (item.kind !== 'user') return item;
      const before = firstLine.get(item.user.key);
      if (before !== undefined) {
        return { kind: 'rejected', where: `line ${row.line}`, reason: `the number is there already on line ${before}` };
      }
      firstLine.set(item.user.key, String(row.line));
      return item;
    };
    for await (const page of rows(main, signal)) yield page.map(read);
  }

  async #countNumbers(signal: AbortSignal) {
    const file = await this.#numbersFile(signal);
    const warning = `Export “${FORM_TITLES.numbers}” as well to see the direct-dial numbers.`;
    if (!file) return { value: undefined, detail: 'No export of them is there.', warning };
    let value = 0;
    for await (const _number of readNumbers(file.path, this.#log, signal)) value += 1;
    return { value, detail: `${value} in ${file.path}.` };
  }

  async #numbersFile(signal: AbortSignal): Promise<FormFile | undefined> {
    const options = { clock: this.#clock, log: this.#log, signal, wanted: ['numbers'] as const };
    try {
      return (await chooseForms(this.#source, options)).numbers;
    } catch (error) {
      // This form is not needed for anything else, so that none is there is no fault.
      const isNone = error instanceof DemarcError && ['form.no-file', 'form.not-recognised'].includes(error.code);
      if (isNone) return undefined;
      throw error;
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

async function* rows(file: FormFile, signal: AbortSignal): AsyncGenerator<FormRow[]> {
  for await (const page of readFormPages(file.path, signal)) if ('rows' in page) yield page.rows;
}

/** The directory by number, in memory (decision 0029). The first entry of a number counts. */
async function readDirectory(file: FormFile, signal: AbortSignal): Promise<CompactTexts> {
  const found = new CompactTexts();
  for await (const page of rows(file, signal)) {
    for (const row of page) {
      const { number, department } = row.cells;
      if (number === undefined || found.has(number)) continue;
      found.set(number, packedEntry({ ...namesOf(row), ...(department === undefined ? {} : { department }) }));
    }
  }
  return found;
}

const entries = (forms: Forms): [FormName, FormFile][] =>
  (['users', 'directory'] as const).flatMap((form) => {
    const file = forms[form];
    return file ? [[form, file]] : [];
  });
