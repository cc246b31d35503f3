import type { RawAttribute } from './response.ts';

/** Longest value that is kept whole, in bytes. */
const MAX_VALUE = 64 * 1024;
/** How much of a longer value is kept, in bytes: enough to recognise it. */
const KEPT = 256;

/** Identifiers that are bytes, not text; given as lower-case hex. */
const HEX = new Set(['objectguid', 'objectsid']);
/** Never kept: secrets, and bulk that no field of a person comes from. */
const DROPPED = new Set(['userpassword', 'unicodepwd', 'sambantpassword', 'jpegphoto', 'thumbnailphoto', 'photo']);

/** What had to be changed in a value so that it could be used. */
export interface ValueProblem {
  attribute: string;
  problem: 'too-long' | 'invalid-utf8';
}

/** An entry of a directory with bounded, valid text. */
export class LdapEntry {
  readonly dn: string;
  readonly problems: readonly ValueProblem[];
  readonly #attributes: ReadonlyMap<string, { name: string; values: string[] }>;

  constructor(dn: string, raw: readonly RawAttribute[]) {
    const problems: ValueProblem[] = [];
    const attributes = new Map<string, { name: string; values: string[] }>();
    for (const { name, values } of raw) {
      // Options such as ";binary" or ";lang-de" belong to the description (RFC 4512 section 2.5), not to the type.
      const [type = '', ...options] = name.toLowerCase().split(';');
      if (DROPPED.has(type) || type.endsWith('certificate')) continue;
      const hex = HEX.has(type) || options.includes('binary');
      const texts = values.map((value) =>
        hex ? value.subarray(0, KEPT).toString('hex') : decode(name, value, problems),
      );
      attributes.set(name.toLowerCase(), { name, values: texts });
    }
    this.dn = dn.slice(0, 1000);
    this.problems = problems;
    this.#attributes = attributes;
  }

  /** The values of an attribute; its name in any case. Empty when it is not there. */
  values(attribute: string): readonly string[] {
    return this.#attributes.get(attribute.toLowerCase())?.values ?? [];
  }

  /** The names of all attributes that are there, as the server spells them. */
  names(): string[] {
    return [...this.#attributes.values()].map((attribute) => attribute.name);
  }
}

const strict = new TextDecoder('utf-8', { fatal: true });

function decode(attribute: string, value: Buffer, problems: ValueProblem[]): string {
  const tooLong = value.length > MAX_VALUE;
  if (tooLong) problems.push({ attribute, problem: 'too-long' });
  const bytes = tooLong ? value.subarray(0, KEPT) : value;
  try {
    return strict.decode(bytes);
  } catch {
    // A value that was cut may end within a character; only a whole one is reported.
    if (!tooLong) problems.push({ attribute, problem: 'invalid-utf8' });
    return bytes.toString('utf8');
  }
}
