import type { Socket } from 'node:net';
import { type Clock, instant, type Random } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { GatewayCarrier, type WantedStream } from '../carrier/gateway-carrier.ts';
import { TIMING, type Timing } from '../carrier/settings.ts';
import type { TunnelStream } from '../carrier/tunnel-stream.ts';
import type { CarrierSocket } from '../carrier/watched-session.ts';
import { END_SERVICE } from '../carrier/wire.ts';
import type { EndReason, GatewaySession, Grant } from './grants.ts';
import type { OffSwitch } from './off-switch.ts';
import { Redial } from './redial.ts';
import type { Service } from './services.ts';
import { connectUpstream, type UpstreamPorts } from './upstream.ts';

export interface GatewayEndOptions {
  /** Reaches the relay, through the site's proxy where there is one. @throws DemarcError */
  dial: (signal: AbortSignal) => Promise<CarrierSocket>;
  offSwitch: OffSwitch;
  upstream: UpstreamPorts;
  clock: Clock;
  random: Random;
  log: Log;
  /** A session began or ended at this gateway: for the customer's own record. */
  onSession: (session: GatewaySession, ended?: EndReason) => void;
  timing?: Timing;
}

interface Live {
  grant: Grant;
  since: string;
  connections: number;
  bytesUp: number;
  bytesDown: number;
  streams: Set<() => void>;
  timer: NodeJS.Timeout;
}

/** Connections of one session to its system at a time: browsers use six and some for consoles. */
const STREAMS_PER_SESSION = 32;
const MAX_GRANTS = 64;
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The gateway's end: connects to the relay while a session is granted, and joins each stream with a connection to the
 * one system that its session is for. What may be reached, it takes from its own table alone.
 */
export class GatewayEnd {
  readonly #options: GatewayEndOptions;
  readonly #redial: Redial;
  readonly #live = new Map<string, Live>();
  #services = new Map<string, Service>();

