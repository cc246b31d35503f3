import { join } from 'node:path';
import type { Clock } from '#config/clock.ts';
import { DocumentFile } from '#config/document.ts';
import type { Log } from '#config/log.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import type { GatewayEvent } from '#contract/events.ts';
import type { TunnelRow, TunnelsSection } from '#contract/tunnels.ts';
import type { GatewaySession } from '#tunnel/gateway/grants.ts';
import { OffSwitch } from '#tunnel/gateway/off-switch.ts';
import { Pins } from '#tunnel/gateway/pins.ts';
import { authorityOf, type Service } from '#tunnel/gateway/services.ts';
import type { CommandHandlers } from '../commands/command-runner.ts';
import type { ClientCertificate, CloudTarget } from '../link/cloud-way.ts';
import { TunnelProcess } from './child-process.ts';
import {
  entriesOf,
  hostOf,
  START_PATHS,
  TUNNEL_NAMES,
  TunnelDocument,
  type TunnelEntry,
  type TunnelPbx,
} from './entries.ts';
import { ChildStatus, type CloudAccess, FILES, type SessionNews } from './protocol.ts';

interface TunnelsOptions {
  folder: string;
  pbxs: () => readonly TunnelPbx[];
  target: () => CloudTarget | undefined;
  identity: () => ClientCertificate | undefined;
  onEvent: (event: GatewayEvent) => void;
  /** The table looks different now. */
  onChange: () => void;
  clock: Clock;
  log: Log;
}

/** What a person at the site may change of a tunnel. */
export type TunnelChange = Partial<Pick<TunnelEntry, 'host' | 'port' | 'scheme' | 'oldTls' | 'cloudMayStart'>>;

/**
 * The tunnels of this gateway (TUN-1 to TUN-10): which systems the cloud's people may be let in to, whether the customer
 * has started them, and the switch that wins over everything. What runs is in the tunnel process.
 */
