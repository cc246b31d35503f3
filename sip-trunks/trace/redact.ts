/**
 * What of a SIP message may leave the site. Everything is forbidden that is not known to be harmless: an unknown header
 * keeps its name alone. Numbers and people get pseudonyms; digest responses, nonces, keys of SRTP and bodies other than
 * SDP go.
 */
import type { Pseudonyms } from './pseudonyms.ts';
import { redactSdp } from './redact-sdp.ts';
import { headerOf, statusOf, type WireMessage } from './wire-message.ts';

const GONE = '***';

/** Say nothing about anybody; a number that is known from elsewhere is replaced in them all the same. */
const HARMLESS = new Set(
  (
    'accept accept-encoding accept-language allow allow-events call-id content-encoding content-type ' +
    'cseq date event expires max-forwards mime-version min-expires min-se p-early-media privacy ' +
    'proxy-require rack reason require retry-after rseq server session-expires subscription-state ' +
    'supported timestamp unsupported user-agent via warning'
  ).split(' '),
);

/** Hold addresses of people. */
const ADDRESSES = new Set(
  (
    'contact diversion from history-info p-asserted-identity p-called-party-id p-preferred-identity ' +
    'record-route refer-to referred-by remote-party-id reply-to route to'
  ).split(' '),
);

const HARMLESS_PARAMETERS = new Set(
  (
    'cause counter expires index lr maddr method ob party privacy q reason received rport screen tag ' +
    'transport ttl user noa off-net'
  ).split(' '),
);

const CHALLENGES = new Set(['www-authenticate', 'proxy-authenticate', 'authorization', 'proxy-authorization']);
const CHALLENGE_PARTS = new Set(['algorithm', 'nc', 'qop', 'realm', 'stale']);

/** A user part that is a number, with the separators of RFC 3966. */
const isNumber = (text: string): boolean => /^\+?[\d().-]+$/.test(text) && /\d/.test(text);
/** Shorter texts would be found in ports, branches and times. */
const SHORTEST = { number: 5, word: 4 };
const PERSONAL_DIGITS = 7;
/** Our own name in From and Contact. */
const OWN_USER = 'demarc';

