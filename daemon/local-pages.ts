/** The local API put together: its files, its routes over the daemon's parts, its listener. */
import { hostname } from 'node:os';
import { removeFile, replaceFile } from '#config/atomic-file.ts';
import type { Clock } from '#config/clock.ts';
import type { ConfigFile, DaemonSettings } from '#config/daemon-settings.ts';
import type { Log } from '#config/log.ts';
import type { EnrolmentAnswer, StatusAnswer } from '#contract/wizard/gateway.ts';
import { AccessGuard, loadToken } from './api/access.ts';
import type { LocalCertificate } from './api/certificate.ts';
import { apiFiles } from './api/file-names.ts';
import type { ApiAddress } from './api/files.ts';
import { bundleRoutes } from './api/routes/bundle-routes.ts';
import { discoveryRoutes } from './api/routes/discovery-routes.ts';
import { type EnrolmentStart, gatewayRoutes } from './api/routes/gateway-routes.ts';
import { pbxRoutes } from './api/routes/pbx-routes.ts';
import { startApiServer } from './api/server.ts';
import type { LocalBundle } from './bundle/start.ts';
import { cloudConfig } from './cloud-target.ts';
import type { DiscoveryKeeper } from './discovery.ts';
import { keyFingerprint } from './identity/certificate-request.ts';
import type { Enrolment } from './identity/enrolment.ts';
import type { GatewayIdentity } from './identity/gateway-identity.ts';
import type { InventoryKeeper } from './inventory-keeper.ts';
import { syncJob } from './jobs.ts';
import type { CloudLink } from './link/cloud-link.ts';
import { networkRoutes } from './network/routes.ts';
import type { LazyNetwork } from './network/start.ts';
import type { DurableOutbox } from './outbox/durable-outbox.ts';
import type { NumberCounts } from './pbxs/number-counts.ts';
import type { PbxRegistry } from './pbxs/pbx-registry.ts';
import type { Reset } from './reset/reset.ts';
import { resetRoutes } from './reset/routes.ts';
import type { Scheduler } from './schedule/scheduler.ts';
import type { SecretBox } from './secrets/secret-box.ts';
import type { SelfTestKeeper } from './self-test/keeper.ts';
import type { DaemonStore } from './store/store.ts';
import type { SyncEngine } from './sync/engine.ts';
import type { WantedTrunks } from './trunks/wanted-trunks.ts';
import { tunnelRoutes } from './tunnels/tunnel-routes.ts';
import type { Tunnels } from './tunnels/tunnels.ts';
import type { UpdateService } from './update/start.ts';
import { updateRoutes } from './update/update-routes.ts';
import { trunkRoutes } from './verify/routes.ts';
import type { TrunkAccesses } from './verify/trunk-access.ts';

interface LocalPagesParts {
  settings: DaemonSettings;
  /** Whether every part of the daemon has been started. */
  ready: () => boolean;
  certificate: Promise<LocalCertificate>;
  logFile: string;
  version: string;
  startedAt: string;
  clock: Clock;
  log: Log;
  config: ConfigFile;
  secrets: SecretBox;
  store: DaemonStore;
  outbox: DurableOutbox;
  identity: GatewayIdentity;
  enrolment: Enrolment;
  registry: PbxRegistry;
  engine: SyncEngine;
  numbers: Pick<NumberCounts, 'of'>;
  scheduler: Scheduler;
  link: CloudLink;
  selfTest: SelfTestKeeper;
  inventory: InventoryKeeper;
  discovery: DiscoveryKeeper;
  bundle: LocalBundle;
  updates: UpdateService;
  reset: Reset;
  network: LazyNetwork;
  tunnels: Tunnels;
  trunks: WantedTrunks;
  accesses: TrunkAccesses;
}

/** Starts to serve. @throws DemarcError `daemon.port-taken`, `daemon.certificate-failed`, `config.unwritable` */
export async function startLocalPages(parts: LocalPagesParts): Promise<{ url: string; stop(): Promise<void> }> {
  const { settings, registry, engine, selfTest, inventory, log } = parts;
  const files = apiFiles(settings.stateFolder);
  const token = await loadToken(files.token);
  const server = await startApiServer({
    routes: [
      ...gatewayRoutes({
        ready: parts.ready,
        status: () => status(parts),
        enrolment: { state: () => enrolmentAnswer(parts), start: (request) => startEnrolment(parts, request) },
        checks: {
          last: () => selfTest.last(),
          // The run is everybody's: a reader that leaves does not end it.
          run: async () => {
            await selfTest.run(new AbortController().signal);
            return selfTest.last();
          },
        },
        inventory: { last: () => inventory.last(), collect: () => inventory.collect(new AbortController().signal) },
        logFile: parts.logFile,
      }),
      ...pbxRoutes({ registry, engine }),
      ...discoveryRoutes(parts.discovery),
      ...bundleRoutes(parts.bundle),
      ...updateRoutes(parts.updates),
      ...resetRoutes(parts.reset),
      ...networkRoutes(parts.network.open, settings.webHost),
      ...tunnelRoutes(parts.tunnels),
      ...trunkRoutes(parts),
    ],
    access: new AccessGuard(token, parts.clock),
    certificate: await parts.certificate,
    host: settings.webHost,
    port: settings.webPort,
    redirectPort: settings.webRedirectPort,
    log,
  });
  const address: ApiAddress = { url: `https://${localName(settings.webHost)}:${server.port}`, pid: process.pid };
  await replaceFile(files.address, `${JSON.stringify(address)}\n`, 0o644);
  return {
    url: address.url,
    stop: async () => {
      await server.stop();
      await removeFile(files.address);
    },
  };
}

/** The name under which this machine reaches the listener. */
function localName(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

async function startEnrolment(parts: LocalPagesParts, request: EnrolmentStart): Promise<EnrolmentAnswer> {
  const { config, secrets, settings, enrolment } = parts;
  if (request.cloud) {
    const cloud = await cloudConfig(request.cloud, settings.stateFolder, secrets);
    await config.update((before) => ({ ...before, cloud }));
  }
  await enrolment.start({ provisioningToken: request.provisioningToken });
  return enrolmentAnswer(parts);
}

function enrolmentAnswer({ enrolment, identity }: LocalPagesParts): EnrolmentAnswer {
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

function status(parts: LocalPagesParts): StatusAnswer {
  const { config, link, outbox, store, registry, engine, scheduler } = parts;
  const { state, since, nextTryAt, lastError } = link.status();
  return {
    version: parts.version,
    hostName: hostname(),
    startedAt: parts.startedAt,
    memoryBytes: process.memoryUsage.rss(),
    cloud: { url: config.current.cloud?.url ?? null, state, since, nextTryAt, ...(lastError ? { lastError } : {}) },
    enrolment: enrolmentAnswer(parts),
    outbox: outbox.state(),
    announcedName: null,
    store: store.health,
    pbxs: registry.list().map(({ id, type, name, address, syncMinutes }) => {
      const { running, last, lastSuccessAt, users, kept, irregularities } = engine.status(id);
      const numbers = parts.numbers.of(id);
      const nextSyncAt = scheduler.nextAt(syncJob(id));
      const sync = { running: running && { ...running }, lastSync: last, lastSuccessAt, nextSyncAt };
      return { id, type, name, address, syncMinutes, ...sync, users, keptUsers: kept, numbers, irregularities };
    }),
  };
}
