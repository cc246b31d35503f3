import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '#config/clock.ts';
import { readReport, readRtp, rtpPacket, senderReport } from './rtp.ts';
import { codecs, type MasterKey, type MediaAnswer } from './sdp.ts';
import { SrtpKeys } from './srtp.ts';

/** What passed in each direction. */
export interface MediaFindings {
  sent: number;
  received: number;
  /** Gaps in the numbers of what came. */
  lost: number;
  /** RFC 3550 section 6.4.1, in milliseconds. */
  jitterMs: number;
  /** What the other side reports by RTCP of our stream: `unknown` when it sends no reports. */
  theyHear: 'yes' | 'no' | 'unknown';
  /** Where the audio came from, when that is not where the answer says. */
  otherSource: string | undefined;
  /** Packets that could not be opened with the agreed keys. */
  unreadable: number;
}

interface RunOptions {
  answer: MediaAnswer;
  /** Our own, when the audio was offered encrypted. */
  key: MasterKey | undefined;
  /** The name of our stream: 32 bits of chance. */
  ssrc: number;
  /** At most so long; it ends as soon as both directions are proven. */
  limitMs: number;
  clock: Clock;
  signal: AbortSignal;
}

const FRAME_MS = 20;
const ENOUGH = 25;
const SETTLE_MS = 500;
const REPORT_EVERY_MS = 1000;
const PAIR_TRIES = 20;

/** The sockets of a test call: RTP on an even port, RTCP on the next one (RFC 3550 section 11). */
export class MediaSession {
  readonly #rtp: Socket;
  readonly #rtcp: Socket;

  private constructor(rtp: Socket, rtcp: Socket) {
    this.#rtp = rtp;
    this.#rtcp = rtcp;
  }

  /** @throws Error of node:dgram when no pair of ports is free */
  static async open(address: string): Promise<MediaSession> {
    for (let attempt = 1; ; attempt += 1) {
      const rtp = await bound(address, 0);
      const { port } = rtp.address();
      try {
        if (port % 2 === 0) return new MediaSession(rtp, await bound(address, port + 1));
      } catch (error) {
        if (attempt >= PAIR_TRIES) {
          rtp.close();
          throw error;
        }
      }
      rtp.close();
      if (attempt >= 10 * PAIR_TRIES) throw new Error('no pair of ports is free');
    }
  }

  get port(): number {
    return this.#rtp.address().port;
  }

  /** Sends 20 ms frames and counts what comes. Does not throw; ends early when it is no longer wanted. */
  async run({ answer, key, ssrc, limitMs, clock, signal }: RunOptions): Promise<MediaFindings> {
    const ours = key && new SrtpKeys(key);
    const theirs = answer.key && new SrtpKeys(answer.key);
    const heard = new Reception(answer, theirs);
    const reported: { theyHear: MediaFindings['theyHear'] } = { theyHear: 'unknown' };
    const began = performance.now();
    const onRtp = (bytes: Buffer, from: RemoteInfo) => heard.take(bytes, from, clock.now());
    const onRtcp = (bytes: Buffer) => {
      const clear = theirs ? theirs.openRtcp(bytes) : bytes;
      const report = clear && readReport(clear, ssrc);
      // A report from before our first packets came says nothing of them.
      if (!report || reported.theyHear === 'yes' || performance.now() - began < SETTLE_MS) return;
      reported.theyHear = report.heard && report.heard.lost < 0.9 ? 'yes' : 'no';
    };
    this.#rtp.on('message', onRtp);
    this.#rtcp.on('message', onRtcp);
    const { step, frame } = codecs[answer.codec ?? 'PCMA'];
    let sent = 0;
    let reportedAt = -Infinity;
    const to = { host: answer.address, port: answer.port };
    while (performance.now() - began < limitMs && !signal.aborted) {
      const due = Math.floor((performance.now() - began) / FRAME_MS) + 1;
      for (; sent < due; sent += 1) {
        const head = { payloadType: answer.payloadType, sequence: sent + 1, timestamp: sent * step, ssrc };
        const packet = rtpPacket(head, frame);
        this.#rtp.send(ours ? ours.protectRtp(packet) : packet, to.port, to.host, ignore);
      }
      if (performance.now() - reportedAt > REPORT_EVERY_MS) {
        reportedAt = performance.now();
        const facts = { ssrc, nowMs: clock.now(), timestamp: sent * step, packets: sent, octets: sent * frame.length };
        const report = senderReport(facts);
        this.#rtcp.send(ours ? ours.protectRtcp(report) : report, to.port + 1, to.host, ignore);
      }
      if (heard.count >= ENOUGH && reported.theyHear === 'yes') break;
      await sleep(FRAME_MS);
    }
    this.#rtp.off('message', onRtp);
    this.#rtcp.off('message', onRtcp);
    return { sent, theyHear: reported.theyHear, ...heard.findings() };
  }

  close(): void {
    this.#rtp.close();
    this.#rtcp.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** A port that is closed at the other side is told by the count of what came, not by an error of ours. */
const ignore = (): void => undefined;

function bound(address: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    socket.once('error', reject);
    socket.bind(port, address, () => {
      socket.off('error', reject);
      socket.on('error', ignore);
      resolve(socket);
    });
  });
}

/** The stream of the other side as it comes in. */
class Reception {
  count = 0;
  readonly #answer: MediaAnswer;
  readonly #keys: SrtpKeys | undefined;
  #unreadable = 0;
  #first: number | undefined;
  #highest = 0;
  #transit: number | undefined;
  #jitter = 0;
  #otherSource: string | undefined;

  constructor(answer: MediaAnswer, keys: SrtpKeys | undefined) {
    this.#answer = answer;
    this.#keys = keys;
  }

  take(bytes: Buffer, from: RemoteInfo, nowMs: number): void {
    const clear = this.#keys ? this.#keys.openRtp(bytes) : bytes;
    const head = clear && readRtp(clear);
    if (!head) {
      this.#unreadable += 1;
      return;
    }
    this.count += 1;
    if (from.address !== this.#answer.address) this.#otherSource = `${from.address}:${from.port}`;
    this.#first ??= head.sequence;
    const ahead = (head.sequence - this.#first) & 0xffff;
    if (ahead < 0x8000) this.#highest = Math.max(this.#highest, ahead);
    const { step } = codecs[this.#answer.codec ?? 'PCMA'];
    const transit = nowMs - (head.timestamp / step) * FRAME_MS;
    if (this.#transit !== undefined) this.#jitter += (Math.abs(transit - this.#transit) - this.#jitter) / 16;
    this.#transit = transit;
  }

  findings(): Pick<MediaFindings, 'received' | 'lost' | 'jitterMs' | 'otherSource' | 'unreadable'> {
    return {
      received: this.count,
      lost: this.count === 0 ? 0 : Math.max(0, this.#highest + 1 - this.count),
      jitterMs: Math.round(this.#jitter * 10) / 10,
      otherSource: this.#otherSource,
      unreadable: this.#unreadable,
    };
  }
}
