import type { Socket } from 'node:net';
import type { Clock } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { Timing } from '../carrier/settings.ts';
import type { CarrierSocket } from '../carrier/watched-session.ts';
import { Front } from './front.ts';
import type { LaunchLimits, LaunchRecord, LaunchView } from './launch.ts';
import { Launches } from './launches.ts';
import { Links } from './links.ts';

export interface RelayOptions {
  /** The sessions' host names are below it. */
  domain: string;
  clock: Clock;
  log: Log;
  /** Whether this person may still launch this system; asked at every request. */
  allowed: (launch: LaunchView) => Promise<boolean>;
  /** Takes what is to be recorded. Must not throw. */
  record: (record: LaunchRecord) => void;
  limits?: Partial<LaunchLimits>;
  timing?: Timing;
  answerMs?: number;
  /** How long a request waits for a gateway that is just dialling, in milliseconds. */
  waitMs?: number;
}

/** The relay's end of everything: the tunnels of the gateways on one side, the browsers of the sessions on the other. */
export class Relay {
  readonly launches: Launches;
  readonly links: Links;
  readonly #front: Front;
  readonly #log: Log;

  constructor(options: RelayOptions) {
    this.#log = options.log.child({ part: 'relay' });
    this.launches = new Launches(options);
    this.links = new Links({
      onLink: (gateway, lost) =>
        this.#log.info(
          { gateway, ...(lost ? { reason: lost.message } : {}) },
          lost ? 'a tunnel ended' : 'a tunnel stands',
        ),
      ...(options.timing ? { timing: options.timing } : {}),
      ...(options.waitMs === undefined ? {} : { waitMs: options.waitMs }),
    });
    this.#front = new Front({ ...options, launches: this.launches, links: this.links, log: this.#log });
  }

  /** Whether a host name may be a session's. */
  owns(host: string): boolean {
    return this.#front.owns(host);
  }

  /** A browser's connection to a name that `owns` said yes to. */
  browser(socket: Socket): void {
    this.#front.connection(socket);
  }

  /** A gateway's connection, its certificate judged. @throws DemarcError `tunnel.busy` */
  gateway(gateway: string, socket: CarrierSocket): void {
    this.links.attach(gateway, socket);
  }

  async stop(): Promise<void> {
    this.launches.stop();
    await this.#front.stop();
    this.links.stop();
  }
}
