import type { PbxUser, UserItem } from '#pbx-adapters/adapter.ts';
import type { FormRow } from '#pbx-adapters/channels/form-export/read-form.ts';
import { CompactTexts, joinTexts, splitTexts } from '#pbx-adapters/compact-texts.ts';
import { internalNumber } from './extension.ts';

/** What is known of the person at an extension. */
type Details = Omit<PbxUser, 'key' | 'extension'>;

interface Entry {
  where: string;
  details: Details;
  problems: readonly string[];
}

type Rejected = Extract<UserItem, { kind: 'rejected' }>;

/** All fields of the details; from an export row they are taken over as they are. */
const ROW_FIELDS = [
  'name',
  'firstName',
  'lastName',
  'email',
  'department',
  'loginId',
  'mobilePhone',
  'workPhone',
] as const;

/**
 * Who is at which extension, from the export and the phone book together: what was added first counts, what comes
 * later fills the gaps. In memory (decision 0029); these systems have some hundred users.
 */
export class PeopleBook {
  /** `MATCHED`, or an entry as JSON. */
  readonly #entries = new CompactTexts();
  readonly #rejected: Rejected[] = [];
  /** Entries without an extension of this PBX, which are contacts outside, and those that cannot be used at all. */
  contacts = 0;

  get size(): number {
    return this.#entries.size;
  }

  /** Adds what one source has; an extension that is twice in one source is rejected the second time. */
  async addRows(rows: AsyncIterable<FormRow>): Promise<void> {
    const own = new CompactTexts();
    for await (const { cells, line, problems } of rows) {
      const details: Details = {};
      for (const field of ROW_FIELDS) {
        const value = cells[field];
        if (value !== undefined) details[field] = value;
      }
      const name = details.name ?? joinedName(details);
      if (name !== undefined) details.name = name;
      this.#add(own, cells.number, { where: `export line ${line}`, details, problems });
    }
  }

  /** As `addRows`, for the entries of the phone book. */
  async addItems(items: AsyncIterable<UserItem>): Promise<void> {
    const own = new CompactTexts();
    for await (const item of items) {
      if (item.kind === 'rejected') {
        this.contacts += 1;
        continue;
      }
      const { key: _key, extension, ...details } = item.user;
      const where = `phone book ${item.where ?? details.name ?? extension ?? ''}`.trim().slice(0, 300);
      this.#add(own, extension, { where, details, problems: item.problems ?? [] });
    }
  }

  /** The person at a phone, once; or the phone as left out because nobody is known there. */
  match(extension: string): UserItem {
    const text = this.#entries.get(extension);
    if (!text) return { kind: 'rejected', where: `phone ${extension}`, reason: 'no name is known for this phone' };
    this.#entries.set(extension, MATCHED);
    return toItem(extension, unpacked(text));
  }

  /** Everybody, where no list of phones says who is left out. */
  *all(): Generator<UserItem> {
    for (const [extension, text] of this.#entries) yield toItem(extension, unpacked(text));
    yield* this.#rejected;
  }

  /** Who was not matched, and what could not be used. */
  *unmatched(): Generator<Rejected> {
    for (const [extension, text] of this.#entries) {
      if (text === MATCHED) continue;
      const reason = `the PBX lists no phone with the extension ${extension}`;
      yield { kind: 'rejected', where: unpacked(text).where, reason };
    }
    yield* this.#rejected;
  }

  #add(own: CompactTexts, number: string | undefined, entry: Entry): void {
    const extension = internalNumber(number);
    if (extension === undefined) {
      this.contacts += 1;
      return;
    }
    if (own.has(extension)) {
      const reason = `the extension ${extension} is there already`;
      this.#rejected.push({ kind: 'rejected', where: entry.where, reason });
      return;
    }
    own.set(extension, '');
    const text = this.#entries.get(extension);
    if (text === undefined) this.#entries.set(extension, packed(entry));
    else {
      const known = unpacked(text);
      const details = { ...entry.details, ...known.details };
      this.#entries.set(extension, packed({ ...known, details, problems: [...known.problems, ...entry.problems] }));
    }
  }
}

/** In place of an entry that `match` has given away. */
const MATCHED = '';

/** As one text, in which `unpacked` finds it again. */
const packed = ({ where, details, problems }: Entry): string =>
  joinTexts([where, ...ROW_FIELDS.map((field) => details[field] ?? ''), ...problems]);

function unpacked(text: string): Entry {
  const parts = splitTexts(text);
  const details: Details = {};
  for (const [at, field] of ROW_FIELDS.entries()) {
    const value = parts[at + 1];
    if (value) details[field] = value;
  }
  return { where: parts[0] ?? '', details, problems: parts.slice(1 + ROW_FIELDS.length) };
}

const joinedName = ({ firstName, lastName }: Details): string | undefined =>
  [firstName, lastName].filter(Boolean).join(' ') || undefined;

function toItem(extension: string, { details, problems, where }: Entry): UserItem {
  const user: PbxUser = { key: extension, extension, ...details };
  return problems.length > 0 ? { kind: 'user', user, where, problems } : { kind: 'user', user };
}
