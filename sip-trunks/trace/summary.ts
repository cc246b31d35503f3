/** What became of each call, in one line that support can read aloud. */
import type { LadderCall } from './ladder.ts';
import { headerOf, methodOf, statusOf } from './wire-message.ts';

/** One dialog; times are instants, numbers are pseudonyms. */
export interface CallSummary {
  callId: string;
  method: string;
  from: string;
  to: string;
  startedAt: string;
  endedAt: string;
  messages: number;
  /** Of the last final answer to the request that began it; null when there was none. */
  status: number | null;
  reason: string | null;
  /** How often the request was challenged (401, 407). */
  challenges: number;
  /** Requests that were sent again, which tells of loss or of a slow peer. */
  repeated: number;
  outcome: string;
}

const address = (value: string): string => /<([^>]*)>/.exec(value)?.[1] ?? value.split(';')[0] ?? '';

export function summarize({ callId, messages }: LadderCall): CallSummary {
  const first = messages[0];
  const last = messages.at(-1);
  const requests = messages.filter(({ message }) => statusOf(message) === undefined);
  const begin = requests[0]?.message ?? first?.message;
  const method = begin === undefined ? '' : methodOf(begin);
  const finals = messages
    .map(({ message }) => ({ status: statusOf(message), method: methodOf(message) }))
    .flatMap((one) =>
      one.status !== undefined && one.status.status >= 200 && one.method === method ? [one.status] : [],
    );
  const final = finals.at(-1);
  const keys = requests.map(({ from, to, message }) =>
    [from, to, headerOf(message, 'cseq'), headerOf(message, 'via')].join(' '),
  );
  const ended = messages.some(({ message }) => methodOf(message) === 'BYE');
  return {
    callId,
    method,
    from: begin === undefined ? '' : address(headerOf(begin, 'from')),
    to: begin === undefined ? '' : address(headerOf(begin, 'to')),
    startedAt: new Date(first?.at ?? 0).toISOString(),
    endedAt: new Date(last?.at ?? 0).toISOString(),
    messages: messages.length,
    status: final?.status ?? null,
    reason: final?.reason ?? null,
    challenges: finals.filter(({ status }) => status === 401 || status === 407).length,
    repeated: keys.length - new Set(keys).size,
    outcome: outcomeOf(method, final, ended),
  };
}

function outcomeOf(method: string, final: { status: number; reason: string } | undefined, ended: boolean): string {
  if (final === undefined) return `${method} was not answered`;
  const answer = `${final.status} ${final.reason}`.trim();
  if (final.status === 401 || final.status === 407) return `${method} was challenged (${answer}) and not repeated`;
  if (final.status >= 300) return `${method} was refused: ${answer}`;
  if (method !== 'INVITE') return `${method} was accepted: ${answer}`;
  return ended ? 'answered and ended' : 'answered; its end is not in the trace';
}

/** All of them as text, the refused ones first seen. */
export function summaryText(calls: readonly CallSummary[], notes: readonly string[]): string {
  const lines = calls.map(
    (call) =>
      `${call.startedAt}  ${call.method} ${call.from} -> ${call.to}\n    ${call.outcome}` +
      `${call.repeated > 0 ? `; ${call.repeated} sent again` : ''}\n    Call-ID ${call.callId}, ${call.messages} messages\n`,
  );
  return [...notes.map((note) => `Note: ${note}`), ...(notes.length > 0 ? [''] : []), ...lines, ''].join('\n');
}
