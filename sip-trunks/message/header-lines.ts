/**
 * Headers as they stand in a message, for what the grammar of npm `sip` cannot read (IPv6 in Via and Record-Route) or
 * drops (the order of challenges). All of it runs over a head that the guard has bounded.
 */

/** One header line, unfolded; the name in lower case and in its long form. */
export interface HeaderLine {
  name: string;
  value: string;
}

export type Params = Readonly<Record<string, string | null>>;

/** One hop (RFC 3261 section 20.42). */
export interface Via {
  protocol: string;
  host: string;
  port?: number;
  params: Params;
}

/** A challenge of a server (RFC 3261 section 20.44), its parameters without their quotes. */
export interface Challenge {
  scheme: string;
  params: Readonly<Record<string, string>>;
  /** Whether a proxy asks (407) and not the server itself (401). */
  byProxy: boolean;
}

const LONG_NAMES: Readonly<Record<string, string>> = {
  i: 'call-id',
  m: 'contact',
  e: 'content-encoding',
  l: 'content-length',
  c: 'content-type',
  f: 'from',
  s: 'subject',
  k: 'supported',
  t: 'to',
  v: 'via',
};

/** The header lines of a head (RFC 3261 section 7.3), in their order. Lines without a colon are left out. */
export function headerLines(head: string): HeaderLine[] {
  const [, ...lines] = head.split(/\r\n(?![ \t])/);
  return lines.flatMap((line) => {
    const colon = line.indexOf(':');
    if (colon < 1) return [];
    const given = line.slice(0, colon).trim().toLowerCase();
    const value = line
      .slice(colon + 1)
      .split(/\r\n[ \t]+/)
      .join(' ')
      .trim();
    return [{ name: LONG_NAMES[given] ?? given, value }];
  });
}

/** The values of every line of this name. */
export const valuesOf = (lines: readonly HeaderLine[], name: string): string[] =>
  lines.filter((line) => line.name === name).map(({ value }) => value);

/** The parts between separators that stand neither in quotes nor in angle brackets. */
export function splitOutside(text: string, separator: ',' | ';'): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (quoted) {
      if (letter === '\\') at += 1;
      else if (letter === '"') quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === '<') depth += 1;
    else if (letter === '>') depth -= 1;
    else if (letter === separator && depth <= 0) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return parts.filter((part) => part !== '');
}

const VIA = /^SIP ?\/ ?\d\.\d ?\/ ?([\w-]{1,32}) (\[[\da-f:.]+\]|[^\s;:[\]]+) ?(?:: ?(\d{1,5}))? ?(;.*)?$/i;

/** Every hop, the newest first. What is no hop is left out. */
export function viasOf(lines: readonly HeaderLine[]): Via[] {
  return valuesOf(lines, 'via')
    .flatMap((value) => splitOutside(value, ','))
    .flatMap((text) => {
      const match = VIA.exec(text.replaceAll(/\s+/g, ' '));
      if (!match) return [];
      const [, protocol = '', host = '', port, rest = ''] = match;
      return [{ protocol, host, ...(port === undefined ? {} : { port: Number(port) }), params: paramsOf(rest) }];
    });
}

/** `;name=value;flag`, names in lower case. */
function paramsOf(text: string): Params {
  const pairs = splitOutside(text, ';').map((part): [string, string | null] => {
    const equals = part.indexOf('=');
    return equals === -1
      ? [part.toLowerCase(), null]
      : [part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim()];
  });
  return Object.fromEntries(pairs);
}

/** Every challenge, in the order in which the server prefers them (RFC 8760 section 2.4). */
export function challengesOf(lines: readonly HeaderLine[]): Challenge[] {
  return lines.flatMap(({ name, value }) =>
    name === 'www-authenticate' || name === 'proxy-authenticate'
      ? challengesIn(value, name === 'proxy-authenticate')
      : [],
  );
}

function challengesIn(value: string, byProxy: boolean): Challenge[] {
  const found: { scheme: string; params: Record<string, string>; byProxy: boolean }[] = [];
  for (const part of splitOutside(value, ',')) {
    const begin = /^([\w-]+) +(?=[\w-]+ *=)/.exec(part);
    if (begin) found.push({ scheme: (begin[1] ?? '').toLowerCase(), params: {}, byProxy });
    const pair = /^([\w-]+) *= *(.*)$/s.exec(part.slice(begin?.[0].length ?? 0));
    const last = found.at(-1);
    if (pair && last) last.params[(pair[1] ?? '').toLowerCase()] = unquoted(pair[2] ?? '');
  }
  return found;
}

const unquoted = (text: string): string =>
  text.startsWith('"') && text.endsWith('"') && text.length > 1
    ? text.slice(1, -1).replaceAll(/\\(.)/g, '$1')
    : text.trim();
