import { StringDecoder } from 'node:string_decoder';
import { CENSORED, isSecretField } from '#config/redaction.ts';
import type { KnownSecrets } from './known-secrets.ts';
import { RULES, type SecretKind } from './redaction-rules.ts';

/** How many secrets of which kind were removed. */
export type RedactionCounts = Partial<Record<SecretKind, number>>;

/** A longer line is cut, so that a file without line ends cannot fill the memory. */
const MAX_LINE = 256 * 1024;
/** What is looked at beyond the cut: a secret across it is still found whole. */
const BEYOND = 8 * 1024;
/** Lines that a private key may have; whatever says BEGIN and never END must not swallow a whole log. */
const MAX_KEY_LINES = 200;
const MAX_DEPTH = 12;

const KEY_BEGIN = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/;
const KEY_WHOLE = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?-----END [A-Z0-9 ]*PRIVATE KEY-----/g;
const KEY_OPEN = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*$/;
const KEY_CLOSE = /^.*?-----END [A-Z0-9 ]*PRIVATE KEY-----/;
/** What a line of a key looks like behind whatever a log puts before it. */
const KEY_BODY = /[A-Za-z0-9+/]+={0,2}\s*$/;

/**
 * Removes secrets from one text, line by line: by the name of their field, by their form, and by their value. Counts what
 * it removed. One for each text, because a private key spans lines.
 */
export class Redactor {
  readonly counts: RedactionCounts = {};
  readonly #known: KnownSecrets;
  #keyLines = 0;

  constructor(known: KnownSecrets) {
    this.#known = known;
  }

  /** One line, without its end. */
  line(text: string): string {
    let line = this.#privateKeys(text);
    line = this.#known.remove(line, () => this.#count('known value'));
    line = this.#fields(line);
    for (const rule of RULES) if (rule.hint.test(line)) line = rule.apply(line, (kind) => this.#count(kind));
    return line;
  }

  /** How a line would be shown, without counting it. */
  peek(text: string): string {
    return new Redactor(this.#known).line(text);
  }

  /** A text that comes in pieces, cut anywhere; memory is bounded by one line. Lines end with a newline. */
  async *text(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
    for await (const line of linesOf(source)) {
      const clean = this.line(line);
      yield clean.length > MAX_LINE ? `${clean.slice(0, MAX_LINE)} [the rest of this line was cut]\n` : `${clean}\n`;
    }
  }

  /** A copy of a document without its secrets; what is in its texts goes with `line`. */
  document(value: unknown, depth = 0): unknown {
    if (depth > MAX_DEPTH) return '[too deep]';
    if (Array.isArray(value)) return value.map((item) => this.document(item, depth + 1));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        isSecretField(key) && holds(item) ? this.#count('field') : this.document(item, depth + 1),
      ]),
    );
  }

  #count(kind: SecretKind): string {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    return CENSORED;
  }

  /** Of a line that is a JSON object the fields are known by name, however deep and of whatever type. */
  #fields(line: string): string {
    if (!line.startsWith('{') || !isSecretField(line)) return line;
    try {
      const before = this.counts.field ?? 0;
      const clean = JSON.stringify(this.document(JSON.parse(line)));
      return (this.counts.field ?? 0) === before ? line : clean;
    } catch (error) {
      if (error instanceof SyntaxError) return line;
      throw error;
    }
  }

  #privateKeys(text: string): string {
    if (this.#keyLines === 0 && !text.includes('PRIVATE KEY')) return text;
    let line = text;
    if (this.#keyLines > 0) {
      if (KEY_CLOSE.test(line)) {
        this.#keyLines = 0;
        line = line.replace(KEY_CLOSE, CENSORED);
      } else {
        this.#keyLines -= 1;
        return line.replace(KEY_BODY, CENSORED);
      }
    }
    line = line.replace(KEY_WHOLE, () => this.#count('private key'));
    if (KEY_BEGIN.test(line)) {
      this.#keyLines = MAX_KEY_LINES;
      line = line.replace(KEY_OPEN, () => this.#count('private key'));
    }
    return line;
  }
}

const holds = (value: unknown): boolean =>
  value !== null && value !== undefined && value !== '' && value !== CENSORED && typeof value !== 'boolean';

/** The lines of a text in pieces. What is too long comes as far as it is looked at. */
export async function* linesOf(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let skipping = false;
  for await (const chunk of source) {
    rest +=
      typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
    let from = 0;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', from)) {
      if (!skipping) yield rest.slice(from, Math.min(end, from + MAX_LINE + BEYOND));
      skipping = false;
      from = end + 1;
    }
    rest = rest.slice(from);
    if (rest.length > MAX_LINE + BEYOND) {
      if (!skipping) yield rest.slice(0, MAX_LINE + BEYOND);
      skipping = true;
      rest = '';
    }
  }
  rest += decoder.end();
  if (rest !== '' && !skipping) yield rest;
}
