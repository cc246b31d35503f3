import type { PeerCertificate } from 'node:tls';
import { type Clock, type Random } from '#config/clock.ts';
import type { TrunkTransport } from '#contract/trunks.ts';
import type { Credentials } from '../client/digest.ts';
import { type Answered, exchange } from '../client/exchange.ts';
import { SipFlow } from '../client/flow.ts';
import { optionsRequest, registerRequest } from '../client/requests.ts';
import type { Timers } from '../client/timers.ts';
import { openConnection, SipConnectError, type SipTarget, type TlsTrust } from '../client/transport.ts';
import type { Dns } from '../resolve/dns.ts';
import { type FailedTarget, withFailover } from '../resolve/failover.ts';
import { resolveTargets } from '../resolve/resolve.ts';
import { answerFault } from './sip-faults.ts';
import { failed, type Outcome, type WireRecorder } from './step.ts';
import { connectionFault, type Fault, issuerOf, namesOf } from './tls-faults.ts';

/** One end of a trunk and all that is needed to ask it. */
export interface EndSettings {
  host: string;
  port: number;
  transport: TrunkTransport;
  user: string | undefined;
  credentials: Credentials | undefined;
  trust: TlsTrust;
  /**
   * Whether a certificate that this gateway does not trust ends the proof: of the far end it does; the PBX is trusted by
   * the far end and not by the gateway.
   */
  mustBeTrusted: boolean;
}

/** What the proof of any end is made with. */
export interface ProofParts {
  dns: (signal: AbortSignal) => Dns;
  random: Random;
  newToken: () => string;
  timers: Timers;
  clock: Clock;
}

const LIMITS_MS = { dns: 8000, connect: 5000, handshake: 8000, options: 8000, register: 12_000 } as const;
/** A peer that wants a certificate says so only after the handshake (TLS 1.3). */
const SETTLE_MS = 250;
const EXPIRY_DAYS = 30;
const DAY_MS = 86_400_000;
const UNTRUSTED: readonly Fault['code'][] = [
  'trunk.ca-unknown',
  'trunk.certificate-self-signed',
  'trunk.intermediate-missing',
];

const text = ({ transport, address, port }: SipTarget): string =>
  `${transport.toUpperCase()} ${address.includes(':') ? `[${address}]` : address}:${port}`;

/** The steps that one end of a trunk is proven by; each leaves behind what the next one needs. */
export class EndProof implements Disposable {
  readonly #settings: EndSettings;
  readonly #parts: ProofParts;
  readonly #recorder: WireRecorder;
  readonly #signal: AbortSignal;
  #targets: SipTarget[] = [];
  #trust: TlsTrust | undefined;
  #flow: SipFlow | undefined;

  constructor(settings: EndSettings, parts: ProofParts, recorder: WireRecorder, signal: AbortSignal) {
    this.#settings = settings;
    this.#parts = parts;
    this.#recorder = recorder;
    this.#signal = signal;
    this.#trust = settings.trust;
  }

  get settings(): EndSettings {
    return this.#settings;
  }

  /** The way that the last step has proven. */
  get flow(): SipFlow | undefined {
    return this.#flow;
  }

