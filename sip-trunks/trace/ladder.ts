/** Pictures of calls: who sent what to whom and when, as text and as SVG, from messages that are redacted already. */
import { headerOf, statusOf, type WireMessage } from './wire-message.ts';

/** One arrow. */
export interface LadderMessage {
  at: number;
  from: string;
  to: string;
  message: WireMessage;
}

/** One call with its arrows in the order of time. */
export interface LadderCall {
  callId: string;
  messages: readonly LadderMessage[];
}

/** More would make a picture that nobody reads; the text has them all. */
const MOST_ARROWS = 2000;

/** What stands on an arrow. */
function label(message: WireMessage): string {
  const status = statusOf(message);
  const cseq = headerOf(message, 'cseq').split(/\s+/)[1] ?? '';
  if (status !== undefined) return `${status.status} ${status.reason} (${cseq})`.replaceAll('  ', ' ');
  const sdp = /application\/sdp/i.test(headerOf(message, 'content-type')) ? ' (SDP)' : '';
  return `${message.start.split(' ')[0] ?? ''}${sdp}`;
}

const clock = (at: number): string => new Date(at).toISOString().slice(11, 23);
const columns = (messages: readonly LadderMessage[]): string[] => [
  ...new Set(messages.flatMap(({ from, to }) => [from, to])),
];

/** Calls one after the other, each message on a line with its arrow. */
export function ladderText(calls: readonly LadderCall[]): string {
  return calls
    .map(({ callId, messages }) => {
      const ends = columns(messages);
      const width = Math.max(58, ...ends.map((end) => end.length + 4));
      const head = `${' '.repeat(14)}${ends.map((end) => end.padEnd(width)).join('')}`.trimEnd();
      const lines = messages.map(({ at, from, to, message }) => {
        const [a, b] = [ends.indexOf(from), ends.indexOf(to)];
        const [left, right] = [Math.min(a, b), Math.max(a, b)];
        const room = Math.max(4, (right - left) * width - 2);
        const text = ` ${label(message)} `.slice(0, room);
        const line = text.padEnd(room, '-');
        return `${clock(at)}  ${' '.repeat(left * width)}|${a <= b ? `${line}>` : `<${line}`}|`;
      });
      return [`Call-ID ${callId} (times in UTC)`, head, ...lines, ''].join('\n');
    })
    .join('\n');
}

const escape = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`).replaceAll(/[^\P{Cc}]/gu, ' ');

const COLUMN = 240;
const ROW = 26;

/** One picture of all calls; opens in any browser, in light and dark. */
export function ladderSvg(calls: readonly LadderCall[]): string {
  const parts: string[] = [];
  let y = 24;
  let width = 400;
  let arrows = 0;
  for (const { callId, messages } of calls) {
    if (arrows >= MOST_ARROWS) break;
    const shown = messages.slice(0, MOST_ARROWS - arrows);
    arrows += shown.length;
    const ends = columns(shown);
    width = Math.max(width, 110 + ends.length * COLUMN);
    const x = (end: string) => 110 + ends.indexOf(end) * COLUMN + COLUMN / 2;
    const bottom = y + 44 + shown.length * ROW;
    parts.push(`<text x="10" y="${y}" class="call">Call-ID ${escape(callId.slice(0, 80))}</text>`);
    for (const end of ends) {
      parts.push(`<text x="${x(end)}" y="${y + 22}" text-anchor="middle">${escape(end)}</text>`);
      parts.push(`<path d="M${x(end)} ${y + 28}V${bottom}" class="end"/>`);
    }
    for (const [index, { at, from, to, message }] of shown.entries()) {
      const line = y + 50 + index * ROW;
      const [a, b] = [x(from), x(to)];
      const tip = a <= b ? -7 : 7;
      parts.push(`<text x="10" y="${line + 4}" class="time">${clock(at)}</text>`);
      parts.push(
        `<path d="M${a} ${line}H${b}M${b + tip} ${line - 4}L${b} ${line}L${b + tip} ${line + 4}" class="arrow"/>`,
      );
      const text = escape(label(message).slice(0, 44));
      parts.push(`<text x="${(a + b) / 2}" y="${line - 5}" text-anchor="middle">${text}</text>`);
    }
    y = bottom + 40;
  }
  const style =
    'svg{font:12px system-ui,sans-serif;color:#111;background:#fff}text{fill:currentColor}.call{font-weight:600}' +
    '.time{font-size:11px}.end{stroke:#888;stroke-dasharray:3 3}.arrow{stroke:currentColor;fill:none}' +
    '@media(prefers-color-scheme:dark){svg{color:#eee;background:#1a1b1e}}';
  const more = calls.length > 0 && arrows >= MOST_ARROWS ? ` The first ${MOST_ARROWS} messages.` : '';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" viewBox="0 0 ${width} ${y}" role="img">`,
    `<title>SIP messages of ${calls.length} calls, times in UTC.${more}</title><style>${style}</style>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}
