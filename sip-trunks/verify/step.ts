import { catalogue } from '#contract/errors/catalogue.ts';
import type { VerifyEnd, VerifyKind, VerifyStep } from '#contract/trunk-verify.ts';
import { evidenceText } from '../message/redact.ts';
import type { SipTap, TappedMessage } from '../trace/tap.ts';
import type { Fault } from './tls-faults.ts';

/** How a step ended. With a fault its cause and next step are told; `detail` then says what else was found. */
export interface Outcome {
  status: 'ok' | 'warning' | 'error' | 'skipped';
  fault?: Fault;
  detail?: string;
  evidence?: readonly string[];
}

export const failed = (fault: Fault, evidence: readonly string[] = []): Outcome => ({
  status: 'error',
  fault,
  evidence,
});

const MOST_MESSAGES = 6;
const LONGEST_MESSAGE = 700;
const MOST_EVIDENCE = 12;

/** Keeps the first and last messages of a step for its evidence, and hands them on to a trace that runs. */
export class WireRecorder implements SipTap {
  readonly isOpen = true;
  readonly #next: SipTap | undefined;
  #messages: TappedMessage[] = [];

  constructor(next: SipTap | undefined) {
    this.#next = next;
  }

  saw(message: TappedMessage): void {
    this.#messages.push(message);
    // The beginning and the end tell most; what was only sent again goes.
    if (this.#messages.length > MOST_MESSAGES) this.#messages.splice(MOST_MESSAGES / 2, 1);
    if (this.#next?.isOpen) this.#next.saw(message);
  }

  /** What went over the wire since the last time that it was asked. */
  take(): string[] {
    const messages = this.#messages;
    this.#messages = [];
    return messages.map(({ direction, transport, local, remote, bytes }) => {
      const ways = direction === 'sent' ? [local, remote] : [remote, local];
      const [from, to] = ways.map(({ address, port }) => `${address}:${port}`);
      return `${transport.toUpperCase()} ${from} > ${to}\n${evidenceText(bytes, LONGEST_MESSAGE)}`;
    });
  }
}

/** Tells that a step begins, takes it, and tells how it ended. Gives whether the next steps make sense. */
export async function* takeStep(
  end: VerifyEnd,
  kind: VerifyKind,
  recorder: WireRecorder,
  run: () => Promise<Outcome>,
): AsyncGenerator<VerifyStep, boolean> {
  const head = { id: `${end}.${kind}`, end, kind };
  yield { ...head, status: 'running', detail: '', durationMs: 0, evidence: [] };
  const began = performance.now();
  const { status, fault, detail, evidence = [] } = await run();
  const entry = fault && catalogue[fault.code];
  const texts = [entry?.cause, fault?.detail, detail].filter((text) => text !== undefined && text !== '');
  yield {
    ...head,
    status,
    ...(fault ? { code: fault.code } : {}),
    detail: texts.join(': ').slice(0, 1000),
    ...(entry ? { nextStep: entry.nextStep } : {}),
    durationMs: Math.round(performance.now() - began),
    evidence: [...evidence.map((line) => line.slice(0, 1600)), ...recorder.take()].slice(0, MOST_EVIDENCE),
  };
  return status !== 'error';
}
