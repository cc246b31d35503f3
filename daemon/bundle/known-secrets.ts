/** The secrets that the gateway has now, as they may stand in a text; held in memory only, compared and never written. */

/** A shorter one would be found everywhere; it is still removed where its field or form gives it away. */
const MIN_LENGTH = 4;

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);

/** How one text may be written: as it is, in JSON, in an address, in XML, in base64. */
function spellings(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  return [
    text,
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(text),
    text.replaceAll(/[&<>"']/g, (sign) => SIGNS[sign] ?? sign),
    Buffer.from(text).toString('base64'),
    Buffer.from(text).toString('base64url'),
  ];
}

/** A text of several lines is looked for line by line, without what frames it or could be anything. */
function partsOf(value: string): string[] {
  const lines = value.trim().split(/\r?\n/);
  if (lines.length === 1) return [value.trim()];
  return lines.map((line) => line.trim()).filter((line) => line.length >= 16 && !line.startsWith('-----'));
}

export class KnownSecrets {
  /** How many values are looked for. */
  readonly count: number;
  /** How many are too short to be looked for by their value. */
  readonly tooShort: number;
  readonly #pattern: RegExp | undefined;

  constructor(values: Iterable<string>) {
    const distinct = new Set([...values].filter((value) => value !== ''));
    const searched = [...new Set([...distinct].flatMap(partsOf))].filter((value) => value.length >= MIN_LENGTH);
    this.count = searched.length;
    this.tooShort = [...distinct].filter((value) => value.trim().length < MIN_LENGTH).length;
    // The longest first, or a secret that begins like another would be left with its rest.
    const alternatives = [...new Set(searched.flatMap(spellings))].sort((a, b) => b.length - a.length).map(literal);
    this.#pattern = alternatives.length === 0 ? undefined : new RegExp(alternatives.join('|'), 'g');
  }

  /** The line without them. */
  remove(line: string, censor: () => string): string {
    return this.#pattern === undefined ? line : line.replace(this.#pattern, censor);
  }
}
