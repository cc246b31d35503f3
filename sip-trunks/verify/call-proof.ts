import { randomBytes, randomInt } from 'node:crypto';
import { isIP } from 'node:net';
import type { Clock } from '#config/clock.ts';
import type { TrunkCodec } from '#contract/trunks.ts';
import { SipCall } from '../client/call.ts';
import type { Answered } from '../client/exchange.ts';
import { inviteRequest } from '../client/requests.ts';
import type { EndProof } from './end-proof.ts';
import { type MasterKey, type MediaAnswer, offerText, readAnswer } from './media/sdp.ts';
import { type MediaFindings, MediaSession } from './media/session.ts';
import { answerFault } from './sip-faults.ts';
import { failed, type Outcome } from './step.ts';

interface CallSettings {
  /** As the peer wants them written. */
  called: string;
  caller: string | undefined;
  codecs: readonly TrunkCodec[];
  clock: Clock;
}

const RING_MS = 30_000;
const MEDIA_MS = 8000;
const MEDIA_REFUSED = [415, 488, 606];
const MASTER_BYTES = 30;

/** A call that proves a trunk: it is answered, audio passes both ways, it is ended. */
export class CallProof implements AsyncDisposable {
  readonly #proof: EndProof;
  readonly #settings: CallSettings;
  readonly #signal: AbortSignal;
  #session: MediaSession | undefined;
  #call: SipCall | undefined;
  #key: MasterKey | undefined;

  constructor(proof: EndProof, settings: CallSettings, signal: AbortSignal) {
    this.#proof = proof;
    this.#settings = settings;
    this.#signal = signal;
  }

