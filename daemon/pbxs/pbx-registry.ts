import type { Clock } from '#config/clock.ts';
import { instant } from '#config/clock.ts';
import type { ConfigFile, PbxConfig } from '#config/daemon-settings.ts';
import { describe } from '#config/document.ts';
import type { Log } from '#config/log.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import type { GatewayEvent } from '#contract/events.ts';
import type { Id } from '#contract/ids.ts';
import type { NewPbx, PbxChange } from '#contract/wizard/pbx.ts';
import type { PbxType } from '#contract/words.ts';
import type { Capabilities, PbxAdapter, ProbeReport } from '#pbx-adapters/adapter.ts';
import type { AdapterType } from '#pbx-adapters/registry.ts';
import { joined, parted, type Sealer } from './entry.ts';
import { differenceEvent, differences, withLearned } from './learned.ts';
import { type GuardStore, LoginGuards } from './login-guards.ts';
import type { RemovedPbxs } from './removed-pbxs.ts';

const MAX_PBXS = 50;

/** What changed: the sync engine, the schedule and the sections follow it. */
export type PbxEvent = { kind: 'added' | 'changed' | 'removed'; id: Id };

/** A PBX for showing; never a secret. */
export interface PbxView {
  id: Id;
  type: PbxType;
  name: string;
  syncMinutes: number;
  address: string;
  /** The settings without the secrets, and the names of the secrets that are set. */
  connection: Record<string, unknown>;
  secrets: string[];
  /** Settings that the gateway found out by itself and that nobody has confirmed. */
  learned: string[];
  capabilities: Capabilities;
  lastProbe: { at: string; report: ProbeReport } | null;
}

export interface PbxRegistryOptions {
  config: Pick<ConfigFile, 'current' | 'update'>;
  types: Readonly<Record<PbxType, AdapterType>>;
  sealer: Sealer;
  /** A key that never leaves the device; log-ins are recognised by a hash with it. */
  deviceKey: string | Buffer;
  store: GuardStore;
  /** Keeps what was removed for the cloud. */
  removed: Pick<RemovedPbxs, 'note'>;
  /** For small files of the adapters that may be lost. */
  tempFolder: string;
  /** Takes news for the cloud. */
  onEvent: (event: GatewayEvent) => void;
  newId: () => Id;
  clock: Clock;
  log: Log;
}

