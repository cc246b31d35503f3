import { join } from 'node:path';
import { z } from 'zod';
import { removeFile } from '#config/atomic-file.ts';
import { type Clock, instant } from '#config/clock.ts';
import { DocumentFile } from '#config/document.ts';
import type { Log } from '#config/log.ts';
import { DemarcError, type ErrorText, toDemarcError } from '#contract/errors/demarc-error.ts';
import type { GatewayEvent } from '#contract/events.ts';
import { Instant } from '#contract/ids.ts';
import { NetworkSettings, PortName } from '#contract/wizard/network.ts';
import type { NetworkDriver, NetworkPort } from './driver.ts';
import { checkSettings, splitAddress } from './settings.ts';

/** A change that is in force on trial: on disk before the first act, so that every start can take it back. */
const Pending = z.object({
  port: PortName,
  settings: NetworkSettings,
  before: z.string().nullable(),
  phase: z.enum(['applying', 'applied']),
  since: Instant,
  /** When it is taken back, by the clock of this host. */
  until: Instant,
  /** The kernel's boot in which it was begun; null where the host tells none. */
  bootId: z.string().nullable(),
});
type Pending = z.infer<typeof Pending>;

/** What is shown. `last` is what came of the latest change. */
export interface NetworkState {
  /** Why nothing can be set here; null when it can. */
  unsupported: string | null;
  ports: NetworkPort[];
  pending: Pick<Pending, 'port' | 'settings' | 'phase' | 'since' | 'until'> | null;
  last: { port: string; outcome: 'confirmed' | 'reverted' | 'failed'; at: string; error?: ErrorText } | null;
}

export interface SiteNetworkOptions {
  /** The state folder. */
  folder: string;
  driver: NetworkDriver;
  clock: Clock;
  log: Log;
  bootId: string | undefined;
  onEvent: (event: Pick<GatewayEvent, 'name' | 'severity' | 'message'>) => void;
  /** How long a change waits for its confirmation, in milliseconds; 120 s. */
  confirmMs?: number;
  /** How long the answer to a request has to leave on the old address; 300 ms. */
  leadMs?: number;
}

export const networkPendingPath = (folder: string): string => join(folder, 'network.json');

/**
 * The network of the site's port: a change is on trial until somebody confirms it through the new address, and is taken
 * back otherwise, whatever dies meanwhile. Nobody in the cloud can start one.
 */
export class SiteNetwork {
  readonly #options: SiteNetworkOptions;
  readonly #file: DocumentFile<typeof Pending>;
  #pending: Pending | undefined;
  #last: NetworkState['last'] = null;
  #timer: NodeJS.Timeout | undefined;
  /** Until the settings are put in force: the answer to the request has to leave first. */
  #lead: NodeJS.Timeout | undefined;
  /** The changes, one after the other. */
  #tail: Promise<void> = Promise.resolve();

  private constructor(options: SiteNetworkOptions) {
    this.#options = options;
    this.#file = new DocumentFile(networkPendingPath(options.folder), Pending);
  }

  /** Goes on with a trial that an earlier process left; over or in an earlier boot of the machine, it is taken back. */
  static async open(options: SiteNetworkOptions): Promise<SiteNetwork> {
    const network = new SiteNetwork(options);
    const pending = await network.#load();
    if (pending === undefined) return network;
    network.#pending = pending;
    const { clock, bootId } = options;
    const [since, until] = [Date.parse(pending.since), Date.parse(pending.until)];
    const left = until - clock.now();
    // A clock that was set meanwhile says nothing about how long it has been.
    const known = clock.now() >= since && left > 0;
    if (!known || pending.bootId !== (bootId ?? null)) await network.#revert('the gateway had started anew');
    else network.#arm(left);
    return network;
  }

  async state(): Promise<NetworkState> {
    const { driver } = this.#options;
    const [unsupported, ports] = await Promise.all([driver.unsupported(), driver.read()]);
    return {
      unsupported: unsupported ?? null,
      ports,
      pending: this.#pending ? shown(this.#pending) : null,
      last: this.#last,
    };
  }

