import type { Clock, Random } from '#config/clock.ts';
import { instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import type { ApplicationReport, TextFact } from '#contract/sections.ts';
import { cstaActivity } from '#pbx-adapters/activity/csta-activity.ts';
import type {
  Capabilities,
  DirectoryNumber,
  PbxActivity,
  PbxAdapter,
  ProbeReport,
  UserItem,
} from '#pbx-adapters/adapter.ts';
import type { CstaSession } from '#pbx-adapters/channels/csta/session.ts';
import { CompactTexts } from '#pbx-adapters/compact-texts.ts';
import type { LoginGuard } from '#pbx-adapters/login-guard.ts';
import { MiVoice5000Adapter } from '#pbx-adapters/mivoice-5000/adapter.ts';
import { PeopleBook } from './book.ts';
import type { MiVoiceOffice400Connection } from './connection.ts';
import { findExport, readExport } from './export.ts';
import { extensionOf, internalNumber, isPhone } from './extension.ts';
import { sharedGuard } from './logins.ts';
import { probeOffice400 } from './probe.ts';

/** What a MiVoice Office 400 gives (design section 5). */
export const miVoiceOffice400Gives: Capabilities = {
  users: {
    via: 'CSTA + LDAP phone book, CSV',
    note: 'CSTA lists the phones; names and e-mail addresses come from the phone book and from the export of WebAdmin.',
  },
  numbers: { via: 'CSV', note: 'The direct-dial numbers of the export of WebAdmin.' },
  version: { via: 'CSTA, declared', note: 'CSTA names the manufacturer only; enter the release in the settings.' },
  licence: { via: 'none', note: 'No interface for it is known; see the licence page of WebAdmin.' },
  trunk: { via: 'worksheet', note: 'Demarc computes every field of SIP provider, route and PISN user for WebAdmin.' },
  activity: { via: 'CSTA', note: 'When switched on; each phone that is watched takes a CSTA licence.' },
};

/** What adapters are made of. */
interface Parts {
  log: Log;
  clock: Clock;
  loginGuard: LoginGuard;
  /** Told the mapping of the phone book that was learned, so that it can be kept. */
  onChosen?: (settings: Record<string, unknown>) => void;
  /** Spreads new tries over time; the system's chance when left out. */
  random?: Random;
}

/**
 * Reads the users of a MiVoice Office 400: the phones by CSTA, joined on the extension with the LDAP phone book and the
 * export of WebAdmin. No stable id of a user is known, so the key is the extension.
 */
export class MiVoiceOffice400Adapter implements PbxAdapter {
  readonly type = 'mivoice-office-400';
  /** Counts of calls, when switched on. */
  readonly activity?: (signal: AbortSignal) => AsyncIterable<PbxActivity>;
  readonly #connection: MiVoiceOffice400Connection;
  readonly #parts: Parts;

  constructor(connection: MiVoiceOffice400Connection, parts: Parts) {
    this.#connection = connection;
    this.#parts = parts;
    const wanted = connection.activity;
    if (wanted) {
      this.activity = (signal) =>
        cstaActivity({ ...connection, ...wanted }, { ...parts, loginGuard: this.#guard() }, signal);
    }
  }

  /** As the settings of this link allow. */
  capabilities(): Capabilities {
    const numbers = { via: 'none', note: 'Give the export of WebAdmin for them.' };
    const activity = { via: 'none', note: 'Switched off; each phone that is watched takes a CSTA licence.' };
    return {
      ...miVoiceOffice400Gives,
      ...(this.#hasExport ? {} : { numbers }),
      ...(this.activity ? {} : { activity }),
    };
  }

  /**
   * The people at the phones. Phones without a name and names without a phone are listed as rejected; without phone
   * book and export every phone is a user with nothing but an extension.
   * @throws DemarcError `pbx.…`, `csta.…`, `ldap.…`, `form.…`, `export.…`; `pbx.truncated` when it broke off
   */
  async *users(signal: AbortSignal): AsyncIterable<UserItem> {
    const loginGuard = this.#guard();
    const book = await this.book(signal, loginGuard);
    if (!this.#connection.csta) {
      yield* book.all();
      return;
    }
    const { CstaSession } = await import('#pbx-adapters/channels/csta/session.ts');
    await using link = await CstaSession.open(this.#connection, { signal, loginGuard });
    yield* this.join(link, book, signal);
  }

  /** The direct-dial numbers of the export. @throws DemarcError `form.…`, `export.…`, `pbx.canceled` */
  async *numbers(signal: AbortSignal): AsyncIterable<DirectoryNumber> {
    if (!this.#hasExport) return;
    const file = await findExport(this.#connection, { ...this.#parts, signal });
    for await (const { cells } of readExport(file, signal)) {
      const target = internalNumber(cells.number);
      if (cells.workPhone === undefined) continue;
      yield { kind: 'did', from: cells.workPhone, ...(target === undefined ? {} : { target }) };
    }
  }

  /** The PBX itself, with the manufacturer's name that CSTA tells. A failed read is told with the version. */
  async inventory(signal: AbortSignal): Promise<ApplicationReport[]> {
    const { host, declaredVersion } = this.#connection;
    const at = instant(this.#parts.clock);
    let name: string | undefined;
    let problem = miVoiceOffice400Gives.version.note ?? '';
    if (this.#connection.csta) {
      try {
        const { CstaSession } = await import('#pbx-adapters/channels/csta/session.ts');
        await using link = await CstaSession.open(this.#connection, { signal, loginGuard: this.#guard() });
        name = await link.manufacturer(signal);
      } catch (thrown) {
        const error = toDemarcError(thrown);
        this.#parts.log.warn({ code: error.code, detail: error.detail }, 'the PBX did not tell what it is');
        problem = error.message.slice(0, 512);
      }
    }
    const version: TextFact =
      declaredVersion === undefined
        ? { value: null, source: 'none', at: null, stale: false, problem }
        : { value: declaredVersion, source: 'declared', at, stale: false };
    const id = `mivoice-office-400:${host}`.slice(0, 128);
    const named = name === undefined ? {} : { name };
    return [{ id, platform: null, type: this.type, ...named, address: host, version, licence: null, hasPortal: true }];
  }

  /** Each step on its own with what to do about it. Never throws. */
  probe(signal: AbortSignal): Promise<ProbeReport> {
    return probeOffice400(this, this.#connection, this.#guard(), signal);
  }

  /** Names and addresses by extension, the export before the phone book. @throws DemarcError as `users` */
  async book(signal: AbortSignal, loginGuard: LoginGuard): Promise<PeopleBook> {
    const book = new PeopleBook();
    await this.addExport(book, signal);
    await this.addPhoneBook(book, signal, loginGuard);
    if (book.contacts > 0) this.#parts.log.info({ entries: book.contacts }, 'entries without an extension of this PBX');
    return book;
  }

  /** The file that was read; undefined when none is set. @throws DemarcError `form.…`, `export.…` */
  async addExport(book: PeopleBook, signal: AbortSignal): Promise<string | undefined> {
    if (!this.#hasExport) return undefined;
    const file = await findExport(this.#connection, { ...this.#parts, signal });
    await book.addRows(readExport(file, signal));
    return file.path;
  }

  /** Nothing when no phone book is set. @throws DemarcError `ldap.…`, `pbx.…` */
  async addPhoneBook(book: PeopleBook, signal: AbortSignal, loginGuard: LoginGuard): Promise<void> {
    const { phoneBook } = this.#connection;
    if (phoneBook === undefined) return;
    const { log, clock } = this.#parts;
    const onChosen = ({ mapping }: Record<string, unknown>) => this.#parts.onChosen?.({ phoneBookMapping: mapping });
    await book.addItems(new MiVoice5000Adapter(phoneBook, { log, clock, loginGuard, onChosen }).users(signal));
  }

  /** Phones and people together. @throws DemarcError `csta.…`, `pbx.…` */
  async *join(link: CstaSession, book: PeopleBook, signal: AbortSignal): AsyncGenerator<UserItem> {
    const seen = new CompactTexts();
    const isNamed = this.#hasExport || this.#connection.phoneBook !== undefined;
    let others = 0;
    for await (const devices of link.devices(signal)) {
      for (const device of devices) {
        const extension = isPhone(device) ? extensionOf(device.id) : undefined;
        if (extension === undefined) others += 1;
        // One number may have several appearances, each a device of its own.
        if (extension === undefined || seen.has(extension)) continue;
        seen.set(extension, '');
        yield isNamed ? book.match(extension) : { kind: 'user', user: { key: extension, extension } };
      }
    }
    yield* book.unmatched();
    if (others > 0) this.#parts.log.info({ devices: others }, 'devices that are not phones');
  }

  get #hasExport(): boolean {
    return this.#connection.file !== undefined || this.#connection.folder !== undefined;
  }

  #guard(): LoginGuard {
    const { csta, user, phoneBook } = this.#connection;
    const logins = [csta && user !== undefined, phoneBook?.bindDn !== undefined].filter(Boolean).length;
    return sharedGuard(this.#parts.loginGuard, logins);
  }
}