  /**
   * Calls. Over TLS encrypted audio is offered first and clear audio only when that is refused; without TLS its keys would
   * travel in clear, so it is not offered.
   */
  async call(): Promise<Outcome> {
    const { flow } = this.#proof;
    if (!flow) return { status: 'skipped', detail: 'There is no way to the peer' };
    const began = performance.now();
    const heard: string[] = [];
    try {
      this.#session = await MediaSession.open(flow.local.address);
      const keys = flow.target.transport === 'tls' ? [randomBytes(MASTER_BYTES), undefined] : [undefined];
      let refused: Answered | undefined;
      for (const key of keys) {
        const placed = await this.#place(key, heard);
        if ('call' in placed) {
          this.#call = placed.call;
          this.#key = key;
          break;
        }
        refused = placed.refused;
        if (!MEDIA_REFUSED.includes(refused.status)) break;
      }
      if (!this.#call) return refused ? this.#refusal(refused) : { status: 'skipped' };
      const { status, reason, login } = this.#call.answered;
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      const steps = [...heard, `${status} ${reason}`].join(', ');
      const by = login ? `; log-in by ${login.algorithm}` : '';
      return { status: 'ok', detail: `${this.#settings.called} answered after ${seconds} s (${steps})${by}` };
    } catch (error) {
      return failed(this.#proof.fault(error));
    }
  }

  /** Sends and listens for some seconds, then hangs up. */
  async media(): Promise<Outcome> {
    const call = this.#call;
    const session = this.#session;
    if (!call || !session) return { status: 'skipped', detail: 'There is no call' };
    const answer = readAnswer(call.answer200.body);
    if (!answer || answer.port === 0 || !answer.codec) {
      await call.hangUp();
      return failed({
        code: 'trunk.media-refused',
        detail: 'the answer to the call accepts no audio that was offered',
      });
    }
    if (answer.isEncrypted && (!answer.key || !this.#key)) {
      await call.hangUp();
      return failed({ code: 'trunk.audio-encrypted', detail: 'only SDES with AES_CM_128_HMAC_SHA1_80 is supported' });
    }
    const isEncrypted = answer.isEncrypted && this.#key !== undefined;
    const dropped = new AbortController();
    let goodbye: string | undefined;
    void call.remoteEnd.then(({ reason }) => {
      goodbye = reason || 'without a reason';
      dropped.abort();
    });
    const findings = await session.run({
      answer,
      key: isEncrypted ? this.#key : undefined,
      ssrc: randomInt(2 ** 32),
      limitMs: MEDIA_MS,
      clock: this.#settings.clock,
      signal: AbortSignal.any([this.#signal, dropped.signal]),
    });
    const goodbyeStatus = await call.hangUp();
    const outcome = mediaOutcome(answer, findings, this.#proof.flow?.target.address ?? '');
    if (goodbye === undefined) outcome.detail = `${outcome.detail ?? ''}; ${goodbyeText(goodbyeStatus)}`;
    if (outcome.status === 'ok' || goodbye === undefined) return outcome;
    return { ...outcome, fault: { code: 'trunk.call-dropped', detail: goodbye } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#session?.close();
    await this.#call?.hangUp();
  }

  async #place(key: MasterKey | undefined, heard: string[]) {
    const { flow, settings } = this.#proof;
    if (!flow || !this.#session) throw new Error('a call needs a way and a socket');
    const { called, caller } = this.#settings;
    const { address } = flow.local;
    const offer = offerText({
      address,
      port: this.#session.port,
      codecs: this.#settings.codecs,
      ...(key ? { key } : {}),
      sessionId: randomInt(2 ** 31),
    });
    const identity = { domain: settings.host, ...(settings.user === undefined ? {} : { user: settings.user }) };
    return SipCall.place({
      flow,
      invite: inviteRequest(flow, identity, { called, caller, offer }),
      credentials: settings.credentials,
      ringMs: RING_MS,
      signal: this.#signal,
      onProgress: (status, reason) => {
        const word = `${status} ${reason}`.trim();
        if (heard.at(-1) !== word && heard.length < 6) heard.push(word);
      },
    });
  }

  #refusal(refused: Answered): Outcome {
    const fault = answerFault(refused, this.#proof.settings.credentials);
    const sent = `sent as ${this.#settings.called}`;
    const offered = `offered: ${this.#settings.codecs.join(', ')}`;
    if (fault.code === 'trunk.callee-busy') return { status: 'warning', fault };
    if (fault.code === 'trunk.number-refused') return failed({ ...fault, detail: `${fault.detail}; ${sent}` });
    if (fault.code === 'trunk.media-refused') return failed({ ...fault, detail: `${fault.detail}; ${offered}` });
    return failed(fault);
  }
}

/** A peer that keeps a call which we have left goes on to count it, and to bill it. */
const goodbyeText = (status: number | undefined): string =>
  status !== undefined && status < 300
    ? 'the end of the call was confirmed'
    : `the end of the call was not confirmed (${status ?? 'no answer to BYE'})`;

/** What passed, judged: one-way audio is told apart by direction. */
export function mediaOutcome(answer: MediaAnswer, found: MediaFindings, signalling: string): Outcome {
  const kind = `${answer.codec ?? 'audio'}${answer.isEncrypted ? ', encrypted' : ', not encrypted'}`;
  const facts = [
    kind,
    `sent ${found.sent} packets to ${answer.address}:${answer.port}`,
    `got ${found.received}, ${found.lost} lost, jitter ${found.jitterMs} ms`,
    {
      yes: 'the far end reports that it hears us',
      no: 'the far end reports that it gets nothing of us',
      unknown: 'the far end sends no reports, so whether it hears us is not proven',
    }[found.theyHear],
    ...(found.otherSource ? [`the audio came from ${found.otherSource}, not from where the answer says`] : []),
    ...(found.unreadable > 0 ? [`${found.unreadable} packets could not be read`] : []),
    ...(answer.direction === 'sendrecv' ? [] : [`the answer says ${answer.direction}`]),
  ];
  const detail = facts.join('; ');
  if (found.received === 0) {
    if (found.theyHear === 'yes') return failed({ code: 'trunk.audio-not-received', detail });
    if (isPrivate(answer.address) && !isPrivate(signalling)) {
      return failed({ code: 'trunk.audio-private-address', detail });
    }
    return failed({ code: 'trunk.no-audio', detail });
  }
  if (found.theyHear === 'no') return failed({ code: 'trunk.audio-not-heard', detail });
  return { status: 'ok', detail };
}

/** RFC 1918, RFC 6598 and their like of IPv6. */
const isPrivate = (address: string): boolean =>
  isIP(address) === 6
    ? /^(?:f[cd]|fe80|::1)/i.test(address)
    : /^(?:10|127|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./.test(address);