/** The numbers and names of people in a message, as they are written in its addresses. */
export function peopleOf(message: WireMessage): string[] {
  const texts = [message.start, ...message.headers.filter(({ name }) => ADDRESSES.has(name)).map(({ value }) => value)];
  const people = texts.flatMap((text) => [
    ...[...text.matchAll(/\bsips?:([^@\s<>";]{1,256})@/gi)].map(({ 1: user = '' }) => user.split(/[:;]/)[0] ?? ''),
    ...[...text.matchAll(/\btel:([^\s<>";]{1,256})/gi)].map(({ 1: number = '' }) => number),
    ...[...text.matchAll(/"((?:[^"\\]|\\.){0,256})"/g)].map(({ 1: name = '' }) => name),
  ]);
  return people.filter((one) => one !== OWN_USER && one !== '');
}

/** Makes messages fit to leave the site. `people` are all that the trace has met: found anywhere else, they go too. */
export class TraceRedactor {
  readonly #names: Pseudonyms;
  readonly #numbers = new Set<string>();
  readonly #words = new Set<string>();

  constructor(names: Pseudonyms, people: Iterable<string>) {
    this.#names = names;
    for (const one of people) {
      if (isNumber(one)) {
        const digits = one.replaceAll(/\D/g, '');
        if (digits.length >= SHORTEST.number) this.#numbers.add(digits.slice(-PERSONAL_DIGITS));
      } else if (one.length >= SHORTEST.word) this.#words.add(one.toLowerCase());
    }
  }

  /** The message without what is nobody's business, as bytes with the right Content-Length. */
  bytes(message: WireMessage): Buffer {
    const body = this.#body(message);
    const headers = message.headers
      .filter(({ name }) => name !== 'content-length')
      .map(({ name, value }) => `${title(name)}: ${this.#header(name, value)}`);
    const head = [this.#start(message), ...headers, `Content-Length: ${body.length}`, '', ''].join('\r\n');
    return Buffer.concat([Buffer.from(head, 'latin1'), body]);
  }

  #start(message: WireMessage): string {
    if (statusOf(message) !== undefined) return this.#elsewhere(message.start);
    const [method = '', uri = '', version = ''] = message.start.split(' ');
    return `${method} ${this.#uri(uri)} ${version}`;
  }

  #header(name: string, value: string): string {
    if (ADDRESSES.has(name)) return this.#addresses(value);
    if (CHALLENGES.has(name)) return this.#challenge(value);
    return HARMLESS.has(name) ? this.#elsewhere(value) : GONE;
  }

  #body(message: WireMessage): Buffer {
    if (message.body === '') return Buffer.alloc(0);
    const type = headerOf(message, 'content-type').split(';')[0]?.trim().toLowerCase() ?? '';
    if (type === 'application/sdp') return Buffer.from(this.#elsewhere(redactSdp(message.body)), 'latin1');
    return Buffer.from(`[${message.body.length} bytes left out]\r\n`, 'latin1');
  }

  /** `"Name" <sip:user@host;p=v>;tag=x, ...` (RFC 3261 section 20.10). */
  #addresses(value: string): string {
    return splitOutside(value, ',')
      .map((one) => {
        const bracket = /^([^<]*)<([^>]*)>(.*)$/s.exec(one);
        if (bracket === null) {
          const [uri = '', ...parameters] = splitOutside(one, ';');
          return this.#uri(uri.trim()) + this.#parameters(parameters);
        }
        const [, display = '', uri = '', rest = ''] = bracket;
        const name = display.trim().replace(/^"(.*)"$/s, '$1');
        const [, ...parameters] = splitOutside(rest, ';');
        return `${name === '' ? '' : `"${this.#person(name)}" `}<${this.#uri(uri)}>${this.#parameters(parameters)}`;
      })
      .join(', ');
  }

  #uri(uri: string): string {
    const parts = /^(sips?|tel):(.*)$/is.exec(uri.trim());
    if (parts === null) return uri.trim() === '*' ? '*' : GONE;
    const [, scheme = '', rest = ''] = parts;
    // What stands after a question mark is headers of another request.
    const [bare = ''] = rest.split('?');
    const at = bare.lastIndexOf('@');
    if (scheme.toLowerCase() === 'tel') {
      const [number = '', ...parameters] = bare.split(';');
      return `${scheme}:${this.#person(number)}${this.#parameters(parameters)}`;
    }
    const [host = '', ...parameters] = bare.slice(at + 1).split(';');
    const user = at === -1 ? '' : `${this.#person(bare.slice(0, at).split(/[:;]/)[0] ?? '')}@`;
    return `${scheme}:${user}${host}${this.#parameters(parameters)}`;
  }

  #parameters(parameters: readonly string[]): string {
    return parameters
      .map((parameter) => {
        const [name = '', ...value] = parameter.trim().split('=');
        if (value.length === 0) return HARMLESS_PARAMETERS.has(name.toLowerCase()) ? `;${name}` : `;${GONE}`;
        const kept = HARMLESS_PARAMETERS.has(name.toLowerCase()) ? this.#elsewhere(value.join('=')) : GONE;
        return `;${name}=${kept}`;
      })
      .join('');
  }

  #challenge(value: string): string {
    const [scheme = '', ...rest] = value.trim().split(/\s+/);
    const kept = splitOutside(rest.join(' '), ',').map((part) => {
      const [name = '', ...text] = part.trim().split('=');
      return `${name}=${CHALLENGE_PARTS.has(name.toLowerCase()) ? this.#elsewhere(text.join('=')) : `"${GONE}"`}`;
    });
    // Basic and bearer tokens have no parameters to tell apart.
    return scheme.toLowerCase() === 'digest' ? `${scheme} ${kept.join(', ')}` : `${scheme} ${GONE}`;
  }

  #person(text: string): string {
    if (text === '' || text === OWN_USER || text.toLowerCase() === 'anonymous') return text;
    return isNumber(text) ? this.#names.number(text) : this.#names.word(text);
  }

  /** Text that should hold nobody, but may hold somebody who is known from an address, in whatever form of the number. */
  #elsewhere(text: string): string {
    return text
      .replaceAll(/\d{5,}/g, (run) => (this.#numbers.has(run.slice(-PERSONAL_DIGITS)) ? this.#names.number(run) : run))
      .replaceAll(/[\w.+-]{4,}/g, (word) => (this.#words.has(word.toLowerCase()) ? this.#names.word(word) : word));
  }
}

/** Cuts at a sign that stands neither in quotes nor in angle brackets. */
function splitOutside(text: string, sign: ',' | ';'): string[] {
  const parts: string[] = [];
  let quoted = false;
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const one = text[at];
    if (one === '\\' && quoted) at += 1;
    else if (one === '"') quoted = !quoted;
    else if (!quoted && one === '<') depth += 1;
    else if (!quoted && one === '>') depth -= 1;
    else if (!quoted && depth <= 0 && one === sign) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)].map((part) => part.trim());
}

const SPECIAL_TITLES: Readonly<Record<string, string>> = {
  'call-id': 'Call-ID',
  cseq: 'CSeq',
  rseq: 'RSeq',
  rack: 'RAck',
  'min-se': 'Min-SE',
  'mime-version': 'MIME-Version',
  'www-authenticate': 'WWW-Authenticate',
};

/** A header's name as people write it; one with strange signs is not repeated. */
const title = (name: string): string =>
  SPECIAL_TITLES[name] ??
  (/^[a-z0-9-]{1,64}$/.test(name) ? name.replaceAll(/(?:^|-)[a-z]/g, (start) => start.toUpperCase()) : 'X-Unreadable');