  /**
   * Puts settings on trial: on disk when this resolves, in force shortly after, so that the answer can still leave.
   * @throws DemarcError `network.not-supported`, `network.unknown-port`, `network.invalid`, `network.pending`
   */
  async set(port: string, settings: NetworkSettings): Promise<void> {
    const { driver, clock, bootId, confirmMs = 120_000, leadMs = 300 } = this.#options;
    const unsupported = await driver.unsupported();
    if (unsupported !== undefined) throw new DemarcError('network.not-supported', unsupported);
    const ports = await driver.read();
    if (!ports.some(({ name }) => name === port)) throw new DemarcError('network.unknown-port', port);
    const others = ports.filter(({ name }) => name !== port).flatMap(({ addresses }) => addresses);
    checkSettings(
      settings,
      others.map((address) => address.split('/', 1)[0] ?? ''),
    );
    const before = await driver.before(port);
    if (this.#pending !== undefined) throw new DemarcError('network.pending', this.#pending.port);
    const now = clock.now();
    const pending: Pending = {
      port,
      settings,
      before,
      phase: 'applying',
      since: new Date(now).toISOString(),
      until: new Date(now + leadMs + confirmMs).toISOString(),
      bootId: bootId ?? null,
    };
    this.#pending = pending;
    try {
      await this.#file.save(pending);
    } catch (error) {
      this.#pending = undefined;
      throw error;
    }
    this.#arm(leadMs + confirmMs);
    this.#lead = setTimeout(() => this.#later(() => this.#apply(pending)), leadMs);
  }

  /**
   * Keeps the settings on trial. `reached` is the address of this host that the request came to: only the new one proves
   * that people get through.
   * @throws DemarcError `network.nothing-pending`, `network.wrong-way`
   */
  async confirm(reached: string): Promise<void> {
    const pending = this.#pending;
    if (pending?.phase !== 'applied') throw new DemarcError('network.nothing-pending');
    const { driver, clock, log, onEvent } = this.#options;
    const address = reached.replace(/^::ffff:/, '');
    const port = (await driver.read()).find(({ name }) => name === pending.port);
    const here = port?.addresses.map((one) => one.split('/', 1)[0]) ?? [];
    const wanted = pending.settings.method === 'static' ? [splitAddress(pending.settings.address).address] : here;
    if (!here.includes(address) || !wanted.includes(address)) throw new DemarcError('network.wrong-way', address);
    await this.#tail;
    if (this.#pending !== pending) throw new DemarcError('network.nothing-pending');
    await this.#forget();
    this.#last = { port: pending.port, outcome: 'confirmed', at: instant(clock) };
    log.info({ port: pending.port, address }, 'the network settings were confirmed through the new address');
    onEvent({
      name: 'network.changed',
      severity: 'info',
      message: `The network settings of ${pending.port} were changed on site`,
    });
  }

  /** Ends the waiting; a trial stays on disk, and the next start goes on with it. */
  async stop(): Promise<void> {
    clearTimeout(this.#lead);
    clearTimeout(this.#timer);
    await this.#tail;
  }

  async #load(): Promise<Pending | undefined> {
    try {
      return (await this.#file.load()).value;
    } catch (error) {
      const { code } = toDemarcError(error);
      if (code !== 'config.invalid') throw error;
      this.#options.log.error({ code, err: error }, 'what was on trial cannot be read; the network stays as it is');
      await this.#forget();
      return undefined;
    }
  }

  #arm(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#later(() => this.#revert('nobody confirmed them in time')), ms);
  }

  /** After the changes before it; what fails is told in the log. */
  #later(work: () => Promise<void>): void {
    this.#tail = this.#tail.then(work).catch((error: unknown) => {
      const { code } = toDemarcError(error);
      this.#options.log.error({ code, err: error }, 'a change of the network settings failed');
    });
  }

  async #apply(pending: Pending): Promise<void> {
    if (this.#pending !== pending) return;
    const { driver, log } = this.#options;
    try {
      await driver.apply(pending.port, pending.settings);
      this.#pending = { ...pending, phase: 'applied' };
      await this.#file.save(this.#pending);
      log.info({ port: pending.port, until: pending.until }, 'new network settings are in force on trial');
    } catch (error) {
      await this.#revert('they could not be put in force', toDemarcError(error));
    }
  }

  async #revert(why: string, error?: DemarcError): Promise<void> {
    const pending = this.#pending;
    if (pending === undefined) return;
    const { driver, clock, log, onEvent } = this.#options;
    clearTimeout(this.#timer);
    try {
      await driver.revert(pending.port, pending.before);
    } catch (thrown) {
      // The file is back; the service takes it at its next start. What is on disk stays, so that the next start tries again.
      log.error(
        { code: 'network.failed', err: thrown, port: pending.port },
        'the earlier settings are not in force yet',
      );
      this.#timer = setTimeout(() => this.#later(() => this.#revert(why, error)), 10_000);
      return;
    }
    await this.#forget();
    const outcome = error === undefined ? 'reverted' : 'failed';
    this.#last = { port: pending.port, outcome, at: instant(clock), ...(error ? { error: error.toText() } : {}) };
    log.warn(
      { code: error?.code ?? 'network.reverted', port: pending.port, detail: error?.detail },
      `the earlier network settings are in force again: ${why}`,
    );
    onEvent({
      name: 'network.reverted',
      severity: 'warning',
      message: `The changed network settings of ${pending.port} were taken back: ${why}`,
    });
  }

  async #forget(): Promise<void> {
    clearTimeout(this.#timer);
    await removeFile(`${this.#file.path}.good`);
    await removeFile(this.#file.path);
    this.#pending = undefined;
  }
}

const shown = ({ port, settings, phase, since, until }: Pending) => ({ port, settings, phase, since, until });