export class Tunnels {
  readonly #options: TunnelsOptions;
  readonly #file: DocumentFile<typeof TunnelDocument>;
  readonly #off: OffSwitch;
  readonly #process: TunnelProcess;
  #set: TunnelEntry[];
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: TunnelsOptions, file: DocumentFile<typeof TunnelDocument>, set: TunnelEntry[]) {
    this.#options = options;
    this.#file = file;
    this.#set = set;
    this.#off = new OffSwitch(join(options.folder, FILES.off), () => undefined);
    this.#process = new TunnelProcess({
      folder: options.folder,
      log: options.log,
      onSession: (news) => this.#tell(news),
      onCertificateChanged: (service) => this.#alarm(service),
      onCertificateTrusted: () => options.onChange(),
    });
  }

  /** Loads the table, and joins a tunnel process that is still at work. @throws DemarcError `config.invalid`, `config.unreadable` */
  static async open(options: TunnelsOptions): Promise<Tunnels> {
    const file = new DocumentFile(join(options.folder, FILES.table), TunnelDocument);
    const { value } = await file.load();
    const tunnels = new Tunnels(options, file, value?.tunnels ?? []);
    if (await tunnels.#process.join()) await tunnels.#configure();
    return tunnels;
  }

  entries(): TunnelEntry[] {
    return entriesOf(this.#options.pbxs(), this.#set);
  }

  /** The table as people see it, here and in the cloud. */
  async document(): Promise<TunnelsSection> {
    const pins = (await Pins.load(join(this.#options.folder, FILES.pins), this.#options.clock)).all();
    const pbxs = this.#options.pbxs();
    const rows = this.entries().map((entry): TunnelRow => {
      const pbx = pbxs.find(({ id }) => id === entry.pbx);
      const host = hostOf(entry, pbx);
      const pin = pins[entry.id];
      return {
        id: entry.id,
        pbx: entry.pbx,
        component: pbx?.name ?? '',
        tunnel: TUNNEL_NAMES[entry.kind],
        kind: entry.kind,
        scheme: entry.scheme,
        authority: host === undefined ? '' : authorityOf({ ...entry, host }),
        status: entry.started ? 'started' : 'stopped',
        cloudMayStart: entry.cloudMayStart,
        description: 'Remote access from the console',
        ...(pin ? { certificate: pin.trusted.certificate } : {}),
        ...(pin?.other ? { otherCertificate: pin.other.certificate } : {}),
      };
    });
    return { off: await this.#off.isOff(), tunnels: rows };
  }

  /** @throws DemarcError `tunnel.unknown-service` also while no address is known */
  start(id: string): Promise<void> {
    return this.#change(id, (entry) => {
      this.#host(entry);
      return { ...entry, started: true };
    });
  }

  stop(id: string): Promise<void> {
    return this.#change(id, (entry) => ({ ...entry, started: false }));
  }

  /** Those that can be started, or all are stopped. */
  async setAll(started: boolean): Promise<void> {
    for (const entry of this.entries()) {
      const pbx = this.#options.pbxs().find(({ id }) => id === entry.pbx);
      if (entry.started !== started && (!started || hostOf(entry, pbx) !== undefined)) {
        await (started ? this.start(entry.id) : this.stop(entry.id));
      }
    }
  }

  /** @throws DemarcError `tunnel.unknown-service`, `config.invalid` */
  change(id: string, change: TunnelChange): Promise<void> {
    return this.#change(id, (entry) => ({ ...entry, ...change }));
  }

  /** The customer's switch: off cuts what runs, at once, whatever else is down. */
  async switch(off: boolean, who: string): Promise<void> {
    if (off) {
      await this.#off.turnOff(this.#options.clock, who);
      if (this.#process.isThere) await this.#process.order({ do: 'cut' });
    } else await this.#off.turnOn();
    this.#options.onChange();
  }

  /** A person at the site accepts the certificate that a system shows now. @throws DemarcError `api.conflict` when it is another one */
  async acceptCertificate(id: string, certificate: string): Promise<void> {
    const done = await this.#process.order({ do: 'accept', service: id, certificate });
    if (done !== true) throw new DemarcError('api.conflict', 'the system does not show this certificate');
    this.#options.onChange();
  }

  /** Who is in now. */
  async sessions(): Promise<GatewaySession[]> {
    if (!this.#process.isThere) return [];
    return ChildStatus.parse(await this.#process.order({ do: 'status' })).sessions;
  }

  async endSession(session: string): Promise<void> {
    if (this.#process.isThere) await this.#process.order({ do: 'end', session, reason: 'ended' });
  }

  /** The commands of the cloud. */
  handlers(): CommandHandlers {
    return {
      'tunnel.start': async ({ tunnel }) => {
        this.#cloudMay(tunnel);
        await this.start(tunnel);
        return { status: 'started' as const };
      },
      'tunnel.stop': async ({ tunnel }) => {
        this.#cloudMay(tunnel);
        await this.stop(tunnel);
        return { status: 'stopped' as const };
      },
      'tunnel.open': async ({ tunnel, session, who, reason, until }) => {
        const entry = this.#entry(tunnel);
        if (await this.#off.isOff()) throw new DemarcError('tunnel.off');
        if (!entry.started) throw new DemarcError('tunnel.stopped', tunnel);
        await this.#configure();
        await this.#process.order({ do: 'grant', grant: { session, service: tunnel, who, reason, until } });
        const path = START_PATHS[entry.kind];
        const authority = authorityOf({ ...entry, host: this.#host(entry) });
        return { scheme: entry.scheme, authority, ...(path === undefined ? {} : { path }) };
      },
    };
  }

  /** Told of changes of the PBXs and of the cloud. */
  refresh(): void {
    this.#options.onChange();
    if (this.#process.isThere) {
      this.#configure().catch((error: unknown) =>
        this.#options.log.warn({ code: toDemarcError(error).code, err: error }, 'the tunnel process knows no change'),
      );
    }
  }

  /** Leaves what runs alone. */
  close(): void {
    this.#process.stop();
  }

  #entry(id: string): TunnelEntry {
    const entry = this.entries().find((one) => one.id === id);
    if (entry === undefined) throw new DemarcError('tunnel.unknown-service', id);
    return entry;
  }

  #host(entry: TunnelEntry): string {
    const host = hostOf(
      entry,
      this.#options.pbxs().find(({ id }) => id === entry.pbx),
    );
    if (host === undefined)
      throw new DemarcError('tunnel.unknown-service', 'no address is known; enter it at the gateway');
    return host;
  }

  #cloudMay(id: string): void {
    if (!this.#entry(id).cloudMayStart) throw new DemarcError('tunnel.local-only');
  }

  #change(id: string, change: (entry: TunnelEntry) => TunnelEntry): Promise<void> {
    const done = this.#turn.then(async () => {
      const next = change(this.#entry(id));
      const tunnels = [...this.entries().filter((entry) => entry.id !== id), next];
      this.#set = (await this.#file.save({ version: 1, tunnels })).tunnels;
      if (this.#process.isThere) await this.#configure();
      this.#options.onChange();
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #configure(): Promise<void> {
    const pbxs = this.#options.pbxs();
    const services = this.entries().flatMap((entry): Service[] => {
      const host = hostOf(
        entry,
        pbxs.find(({ id }) => id === entry.pbx),
      );
      const { id, port, scheme, oldTls, started } = entry;
      return started && host !== undefined ? [{ id, host, port, scheme, oldTls }] : [];
    });
    const cloud = this.#access();
    await this.#process.order({ do: 'configure', services, ...(cloud ? { cloud } : {}) });
  }

  #access(): CloudAccess | undefined {
    const target = this.#options.target();
    const identity = this.#options.identity();
    if (target === undefined || identity === undefined) return undefined;
    return { target, certificate: identity.certificate, key: identity.key };
  }

  #tell({ session, ended }: SessionNews): void {
    const { who, reason, service, bytesUp, bytesDown, connections } = session;
    const row = this.entries().find(({ id }) => id === service);
    const component = this.#options.pbxs().find(({ id }) => id === row?.pbx)?.name ?? service;
    this.#options.onEvent({
      name: ended === undefined ? 'launch.admitted' : 'launch.left',
      severity: 'info',
      message:
        ended === undefined
          ? `${who} was let in to ${component}`
          : `The session of ${who} with ${component} ended at the site (${ended})`,
      asset: { type: 'Tunnel', id: service, name: component },
      details: { session: session.session, who, reason, bytesUp, bytesDown, connections, ...(ended ? { ended } : {}) },
    });
  }

  #alarm(service: string): void {
    this.#options.log.warn({ code: 'tunnel.upstream-certificate', service }, 'a system shows another certificate');
    this.#options.onEvent({
      name: 'tunnel.certificate-changed',
      severity: 'error',
      message:
        'A system shows another certificate than before; nobody is let in to it until it is accepted at the site',
      asset: { type: 'Tunnel', id: service },
      details: {},
    });
    this.#options.onChange();
  }
}
