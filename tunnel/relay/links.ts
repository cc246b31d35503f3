import { DemarcError } from '#contract/errors/demarc-error.ts';
import { RelayCarrier } from '../carrier/relay-carrier.ts';
import type { Timing } from '../carrier/settings.ts';
import type { TunnelStream } from '../carrier/tunnel-stream.ts';
import type { CarrierSocket } from '../carrier/watched-session.ts';
import { END_SERVICE } from '../carrier/wire.ts';

export interface LinksOptions {
  /** Told when a gateway has a tunnel, and when it has none any more, with the reason. */
  onLink?: (gateway: string, lost?: DemarcError) => void;
  maxLinks?: number;
  timing?: Timing;
  /** How long a request waits for a gateway that is just dialling, in milliseconds. */
  waitMs?: number;
}

const MAX_LINKS = 5000;
const WAIT_MS = 10_000;

/** The tunnels of the gateways, one each: a newer one takes the place of the one before, which may be half open. */
export class Links {
  readonly #options: LinksOptions;
  readonly #links = new Map<string, RelayCarrier>();
  readonly #waiting = new Map<string, Set<() => void>>();
  #stopped = false;

  constructor(options: LinksOptions = {}) {
    this.#options = options;
  }

  /** Takes a connection of a gateway, whose certificate was judged before. @throws DemarcError `tunnel.busy` */
  attach(gateway: string, socket: CarrierSocket): void {
    if (this.#stopped) {
      socket.stream.destroy();
      return;
    }
    const before = this.#links.get(gateway);
    if (before === undefined && this.#links.size >= (this.#options.maxLinks ?? MAX_LINKS)) {
      throw new DemarcError('tunnel.busy', 'too many gateways');
    }
    const carrier = new RelayCarrier(socket, this.#options.timing);
    this.#links.set(gateway, carrier);
    before?.destroy(new DemarcError('tunnel.lost', 'the gateway has dialled again'));
    void carrier.ended.then((reason) => {
      if (this.#links.get(gateway) !== carrier) return;
      this.#links.delete(gateway);
      this.#options.onLink?.(gateway, reason);
    });
    this.#options.onLink?.(gateway);
    for (const wake of this.#waiting.get(gateway) ?? []) wake();
    this.#waiting.delete(gateway);
  }

  has(gateway: string): boolean {
    return this.#links.has(gateway);
  }

  get size(): number {
    return this.#links.size;
  }

  /**
   * Opens a connection to a service of a gateway, waiting a moment for a gateway that is dialling.
   * @throws DemarcError `tunnel.not-connected` and those of `RelayCarrier.open`
   */
  async open(gateway: string, request: { service: string; session: string }): Promise<TunnelStream> {
    if (!this.#links.has(gateway)) await this.#appears(gateway);
    const carrier = this.#links.get(gateway);
    if (carrier === undefined) throw new DemarcError('tunnel.not-connected');
    return carrier.open(request);
  }

  /** Tells a gateway that a session is over; one that is not there ends it by its own clock. */
  endSession(gateway: string, session: string): void {
    const told = this.#links.get(gateway)?.open({ service: END_SERVICE, session });
    // The answer is always a refusal, and a gateway that is gone has its own clock.
    told?.catch(() => undefined);
  }

  /** Ends the tunnel of a gateway that was released or whose certificate was revoked. */
  drop(gateway: string): void {
    this.#links.get(gateway)?.destroy(new DemarcError('tunnel.lost', 'released'));
  }

  stop(): void {
    this.#stopped = true;
    for (const carrier of this.#links.values()) carrier.destroy(new DemarcError('tunnel.lost', 'the relay stops'));
  }

  #appears(gateway: string): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(gateway) ?? new Set();
      this.#waiting.set(gateway, waiting);
      const done = () => {
        clearTimeout(timer);
        waiting.delete(done);
        if (waiting.size === 0 && this.#waiting.get(gateway) === waiting) this.#waiting.delete(gateway);
        resolve();
      };
      const timer = setTimeout(done, this.#options.waitMs ?? WAIT_MS).unref();
      waiting.add(done);
    });
  }
}
