import type { PbxUser, UserItem } from '#pbx-adapters/adapter.ts';
import { CompactTexts, joinTexts, splitTexts } from '#pbx-adapters/compact-texts.ts';

/** What a second source may add; what the PBX itself says stays. */
const ADDED = ['name', 'firstName', 'lastName', 'email', 'workPhone', 'mobilePhone', 'department', 'loginId'] as const;
type Details = Pick<PbxUser, (typeof ADDED)[number]>;

/** In place of the text where several entries are under one extension or name: none of them can be taken. */
const AMBIGUOUS = '';

/** What was found for a person: details, or why there are none. */
export type Match = { by: 'extension' | 'name'; details: Details } | { problem: string };

/** The people of a second source by extension and by name, in memory (decision 0029). */
export class DetailIndex {
  /** `AMBIGUOUS`, or what `packed` made of the details. */
  readonly #byExtension = new CompactTexts();
  readonly #byName = new CompactTexts();
  readonly #digits: number | undefined;
  size = 0;

  /** `digits`: how many of the last digits of a phone number are the extension. */
  constructor(digits?: number) {
    this.#digits = digits;
  }

  add(entry: Pick<PbxUser, 'extension'> & Details): void {
    this.size += 1;
    const text = packed(entry);
    put(this.#byExtension, this.#extensionOf(entry.extension), text);
    put(this.#byName, nameKey(entry.name), text);
  }

  /** The extension counts before the name; a name that several people of the PBX have (`shared`) finds nobody. */
  find(user: PbxUser, isShared: (name: string) => boolean): Match {
    const byExtension = this.#byExtension.get(user.extension ?? '');
    if (byExtension === AMBIGUOUS) return { problem: 'several entries of the directory have this extension' };
    if (byExtension !== undefined) return { by: 'extension', details: unpacked(byExtension) };
    const name = nameKey(user.name);
    const byName = name === undefined ? undefined : this.#byName.get(name);
    if (byName === undefined) return { problem: 'not in the directory, by extension or by name' };
    if (byName === AMBIGUOUS) return { problem: 'several entries of the directory have this name' };
    if (isShared(name ?? '')) return { problem: 'several people of the PBX have this name' };
    return { by: 'name', details: unpacked(byName) };
  }

  #extensionOf(phone: string | undefined): string | undefined {
    const digits = phone?.replaceAll(/\D/g, '');
    if (!digits) return undefined;
    return this.#digits === undefined ? digits : digits.slice(-this.#digits);
  }
}

/** Completes a person; one that is not found stays as it is, with the problem beside it. */
export function completed(
  item: Extract<UserItem, { kind: 'user' }>,
  index: DetailIndex,
  isShared: (name: string) => boolean,
): { item: UserItem; matched: boolean } {
  const match = index.find(item.user, isShared);
  if ('problem' in match) {
    return { item: { ...item, problems: [...(item.problems ?? []), match.problem] }, matched: false };
  }
  return { item: { ...item, user: { ...match.details, ...item.user } }, matched: true };
}

/** A name in a form in which first and last name may stand in any order; undefined when there is none. */
export function nameKey(name: string | undefined): string | undefined {
  const words = name
    ?.normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu);
  return words ? words.toSorted().join(' ') : undefined;
}

/** A directory of a company may have far more people than its PBX: a tenth of what objects would take. */
const packed = (entry: Details): string => joinTexts(ADDED.map((field) => entry[field] ?? ''));

function unpacked(text: string): Details {
  const details: Details = {};
  for (const [at, value] of splitTexts(text).entries()) {
    const field = ADDED[at];
    if (field !== undefined && value) details[field] = value;
  }
  return details;
}

function put(texts: CompactTexts, key: string | undefined, text: string): void {
  if (key !== undefined) texts.set(key, texts.has(key) ? AMBIGUOUS : text);
}
