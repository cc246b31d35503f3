/** How the gateway is, for the command line and its pages. */
import { hostname } from 'node:os';
import type { ConfigFile } from '#config/daemon-settings.ts';
import type { AboutAnswer, DebugAnswer, EnrolmentAnswer, StatusAnswer } from '#contract/wizard/gateway.ts';
import { keyFingerprint } from '../identity/certificate-request.ts';
import type { Enrolment } from '../identity/enrolment.ts';
import type { GatewayIdentity } from '../identity/gateway-identity.ts';
import type { InventoryKeeper } from '../inventory-keeper.ts';
import { INVENTORY_JOB, syncJob } from '../jobs.ts';
import type { CloudLink } from '../link/cloud-link.ts';
import type { DurableOutbox } from '../outbox/durable-outbox.ts';
import type { NumberCounts } from '../pbxs/number-counts.ts';
import type { PbxRegistry } from '../pbxs/pbx-registry.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import { siteAddresses } from '../sections/builders.ts';
import type { Sections } from '../sections/sections.ts';
import type { DaemonStore } from '../store/store.ts';
import type { SyncEngine } from '../sync/engine.ts';

export interface StatusParts {
  version: string;
  startedAt: string;
  boot: number;
  config: ConfigFile;
  store: DaemonStore;
  outbox: DurableOutbox;
  identity: GatewayIdentity;
  enrolment: Enrolment;
  registry: PbxRegistry;
  engine: SyncEngine;
  numbers: Pick<NumberCounts, 'of'>;
  scheduler: Scheduler;
  link: CloudLink;
  inventory: InventoryKeeper;
  sections: Pick<Sections, 'sent'>;
  /** The name that is announced on the network. */
  announcedName: () => string | null;
}

/** `GET /api/enrolment`. */
export function enrolmentAnswer({ enrolment, identity }: Pick<StatusParts, 'enrolment' | 'identity'>): EnrolmentAnswer {
  const { state, offer, error } = enrolment.status();
  const own = identity.current();
  return {
    state,
    ...(error ? { error } : {}),
    ...(own ? { gateway: own.gateway, accountName: own.accountName, fingerprint: keyFingerprint(own.key) } : {}),
    // An enrolment under way is with a key of its own.
    ...offer,
  };
}

/** `GET /api/status`. */
export function statusAnswer(parts: StatusParts): StatusAnswer {
  const { config, outbox, store } = parts;
  return {
    version: parts.version,
    hostName: hostname(),
    startedAt: parts.startedAt,
    memoryBytes: process.memoryUsage.rss(),
    announcedName: parts.announcedName(),
    cloud: { url: config.current.cloud?.url ?? null, ...cloudStatus(parts) },
    enrolment: enrolmentAnswer(parts),
    outbox: outbox.state(),
    store: store.health,
    pbxs: pbxStatuses(parts),
  };
}

/** How the link to the cloud stands. */
export function cloudStatus({ link }: Pick<StatusParts, 'link'>) {
  const { state, since, nextTryAt, lastError } = link.status();
  return { state, since, nextTryAt, ...(lastError ? { lastError } : {}) };
}

/** Each PBX with what its sync is doing. */
export function pbxStatuses({ registry, engine, scheduler, numbers }: StatusParts): StatusAnswer['pbxs'] {
  return registry.list().map(({ id, type, name, address, syncMinutes }) => {
    const { running, last, lastSuccessAt, users, kept, irregularities } = engine.status(id);
    const nextSyncAt = scheduler.nextAt(syncJob(id));
    const sync = { running: running && { ...running }, lastSync: last, lastSuccessAt, nextSyncAt };
    const counts = { users, keptUsers: kept, numbers: numbers.of(id), irregularities };
    return { id, type, name, address, syncMinutes, ...sync, ...counts };
  });
}

/** `GET /api/about` (DMN-7 to DMN-9). */
export function aboutAnswer(parts: StatusParts, now: number): AboutAnswer {
  const { config, identity, inventory, scheduler } = parts;
  const own = identity.current();
  return {
    version: parts.version,
    hostName: hostname(),
    announcedName: parts.announcedName(),
    addresses: siteAddresses(),
    timeZone: config.current.site.timeZone,
    startedAt: parts.startedAt,
    now: new Date(now).toISOString(),
    registration: own
      ? {
          gateway: own.gateway,
          account: own.account,
          accountName: own.accountName,
          consoleUrl: config.current.cloud?.url ?? own.cloudUrl,
          certificateExpiresAt: own.expiresAt,
        }
      : null,
    inventory: { lastAt: inventory.last()?.collectedAt ?? null, nextAt: scheduler.nextAt(INVENTORY_JOB) },
  };
}

/** `GET /api/debug` (DMN-6). */
export async function debugAnswer(parts: StatusParts): Promise<DebugAnswer> {
  const { boot, startedAt, outbox, link, store, identity, scheduler, sections } = parts;
  const { attempts } = link.status();
  return {
    boot,
    startedAt,
    memoryBytes: process.memoryUsage.rss(),
    outbox: outbox.state(),
    link: { ...cloudStatus(parts), attempts },
    store: store.health,
    clockOffsetMs: identity.skew() ?? null,
    jobs: scheduler.names().map((name) => ({ name, nextAt: scheduler.nextAt(name) })),
    sections: await sections.sent(),
  };
}
