/** A SIP message as lines, as a trace looks at it: nothing is interpreted that does not have to be, nothing throws. */

/** A message cut into its parts; header names are in lower case and in their long form, folded lines are joined. */
export interface WireMessage {
  start: string;
  headers: { name: string; value: string }[];
  body: string;
}

/** RFC 3261 section 7.3.3, and those of RFC 3265, 3515, 3892, 4028. */
const LONG_NAMES: Readonly<Record<string, string>> = {
  b: 'referred-by',
  c: 'content-type',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
};

const START = /^(?:SIP\/2\.0 [1-6]\d\d(?: .*)?|[A-Za-z][\w.!%*+`'~-]{0,31} \S{1,1000} SIP\/2\.0)$/;
const MOST_LINES = 200;

/** Reads a message; undefined when it is none (keep-alives, other protocols). */
export function readWire(bytes: Buffer): WireMessage | undefined {
  const text = bytes.toString('latin1').replace(/^(?:\r\n)+/, '');
  const end = text.indexOf('\r\n\r\n');
  const head = end === -1 ? text : text.slice(0, end);
  const [start = '', ...lines] = head.split(/\r\n(?![ \t])/, MOST_LINES);
  if (!START.test(start)) return undefined;
  const headers = lines.flatMap((line) => {
    const colon = line.indexOf(':');
    if (colon < 1) return [];
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line
      .slice(colon + 1)
      .split(/\r\n[ \t]+/)
      .map((part) => part.trim())
      .join(' ');
    return [{ name: LONG_NAMES[name] ?? name, value }];
  });
  return { start, headers, body: end === -1 ? '' : text.slice(end + 4) };
}

/** The first value of a header; empty when it is not there. */
export const headerOf = ({ headers }: WireMessage, name: string): string =>
  headers.find((header) => header.name === name)?.value ?? '';

/** The code of a response, undefined for a request. */
export function statusOf({ start }: WireMessage): { status: number; reason: string } | undefined {
  const match = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(start);
  return match === null ? undefined : { status: Number(match[1]), reason: match[2] ?? '' };
}

/** The method of a request, or of the request that a response belongs to. */
export const methodOf = (message: WireMessage): string =>
  (statusOf(message) === undefined
    ? (message.start.split(' ')[0] ?? '')
    : (headerOf(message, 'cseq').split(/\s+/)[1] ?? '')
  ).toUpperCase();