  /** The addresses of the host: at its port, or where SRV says when the name itself has none. */
  async dns(): Promise<Outcome> {
    const { host, port, transport } = this.#settings;
    const signal = this.#within(LIMITS_MS.dns);
    const dns = this.#parts.dns(signal);
    const { random } = this.#parts;
    try {
      const direct = await resolveTargets({ host, port, transport, dns, random });
      const bySrv = direct.targets.length === 0;
      const found = bySrv ? await resolveTargets({ host, transport, dns, random }) : direct;
      this.#targets = found.targets;
      if (found.isRefused) return failed({ code: 'trunk.no-service', detail: host }, found.records);
      if (found.targets.length === 0) return failed({ code: 'trunk.name-unknown', detail: host }, found.records);
      const ways = found.targets.map(text).join(', ');
      const detail = bySrv ? `${ways}; the ports are those of the SRV records, not ${port}` : ways;
      return { status: 'ok', detail, evidence: found.records };
    } catch (error) {
      if (this.#signal.aborted) throw error;
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer in time';
      return failed({ code: 'trunk.dns-failed', detail: `${host}, ${code}` });
    }
  }

  /** Whether each address accepts; those that do are tried first from here on. */
  async tcp(): Promise<Outcome> {
    const good: SipTarget[] = [];
    const bad: { target: SipTarget; fault: Fault }[] = [];
    for (const target of this.#targets.slice(0, 4)) {
      try {
        const began = performance.now();
        const connection = await openConnection(
          { ...target, transport: 'tcp' },
          { onMessage: () => undefined, onFailure: () => undefined },
          this.#within(LIMITS_MS.connect),
        );
        connection.close();
        good.push(target);
        this.#note(`${text(target)} accepts after ${Math.round(performance.now() - began)} ms`);
      } catch (error) {
        const fault = this.#fault(error, {});
        bad.push({ target, fault });
        this.#note(`${text(target)}: ${fault.detail}`);
      }
    }
    this.#targets = [...good, ...this.#targets.filter((target) => !good.includes(target))];
    const evidence = this.#takeNotes();
    const [first] = bad;
    if (good.length === 0) return first ? failed(first.fault, evidence) : { status: 'skipped', evidence };
    if (first)
      return { status: 'warning', fault: first.fault, detail: `${good.length} other addresses accept`, evidence };
    return { status: 'ok', detail: good.map(text).join(', '), evidence };
  }

  /** The handshake with a judged certificate, and a moment for the peer to say that it wants one of ours. */
  async tls(): Promise<Outcome> {
    const { served, failed: bad } = await withFailover(this.#targets, this.#signal, async (target) => {
      const flow = await this.#opened(target);
      const ended = await flow.endedWithin(SETTLE_MS);
      if (!ended) return { flow, answered: undefined };
      flow.close();
      throw ended;
    });
    const [first] = bad;
    if (!served) {
      const fault = this.#faultOf(first, { afterHandshake: true });
      if (this.#settings.mustBeTrusted || !UNTRUSTED.includes(fault.code) || this.#trust === undefined)
        return failed(fault);
      this.#trust = undefined;
      const seen = await this.tls();
      const detail = 'The far end has to trust it; whether it does is not seen from here';
      return seen.status === 'error' ? seen : { ...seen, status: 'warning', fault, detail };
    }
    this.#keep(served.flow);
    return this.#certificateOutcome(served.flow, first);
  }

  /** Whether the peer answers SIP, and whether it accepts us. */
  async options(): Promise<Outcome> {
    const { credentials, host } = this.#settings;
    const { served, failed: bad } = await withFailover(this.#targets, this.#signal, async (target) => {
      const flow = await this.#flowTo(target);
      const signal = this.#within(LIMITS_MS.options);
      try {
        const answered = await exchange({ flow, request: optionsRequest(flow, { domain: host }), credentials, signal });
        if (answered.status !== 503) this.#keep(flow);
        return { flow, answered };
      } catch (error) {
        flow.close();
        throw error;
      }
    });
    if (!served) return failed(this.#faultOf(bad[0], { asked: true, afterHandshake: true }));
    const outcome = optionsOutcome(served.answered, credentials);
    const [first] = bad;
    if (!first || outcome.status === 'error') return outcome;
    const { detail = '' } = outcome;
    return {
      ...outcome,
      status: 'warning',
      fault: this.#faultOf(first, { asked: true }),
      detail: `the next address serves: ${detail}`,
    };
  }

  /** Whether user and password are accepted, and who is registered. Changes nothing at the peer. */
  async register(): Promise<Outcome> {
    const { credentials, user, host } = this.#settings;
    const flow = this.#flow;
    if (!flow) return { status: 'skipped', detail: 'There is no way to the peer' };
    const identity = { domain: host, ...(user === undefined ? {} : { user }) };
    try {
      const signal = this.#within(LIMITS_MS.register);
      const answered = await exchange({ flow, request: registerRequest(flow, identity), credentials, signal });
      if (answered.status >= 300) return failed(answerFault(answered, credentials));
      const { contacts, headers } = answered.response;
      const login = answered.login
        ? `log-in by ${answered.login.algorithm} in realm ${answered.login.realm}`
        : 'no log-in asked for';
      if (contacts.length === 0) {
        return { status: 'warning', fault: { code: 'trunk.not-registered', detail: login } };
      }
      const bindings = contacts.map(
        ({ uri, params }) => `${uri} for ${params['expires'] ?? headers['expires'] ?? '?'} s`,
      );
      return { status: 'ok', detail: `${login}; registered: ${bindings.slice(0, 4).join(', ')}` };
    } catch (error) {
      return failed(this.#fault(error, { asked: true }));
    }
  }

  /** The fault that a thrown failure stands for. @throws what is no failure of the connection, and a cancellation */
  fault(error: unknown): Fault {
    return this.#fault(error, { asked: true });
  }

  [Symbol.dispose](): void {
    this.#flow?.close();
  }

  readonly #notes: string[] = [];

  #note(line: string): void {
    this.#notes.push(line);
  }

  #takeNotes(): string[] {
    return this.#notes.splice(0);
  }

