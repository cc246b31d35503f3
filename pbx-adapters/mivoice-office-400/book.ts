import type { PbxUser, UserItem } from '#pbx-adapters/adapter.ts';
import type { FormRow } from '#pbx-adapters/channels/form-export/read-form.ts';
import { internalNumber } from './extension.ts';

/** What is known of the person at an extension. */
type Details = Omit<PbxUser, 'key' | 'extension'>;

interface Entry {
  where: string;
  details: Details;
  problems: readonly string[];
  isMatched: boolean;
}

type Rejected = Extract<UserItem, { kind: 'rejected' }>;

/** Fields that are taken over from an export row as they are. */
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
 * later fills the gaps. Kept in memory: these systems have some hundred users.
 */
export class PeopleBook {
  readonly #entries = new Map<string, Entry>();
  readonly #rejected: Rejected[] = [];
  /** Entries without an extension of this PBX, which are contacts outside, and those that cannot be used at all. */
  contacts = 0;

  get size(): number {
    return this.#entries.size;
  }

  /** Adds what one source has; an extension that is twice in one source is rejected the second time. */
  async addRows(rows: AsyncIterable<FormRow>): Promise<void> {
    const own = new Set<string>();
    for await (const { cells, line, problems } of rows) {
      const details: Details = {};
      for (const field of ROW_FIELDS) {
        const value = cells[field];
        if (value !== undefined) details[field] = value;
      }
      const name = details.name ?? joinedName(details);
      if (name !== undefined) details.name = name;
      this.#add(own, cells.number, { where: `export line ${line}`, details, problems, isMatched: false });
    }
  }

  /** As `addRows`, for the entries of the phone book. */
  async addItems(items: AsyncIterable<UserItem>): Promise<void> {
    const own = new Set<string>();
    for await (const item of items) {
      if (item.kind === 'rejected') {
        this.contacts += 1;
        continue;
      }
      const { key: _key, extension, ...details } = item.user;
      const where = `phone book ${item.where ?? details.name ?? extension ?? ''}`.trim().slice(0, 300);
      this.#add(own, extension, { where, details, problems: item.problems ?? [], isMatched: false });
    }
  }

  /** The person at a phone, or the phone as left out because nobody is known there. */
  match(extension: string): UserItem {
    const entry = this.#entries.get(extension);
    if (!entry) return { kind: 'rejected', where: `phone ${extension}`, reason: 'no name is known for this phone' };
    entry.isMatched = true;
    return toItem(extension, entry);
  }

  /** Everybody, where no list of phones says who is left out. */
  *all(): Generator<UserItem> {
    for (const [extension, entry] of this.#entries) yield toItem(extension, entry);
    yield* this.#rejected;
  }

  /** Who was not matched, and what could not be used. */
  *unmatched(): Generator<Rejected> {
    for (const [extension, { where, isMatched }] of this.#entries) {
      if (!isMatched)
        yield { kind: 'rejected', where, reason: `the PBX lists no phone with the extension ${extension}` };
    }
    yield* this.#rejected;
  }

  #add(own: Set<string>, number: string | undefined, entry: Entry): void {
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
    own.add(extension);
    const known = this.#entries.get(extension);
    if (!known) this.#entries.set(extension, entry);
    else {
      known.details = { ...entry.details, ...known.details };
      known.problems = [...known.problems, ...entry.problems];
    }
  }
}

const joinedName = ({ firstName, lastName }: Details): string | undefined =>
  [firstName, lastName].filter(Boolean).join(' ') || undefined;

function toItem(extension: string, { details, problems, where }: Entry): UserItem {
  const user: PbxUser = { key: extension, extension, ...details };
  return problems.length > 0 ? { kind: 'user', user, where, problems } : { kind: 'user', user };
}
