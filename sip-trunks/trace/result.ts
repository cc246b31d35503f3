/** The files of a trace, made of what was recorded: nothing in them is more than what may leave the site. */
import { ladderSvg, ladderText } from './ladder.ts';
import { pcapHead, pcapPacket } from './pcap.ts';
import { Pseudonyms } from './pseudonyms.ts';
import type { Dialog } from './recording.ts';
import { peopleOf, TraceRedactor } from './redact.ts';
import { summarize, summaryText } from './summary.ts';
import { headerOf, readWire } from './wire-message.ts';

/** A file of the result. */
export interface TraceFile {
  name: string;
  bytes: Buffer;
}

export interface TraceResult {
  files: TraceFile[];
  messages: number;
  dialogs: number;
  /** Dialogs that began with an INVITE. */
  calls: number;
}

/** `key` makes the pseudonyms: secret, and another for each trace. `notes` are told at the head of the summary. */
export function traceResult(dialogs: readonly Dialog[], notes: readonly string[], key: Buffer): TraceResult {
  const all = dialogs.flatMap(({ messages }) => messages);
  const people = all.flatMap(({ message }) => peopleOf(message));
  const redactor = new TraceRedactor(new Pseudonyms(key), people);
  const packets: Buffer[] = [pcapHead()];
  const sent: { at: number; packet: Buffer }[] = [];
  const calls = dialogs.map(({ messages }) => {
    const shown = messages.flatMap(({ at, from, to, message }) => {
      const bytes = redactor.bytes(message);
      sent.push({ at, packet: pcapPacket({ at, from, to, bytes }) });
      // What is drawn is read from what is left: a picture cannot show what the file does not.
      const left = readWire(bytes);
      return left === undefined ? [] : [{ at, from: place(from), to: place(to), message: left }];
    });
    const first = shown[0]?.message;
    return { callId: first === undefined ? '' : headerOf(first, 'call-id'), messages: shown };
  });
  packets.push(...sent.sort((a, b) => a.at - b.at).map(({ packet }) => packet));
  const summaries = calls.map(summarize);
  const text = (name: string, content: string): TraceFile => ({ name, bytes: Buffer.from(content) });
  return {
    files: [
      { name: 'trace.pcap', bytes: Buffer.concat(packets) },
      text('ladder.svg', ladderSvg(calls)),
      text('ladder.txt', ladderText(calls)),
      text('summary.txt', summaryText(summaries, notes)),
      text('summary.json', `${JSON.stringify({ notes, calls: summaries }, null, 2)}\n`),
    ],
    messages: sent.length,
    dialogs: calls.length,
    calls: summaries.filter(({ method }) => method === 'INVITE').length,
  };
}

const place = ({ address, port }: { address: string; port: number }): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
