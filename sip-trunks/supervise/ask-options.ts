/** One OPTIONS of the supervision (RFC 3261 section 11): what came back, as raw as it is, and every message for the tap. */

import { openConnection, SipConnectError, type SipConnection, type SipTarget } from '../client/transport.ts';
import { parseMessage, type SipMessage, stringifyMessage } from '../message/message.ts';
import type { SipTap } from '../trace/tap.ts';
import type { ProbeResult } from './state.ts';

interface AskOptions {
  target: SipTarget;
  /** The trunk that it is for, told to the tap. */
  trunk: string;
  /** For connection and answer together, in milliseconds. */
  limitMs: number;
  signal: AbortSignal;
  /** Another text of letters and digits at every call. */
  newToken: () => string;
  /** Milliseconds since 1970. */
  now: () => number;
  tap: SipTap;
}

/** When it is sent again over UDP after the first time (timer E, RFC 3261 section 17.1.2.2), in milliseconds. */
const RESEND_AFTER_MS = [500, 1500, 3500];
const MOST_REASON = 128;

/** Asks once; undefined when `signal` ended it, which says nothing about the peer. Never throws for what a peer does. */
export async function askOptions(options: AskOptions): Promise<ProbeResult | undefined> {
  const { target, signal, now, tap, trunk } = options;
  const limit = AbortSignal.timeout(options.limitMs);
  const either = AbortSignal.any([signal, limit]);
  const at = now();
  let arrived: (outcome: Outcome) => void = () => undefined;
  const outcome = new Promise<Outcome>((resolve) => {
    arrived = resolve;
  });
  either.addEventListener('abort', () => arrived(SILENT), { once: true });
  let request: SipMessage | undefined;
  let connection: SipConnection | undefined;
  const see = (direction: 'sent' | 'received', bytes: Buffer) => {
    if (!tap.isOpen || connection === undefined) return;
    const remote = { address: target.address, port: target.port };
    tap.saw({ at: now(), direction, transport: target.transport, local: connection.local, remote, bytes, trunk });
  };
  const resends: NodeJS.Timeout[] = [];
  try {
    connection = await openConnection(
      target,
      {
        onMessage: (bytes) => {
          see('received', bytes);
          const answer = parseMessage(bytes);
          if (request === undefined || typeof answer === 'string' || !belongs(request, answer)) return;
          if (answer.start.kind === 'response' && answer.start.status >= 200) {
            const { status, reason } = answer.start;
            arrived({ answered: true, status, reason: reason.slice(0, MOST_REASON), endedAt: performance.now() });
          }
        },
        onFailure: (failure, detail) => arrived({ answered: false, failure, detail }),
      },
      either,
    );
    const { isReliable, certificate } = connection;
    const open = connection;
    request = optionsRequest(target, connection, options.newToken);
    const bytes = stringifyMessage(request);
    const sendOnce = () => {
      see('sent', bytes);
      open.send(bytes);
    };
    const sentAt = performance.now();
    sendOnce();
    if (!isReliable) resends.push(...RESEND_AFTER_MS.map((ms) => setTimeout(sendOnce, ms)));
    const got = await outcome;
    if (got === SILENT && signal.aborted) return undefined;
    const expires = Date.parse(certificate?.valid_to ?? '');
    const about = { at, ...(Number.isNaN(expires) ? {} : { certificateExpiresAt: expires }) };
    if (!got.answered) return { ...about, ...got };
    const roundTripMs = Math.round((got.endedAt - sentAt) * 10) / 10;
    return { ...about, answered: true, status: got.status, reason: got.reason, roundTripMs };
  } catch (error) {
    if (signal.aborted) return undefined;
    if (!(error instanceof SipConnectError)) throw error;
    return { at, answered: false, failure: error.failure, detail: error.message.slice(0, 200) };
  } finally {
    for (const timer of resends) clearTimeout(timer);
    connection?.close();
  }
}

type Outcome =
  | { answered: true; status: number; reason: string; endedAt: number }
  | { answered: false; failure: string; detail: string };

const SILENT: Outcome = { answered: false, failure: 'timeout', detail: 'no final answer in time' };

/** RFC 3261 section 17.1.3, and the Call-ID, since others may guess a branch. */
function belongs(request: SipMessage, { via, callId, cseq }: SipMessage): boolean {
  const branch = via[0]?.params['branch'];
  return branch === request.via[0]?.params['branch'] && callId === request.callId && cseq.method === 'OPTIONS';
}

/** Asks the host of the trunk itself: some far ends are silent for a name that is not theirs. */
function optionsRequest(target: SipTarget, { local }: SipConnection, newToken: () => string): SipMessage {
  const bracketed = (host: string) => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);
  const host = bracketed(target.name ?? target.address);
  const here = bracketed(local.address);
  const over = target.transport === 'udp' ? '' : `;transport=${target.transport}`;
  const branch = `z9hG4bK${newToken()}`;
  return {
    start: { kind: 'request', method: 'OPTIONS', uri: `sip:${host}:${target.port}${over}` },
    via: [{ protocol: target.transport.toUpperCase(), host: here, port: local.port, params: { branch, rport: null } }],
    from: { uri: `sip:demarc@${here}`, params: { tag: newToken() } },
    to: { uri: `sip:${host}:${target.port}`, params: {} },
    callId: `${newToken()}@${here}`,
    cseq: { seq: 1, method: 'OPTIONS' },
    contact: { uri: `sip:demarc@${here}:${local.port}${over}`, params: {} },
    headers: { accept: 'application/sdp' },
    body: Buffer.alloc(0),
  };
}