  #within(ms: number): AbortSignal {
    return AbortSignal.any([this.#signal, AbortSignal.timeout(ms)]);
  }

  #opened(target: SipTarget): Promise<SipFlow> {
    const { newToken, timers, clock } = this.#parts;
    const trust = this.#trust;
    return SipFlow.open(
      { target, ...(trust ? { trust } : {}), timers, clock, newToken, tap: this.#recorder },
      this.#within(target.transport === 'tls' ? LIMITS_MS.handshake : LIMITS_MS.connect),
    );
  }

  /** The flow that is open already, when it goes there. */
  async #flowTo(target: SipTarget): Promise<SipFlow> {
    const flow = this.#flow;
    if (flow && flow.target === target && !(await flow.endedWithin(0))) return flow;
    return this.#opened(target);
  }

  #keep(flow: SipFlow): void {
    if (this.#flow !== flow) this.#flow?.close();
    this.#flow = flow;
    this.#targets = [flow.target, ...this.#targets.filter((target) => target !== flow.target)];
  }

  #certificateOutcome(flow: SipFlow, bad: FailedTarget | undefined): Outcome {
    const { certificate, cipher } = flow;
    const detail = [cipher, certificate && certificateText(certificate)].filter(Boolean).join('; ');
    if (bad)
      return {
        status: 'warning',
        fault: this.#faultOf(bad, { afterHandshake: true }),
        detail: `another address serves: ${detail}`,
      };
    const left = certificate ? Date.parse(certificate.valid_to) - this.#parts.clock.now() : Number.NaN;
    if (left < EXPIRY_DAYS * DAY_MS) {
      const days = Math.max(0, Math.floor(left / DAY_MS));
      return {
        status: 'warning',
        fault: { code: 'trunk.certificate-expires-soon', detail: `in ${days} days` },
        detail,
      };
    }
    return { status: 'ok', detail };
  }

  #faultOf(bad: FailedTarget | undefined, when: { asked?: boolean; afterHandshake?: boolean }): Fault {
    if (!bad) return { code: 'trunk.unreachable', detail: this.#settings.host };
    const { target, why } = bad;
    if (!(why instanceof SipConnectError)) return answerFault(why, this.#settings.credentials);
    const isTls = target.transport === 'tls';
    const fault = this.#fault(why, { ...when, afterHandshake: isTls && when.afterHandshake === true });
    return { ...fault, detail: `${text(target)}: ${fault.detail}` };
  }

  #fault(error: unknown, when: { asked?: boolean; afterHandshake?: boolean }): Fault {
    if (!(error instanceof SipConnectError) || (error.failure === 'canceled' && this.#signal.aborted)) throw error;
    const { host, trust } = this.#settings;
    return connectionFault(error, { ...when, host, hasClientCertificate: trust.certificate !== undefined });
  }
}

const certificateText = (certificate: PeerCertificate): string =>
  `for ${namesOf(certificate)}, by ${issuerOf(certificate)}, until ${certificate.valid_to}`;

/** Answers that say that somebody is there and does not care for OPTIONS. */
function optionsOutcome(answered: Answered, credentials: Credentials | undefined): Outcome {
  const { status, reason, response, roundTripMs, login } = answered;
  const banner = response.headers['server'] ?? response.headers['user-agent'];
  const facts = [
    `${status} ${reason} after ${Math.round(roundTripMs)} ms`,
    ...(banner ? [`it calls itself ${banner.slice(0, 100)}`] : []),
    ...(login ? [`log-in by ${login.algorithm}`] : []),
    ...(response.headers['allow'] ? [`allows ${response.headers['allow'].slice(0, 120)}`] : []),
    ...(response.headers['supported'] ? [`supports ${response.headers['supported'].slice(0, 120)}`] : []),
  ].join('; ');
  if (status < 300) return { status: 'ok', detail: facts };
  const fault = answerFault(answered, credentials);
  if (fault.code === 'trunk.credentials-missing' || fault.code === 'trunk.redirected') {
    return { status: 'warning', fault };
  }
  const isAlive = [404, 405, 406, 415, 416, 480, 484, 486, 488, 501].includes(status);
  return isAlive ? { status: 'warning', fault: { code: 'trunk.options-unsupported', detail: facts } } : failed(fault);
}