/** The PBXs of this gateway: what is configured, an adapter for each, and the last probe. */
export class PbxRegistry {
  readonly #options: PbxRegistryOptions;
  readonly #guards: LoginGuards;
  readonly #adapters = new Map<Id, Promise<PbxAdapter>>();
  readonly #probes = new Map<Id, { at: string; report: ProbeReport }>();
  /** What this link gives with its settings, which may be less than its family can. */
  readonly #given = new Map<Id, Capabilities>();
  /** What an adapter chose by itself for its last read. */
  readonly #chosen = new Map<Id, Record<string, unknown>>();
  /** The differing proposals that were told since the start. */
  readonly #told = new Set<string>();
  readonly #listeners = new Set<(event: PbxEvent) => void>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: PbxRegistryOptions) {
    this.#options = options;
    this.#guards = new LoginGuards(options.store, options.deviceKey);
  }

  list(): PbxView[] {
    return this.#options.config.current.pbxs.map((entry) => this.#view(entry));
  }

  /** Name and type; undefined when there is no such PBX. */
  identify(id: Id): { type: PbxType; name: string } | undefined {
    return this.#options.config.current.pbxs.find((entry) => entry.id === id);
  }

  /** @throws DemarcError `sync.unknown-pbx` */
  get(id: Id): PbxView {
    return this.#view(this.#entry(id));
  }

  /** The one adapter of this PBX, made when it is first needed. @throws DemarcError `sync.unknown-pbx`, `config.invalid`, `secret.unreadable` */
  adapterFor(id: Id): Promise<PbxAdapter> {
    const known = this.#adapters.get(id);
    if (known) return known;
    const made = this.#make(id, (settings) => {
      if (this.#adapters.get(id) === made) this.#chosen.set(id, settings);
    });
    this.#adapters.set(id, made);
    made.then(
      (adapter) => {
        if (this.#adapters.get(id) === made) this.#given.set(id, adapter.capabilities());
      },
      // A failure is not kept: the next try may find the secret or the folder again.
      () => this.#adapters.delete(id),
    );
    return made;
  }

  /** Tests the link and keeps the answer. @throws DemarcError `sync.unknown-pbx`; whatever else fails is in the report */
  async probe(id: Id, signal: AbortSignal): Promise<ProbeReport> {
    this.#entry(id);
    const report = await this.#probe(() => this.adapterFor(id), signal);
    this.#probes.set(id, { at: instant(this.#options.clock), report });
    this.#compare(id, report);
    return report;
  }

  /**
   * Fixes what the adapter chose by itself, because the read for which it did went well: from now on only a person
   * changes it. @throws DemarcError `config.unwritable`
   */
  keepChosen(id: Id): Promise<void> {
    return this.#inTurn(async () => {
      const before = this.#options.config.current.pbxs.find((entry) => entry.id === id);
      const after = before && withLearned(before, this.#chosen.get(id) ?? {});
      this.#chosen.delete(id);
      if (after === undefined) return;
      const { types, sealer, log } = this.#options;
      const parsed = types[after.type].connection.safeParse(joined(after, sealer));
      if (!parsed.success) {
        const detail = describe(parsed.error);
        log.warn({ code: 'config.invalid', pbx: id, detail }, 'what was learned cannot be kept; it is learned again');
        return;
      }
      await this.#save((all) => all.map((entry) => (entry.id === id ? after : entry)));
      this.#adapters.delete(id);
      log.info({ pbx: id, learned: after.learned }, 'settings learned by the first sync are in force from now on');
      this.#tell({ kind: 'changed', id });
    });
  }

  /** @throws DemarcError `config.invalid`, `api.conflict`, `config.unwritable` */
  add(input: NewPbx): Promise<PbxView> {
    return this.#inTurn(async () => {
      const { config, newId } = this.#options;
      const pbxs = config.current.pbxs;
      if (pbxs.length >= MAX_PBXS) throw new DemarcError('api.conflict', `there are ${MAX_PBXS} PBXs already`);
      this.#mustNotHave(input.name, undefined);
      const checked = this.#checked(input.type, input.connection);
      const entry: PbxConfig = { ...input, id: newId(), ...checked, learned: [] };
      await this.#save((all) => [...all, entry]);
      this.#tell({ kind: 'added', id: entry.id });
      return this.#view(entry);
    });
  }

  /** @throws DemarcError `sync.unknown-pbx`, `config.invalid`, `api.conflict`, `config.unwritable` */
  edit(id: Id, change: Omit<PbxChange, 'revision'>): Promise<PbxView> {
    return this.#inTurn(async () => {
      const before = this.#entry(id);
      if (change.name !== undefined) this.#mustNotHave(change.name, id);
      const after: PbxConfig = {
        ...before,
        name: change.name ?? before.name,
        syncMinutes: change.syncMinutes ?? before.syncMinutes,
        // What a person sends is what a person wants, also when it was learned before.
        ...(change.connection ? { ...this.#merged(before, change.connection), learned: [] } : {}),
      };
      await this.#save((all) => all.map((entry) => (entry.id === id ? after : entry)));
      if (change.connection) {
        this.#forgetAdapter(id);
      }
      this.#tell({ kind: 'changed', id });
      return this.#view(after);
    });
  }

  /** For good: the cloud lets its users go. @throws DemarcError `sync.unknown-pbx`, `config.unwritable`, `store.full` */
  remove(id: Id): Promise<void> {
    return this.#inTurn(async () => {
      const { type, name } = this.#entry(id);
      await this.#options.removed.note({ id, type, name });
      await this.#save((all) => all.filter((entry) => entry.id !== id));
      this.#forgetAdapter(id);
      await this.#guards.forget(id);
      this.#tell({ kind: 'removed', id });
    });
  }

  /** Calls after each change, when it is on disk; returns the way to stop that. */
  onChange(listener: (event: PbxEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #forgetAdapter(id: Id): void {
    this.#adapters.delete(id);
    this.#probes.delete(id);
    this.#given.delete(id);
    this.#chosen.delete(id);
  }

  /** Tells once of each proposal that differs from what was learned. */
  #compare(id: Id, report: ProbeReport): void {
    const entry = this.#options.config.current.pbxs.find((candidate) => candidate.id === id);
    if (!entry) return;
    for (const difference of differences(entry, report.proposed)) {
      const event = differenceEvent(entry, difference);
      const told = JSON.stringify([id, event.details]);
      if (this.#told.has(told)) continue;
      this.#told.add(told);
      this.#options.log.warn({ code: event.name, pbx: id, ...event.details }, event.message);
      this.#options.onEvent(event);
    }
  }

  #entry(id: Id): PbxConfig {
    const entry = this.#options.config.current.pbxs.find((candidate) => candidate.id === id);
    if (!entry) throw new DemarcError('sync.unknown-pbx', id);
    return entry;
  }

  #mustNotHave(name: string, except: Id | undefined): void {
    const same = (entry: PbxConfig) => entry.id !== except && entry.name.toLowerCase() === name.toLowerCase();
    if (this.#options.config.current.pbxs.some(same))
      throw new DemarcError('api.conflict', `a PBX is named ${name} already`);
  }

  async #save(change: (pbxs: PbxConfig[]) => PbxConfig[]): Promise<void> {
    await this.#options.config.update((config) => ({ ...config, pbxs: change(config.pbxs) }));
  }

  /** Checks the settings by the adapter's own schema, and seals what is secret. */
  #checked(type: PbxType, settings: Record<string, unknown>): Pick<PbxConfig, 'connection' | 'secrets'> {
    const adapterType = this.#options.types[type];
    const parsed = adapterType.connection.safeParse(settings);
    if (!parsed.success) throw new DemarcError('config.invalid', describe(parsed.error));
    return parted(settings, adapterType.secretNames, this.#options.sealer);
  }

  /** New settings with the secrets that were not given again. */
  #merged(before: PbxConfig, settings: Record<string, unknown>): Pick<PbxConfig, 'connection' | 'secrets'> {
    const kept = Object.entries(before.secrets).filter(([name]) => !Object.hasOwn(settings, name));
    const secrets = joined({ connection: {}, secrets: Object.fromEntries(kept) }, this.#options.sealer);
    return this.#checked(before.type, { ...settings, ...secrets });
  }

  #view(entry: PbxConfig): PbxView {
    const { id, type, name, syncMinutes, connection, secrets, learned } = entry;
    const adapterType = this.#options.types[type];
    return {
      id,
      type,
      name,
      syncMinutes,
      address: this.#address(entry),
      connection,
      secrets: Object.keys(secrets),
      learned,
      capabilities: this.#given.get(id) ?? adapterType.gives,
      lastProbe: this.#probes.get(id) ?? null,
    };
  }

  /** Shown even when the settings are not valid any more, for example after an update. */
  #address(entry: PbxConfig): string {
    const adapterType = this.#options.types[entry.type];
    // The address needs no secret; a stand-in satisfies the schema.
    const standIns = Object.fromEntries(Object.keys(entry.secrets).map((name) => [name, 'x']));
    try {
      return adapterType.address({ ...entry.connection, ...standIns }).slice(0, 512);
    } catch (thrown) {
      const error = toDemarcError(thrown);
      this.#options.log.debug({ code: error.code, pbx: entry.id, detail: error.detail }, 'a PBX has no valid settings');
      return '';
    }
  }

  async #make(id: Id, onChosen: (settings: Record<string, unknown>) => void): Promise<PbxAdapter> {
    const { types, sealer, log, clock, tempFolder } = this.#options;
    const entry = this.#entry(id);
    const connection = joined(entry, sealer);
    const user = entry.connection['bindDn'] ?? entry.connection['user'];
    const secrets = JSON.stringify(Object.keys(entry.secrets).map((name) => connection[name]));
    const loginGuard = await this.#guards.of(id, typeof user === 'string' ? user : '', secrets);
    const parts = { log: log.child({ pbx: id }), clock, loginGuard, tempFolder, onChosen };
    return types[entry.type].create(connection, parts);
  }

  async #probe(adapter: () => Promise<PbxAdapter>, signal: AbortSignal): Promise<ProbeReport> {
    try {
      return await (await adapter()).probe(signal);
    } catch (thrown) {
      const error = toDemarcError(thrown);
      if (error.code === 'internal') this.#options.log.error({ code: error.code, err: thrown }, 'a probe failed');
      return { ok: false, steps: [], error: error.toText() };
    }
  }

  #tell(event: PbxEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Changes are made one after the other: each reads, changes and saves the whole list. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