  constructor(options: GatewayEndOptions) {
    this.#options = options;
    this.#redial = new Redial({
      connect: (signals) => this.#connect(signals),
      wanted: () => this.#live.size > 0,
      random: options.random,
      clock: options.clock,
      log: options.log,
    });
  }

  /** The systems whose tunnels are started. What is in the table no more, or looks different, is cut. */
  configure(services: readonly Service[]): void {
    const before = this.#services;
    this.#services = new Map(services.map((service) => [service.id, service]));
    for (const { grant } of this.#live.values()) {
      const now = this.#services.get(grant.service);
      if (now === undefined) this.end(grant.session, 'stopped');
      else if (JSON.stringify(now) !== JSON.stringify(before.get(grant.service))) this.end(grant.session, 'removed');
    }
  }

  /**
   * Lets a session in; a repeat changes nothing.
   * @throws DemarcError `tunnel.off`, `tunnel.stopped`, `tunnel.busy`, `tunnel.not-granted` when its time is over
   */
  async grant(grant: Grant): Promise<Service> {
    const { clock, offSwitch } = this.#options;
    if (await offSwitch.isOff()) throw new DemarcError('tunnel.off');
    const service = this.#services.get(grant.service);
    if (service === undefined) throw new DemarcError('tunnel.stopped', grant.service);
    if (this.#live.has(grant.session)) return service;
    if (this.#live.size >= MAX_GRANTS) throw new DemarcError('tunnel.busy', `${MAX_GRANTS} sessions`);
    const left = Date.parse(grant.until) - clock.now();
    if (left <= 0) throw new DemarcError('tunnel.not-granted', 'its time is over');
    const live: Live = {
      grant,
      since: instant(clock),
      connections: 0,
      bytesUp: 0,
      bytesDown: 0,
      streams: new Set(),
      timer: setTimeout(() => this.end(grant.session, 'expired'), Math.min(left, MAX_TIMER_MS)).unref(),
    };
    this.#live.set(grant.session, live);
    this.#options.onSession(seen(live));
    offSwitch.watch();
    this.#redial.start();
    return service;
  }

  /** Resolves when the relay is connected. @throws the last error when that fails, the signal's reason */
  connected(signal: AbortSignal): Promise<void> {
    return this.#redial.connected(signal);
  }

  /** Ends a session and cuts what is open in it. */
  end(session: string, reason: EndReason): void {
    const live = this.#live.get(session);
    if (live === undefined) return;
    this.#live.delete(session);
    clearTimeout(live.timer);
    const last = seen(live);
    for (const cut of live.streams) cut();
    this.#options.onSession({ ...last, open: 0 }, reason);
    if (this.#live.size === 0) this.#options.offSwitch.stop();
  }

  /** Ends everything at once. The tunnel itself stays a moment, so that the relay can be told why. */
  cutAll(reason: EndReason): void {
    for (const session of this.#live.keys()) this.end(session, reason);
  }

  sessions(): GatewaySession[] {
    return [...this.#live.values()].map(seen);
  }

  status() {
    return this.#redial.status();
  }

  async stop(): Promise<void> {
    this.cutAll('ended');
    await this.#redial.stop();
  }

  async #connect(signals: { dial: AbortSignal; leave: AbortSignal }): Promise<{ ended: Promise<DemarcError> }> {
    const socket = await this.#options.dial(signals.dial);
    if (signals.leave.aborted) {
      socket.stream.destroy();
      throw new DemarcError('tunnel.lost', 'not needed any more');
    }
    const timing = this.#options.timing ?? TIMING;
    const carrier = new GatewayCarrier(socket, (wanted) => void this.#serve(wanted), timing);
    const leave = () => carrier.destroy(new DemarcError('tunnel.lost', 'not needed any more'));
    signals.leave.addEventListener('abort', leave, { once: true });
    return { ended: carrier.ended };
  }

  async #serve(wanted: WantedStream): Promise<void> {
    const { upstream, offSwitch, log } = this.#options;
    let connection: Socket | undefined;
    if (wanted.service === END_SERVICE) {
      this.end(wanted.session, 'ended');
      wanted.refuse(new DemarcError('launch.ended'));
      return;
    }
    try {
      if (await offSwitch.isOff()) throw new DemarcError('tunnel.off');
      const { live, service } = this.#admit(wanted);
      const cut = new AbortController();
      const forget = () => live.streams.delete(end);
      const end = () => cut.abort(new DemarcError('tunnel.not-granted', 'the session has ended'));
      live.streams.add(end);
      try {
        connection = await connectUpstream(service, upstream, AbortSignal.any([wanted.signal, cut.signal]));
      } catch (error) {
        forget();
        throw error;
      }
      const stream = wanted.accept();
      if (stream === undefined) {
        forget();
        connection.destroy();
        return;
      }
      await this.#join(stream, connection, live, cut.signal).finally(forget);
    } catch (thrown) {
      connection?.destroy();
      const error = toDemarcError(thrown);
      log.info({ code: error.code, detail: error.detail, session: wanted.session }, 'a connection was not made');
      wanted.refuse(error);
    }
  }

  /** @throws DemarcError `tunnel.not-granted`, `tunnel.stopped`, `tunnel.busy` */
  #admit({ session, service: id }: WantedStream): { live: Live; service: Service } {
    const live = this.#live.get(session);
    // The session was granted for one service: another one is not its business.
    if (live === undefined || live.grant.service !== id) throw new DemarcError('tunnel.not-granted');
    const service = this.#services.get(id);
    if (service === undefined) throw new DemarcError('tunnel.stopped', id);
    if (live.streams.size >= STREAMS_PER_SESSION) throw new DemarcError('tunnel.busy');
    return { live, service };
  }

  async #join(stream: TunnelStream, connection: Socket, live: Live, cut: AbortSignal): Promise<void> {
    live.connections += 1;
    const cutNow = () => {
      stream.breakOff();
      connection.destroy();
    };
    if (cut.aborted) cutNow();
    cut.addEventListener('abort', cutNow, { once: true });
    await stream.join(connection, {
      fromTunnel: (bytes) => {
        live.bytesUp += bytes;
      },
      toTunnel: (bytes) => {
        live.bytesDown += bytes;
      },
    });
  }
}

const seen = ({ grant, since, connections, bytesUp, bytesDown, streams }: Live): GatewaySession => ({
  ...grant,
  since,
  connections,
  open: streams.size,
  bytesUp,
  bytesDown,
});
