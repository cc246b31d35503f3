/** One OPTIONS of the supervision (RFC 3261 section 11): what came back, as raw as it is, and every message for the tap. */
import { probeOptions } from '../client/options-probe.ts';
import type { SipTarget, TlsTrust } from '../client/transport.ts';
import type { SipTap } from '../trace/tap.ts';
import type { ProbeResult } from './state.ts';

interface AskOptions {
  target: SipTarget;
  /** The trunk that it is for, told to the tap. */
  trunk: string;
  /** Ours, for an end that wants one (mutual TLS). */
  own?: Pick<TlsTrust, 'certificate' | 'key'> | undefined;
  /** For connection and answer together, in milliseconds. */
  limitMs: number;
  signal: AbortSignal;
  /** Another text of letters and digits at every call. */
  newToken: () => string;
  /** Milliseconds since 1970. */
  now: () => number;
  tap: SipTap;
}

/** Asks once; undefined when `signal` ended it, which says nothing about the peer. Never throws for what a peer does. */
export async function askOptions(options: AskOptions): Promise<ProbeResult | undefined> {
  const { target, trunk, own, limitMs, signal, newToken, now, tap } = options;
  const { address, port, transport } = target;
  const at = now();
  const answer = await probeOptions({
    target,
    limitMs,
    signal,
    newToken,
    own,
    onWire: (direction, bytes, local) => {
      if (tap.isOpen) tap.saw({ at: now(), direction, transport, local, remote: { address, port }, bytes, trunk });
    },
  });
  const expires = Date.parse(answer.certificate?.valid_to ?? '');
  const about = { at, ...(Number.isNaN(expires) ? {} : { certificateExpiresAt: expires }) };
  if (answer.answered) {
    const { status, reason, roundTripMs } = answer;
    return { ...about, answered: true, status, reason, roundTripMs };
  }
  if (signal.aborted) return undefined;
  return { ...about, answered: false, failure: answer.failure, detail: answer.detail.slice(0, 200) };
}
