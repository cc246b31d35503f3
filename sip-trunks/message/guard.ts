/**
 * What a received message must look like before the grammar of npm `sip` may see it: that grammar has regular expressions
 * of quadratic cost and writes names from the wire into plain objects, so size, lines and names are bounded first.
 */

export const SMALLEST_MESSAGE = 20;
export const LARGEST_MESSAGE = 8192;
const MOST_HEADERS = 64;
const LONGEST_HEADER = 1024;

const START_LINE = /^(?:SIP\/2\.0 +[1-6]\d\d(?: .*)?|[\w\-.!%*+`'~]{1,32} +\S{1,1000} +SIP\/2\.0 *)$/;
/** Names that would reach into the object that they are written to. */
const DANGEROUS = /__proto__|(?:^|[\s;,?&])(?:constructor|prototype)\s*(?:[=:;,]|$)/im;

/** Why a message is refused; each is a closed word, so that it can be counted. */
export type Refusal =
  | 'too-short'
  | 'too-long'
  | 'no-end-of-header'
  | 'not-sip'
  | 'too-many-headers'
  | 'header-too-long'
  | 'dangerous-name'
  | 'unreadable';

/** A message whose head may be parsed. */
interface Guarded {
  head: string;
  body: Buffer;
}

/** Bounds one whole message (RFC 3261 section 7): 20 to 8,192 bytes, 64 headers of 1,024 characters, no dangerous names. */
export function guard(bytes: Buffer): Guarded | Refusal {
  if (bytes.length > LARGEST_MESSAGE) return 'too-long';
  // Blank lines before the start line are to be skipped (RFC 3261 section 7.5).
  let from = 0;
  while (bytes[from] === 0x0d && bytes[from + 1] === 0x0a) from += 2;
  if (bytes.length - from < SMALLEST_MESSAGE) return 'too-short';
  const end = bytes.indexOf('\r\n\r\n', from, 'latin1');
  if (end === -1) return 'no-end-of-header';
  const head = bytes.toString('utf8', from, end);
  const lines = head.split(/\r\n(?![ \t])/, MOST_HEADERS + 2);
  const [start = '', ...headers] = lines;
  if (start.length > LONGEST_HEADER + 100 || !START_LINE.test(start)) return 'not-sip';
  if (headers.length > MOST_HEADERS) return 'too-many-headers';
  if (headers.some((line) => line.length > LONGEST_HEADER)) return 'header-too-long';
  if (DANGEROUS.test(head) || DANGEROUS.test(unescaped(head))) return 'dangerous-name';
  return { head, body: bytes.subarray(end + 4) };
}

/** The grammar decodes %xx in names before it uses them. */
const unescaped = (text: string): string =>
  text.includes('%')
    ? text.replaceAll(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;
