/** The local API and pages put together: files, routes over the daemon's parts, who gets in, the listener. */
import { hostname } from 'node:os';
import { removeFile, replaceFile } from '#config/atomic-file.ts';
import type { Clock } from '#config/clock.ts';
import type { DaemonSettings } from '#config/daemon-settings.ts';
import type { Log } from '#config/log.ts';
import type { EnrolmentAnswer } from '#contract/wizard/gateway.ts';
import { AccessGuard, loadToken } from './api/access.ts';
import type { LocalCertificate } from './api/certificate.ts';
import { apiFiles } from './api/file-names.ts';
import type { ApiAddress } from './api/files.ts';
import { bundleRoutes } from './api/routes/bundle-routes.ts';
import { discoveryRoutes } from './api/routes/discovery-routes.ts';
import { type EnrolmentStart, gatewayRoutes } from './api/routes/gateway-routes.ts';
import { pbxRoutes } from './api/routes/pbx-routes.ts';
import { startApiServer } from './api/server.ts';
import {
  aboutAnswer,
  cloudStatus,
  debugAnswer,
  enrolmentAnswer,
  pbxStatuses,
  type StatusParts,
  statusAnswer,
} from './api/status.ts';
import type { LocalBundle } from './bundle/start.ts';
import { cloudConfig } from './cloud-target.ts';
import type { DiscoveryKeeper } from './discovery.ts';
import { networkRoutes } from './network/routes.ts';
import type { LazyNetwork } from './network/start.ts';
import type { Reset } from './reset/reset.ts';
import { resetRoutes } from './reset/routes.ts';
import type { SecretBox } from './secrets/secret-box.ts';
import type { SelfTestKeeper } from './self-test/keeper.ts';
import type { WantedTrunks } from './trunks/wanted-trunks.ts';
import { tunnelRoutes } from './tunnels/tunnel-routes.ts';
import type { Tunnels } from './tunnels/tunnels.ts';
import type { UpdateService } from './update/start.ts';
import { updateRoutes } from './update/update-routes.ts';
import { trunkRoutes } from './verify/routes.ts';
import type { TrunkAccesses } from './verify/trunk-access.ts';
import type { AppliedWant } from './want.ts';
import { BrowserGate } from './wizard/browser.ts';
import { daemonRoutes } from './wizard/daemon-routes.ts';
import { sendPage, wizardFolder } from './wizard/pages.ts';
import { wizardAnswer, wizardRoutes } from './wizard/routes.ts';
import { sessionRoutes } from './wizard/session-routes.ts';
import type { Setup } from './wizard/start.ts';

interface LocalPagesParts extends StatusParts {
  settings: DaemonSettings;
  /** Whether every part of the daemon has been started. */
  ready: () => boolean;
  certificate: Promise<LocalCertificate>;
  logFile: string;
  clock: Clock;
  log: Log;
  secrets: SecretBox;
  selfTest: SelfTestKeeper;
  discovery: DiscoveryKeeper;
  bundle: LocalBundle;
  updates: UpdateService;
  reset: Reset;
  network: LazyNetwork;
  tunnels: Tunnels;
  trunks: WantedTrunks;
  accesses: TrunkAccesses;
  setup: Setup;
  want: Pick<AppliedWant, 'business'>;
  /** Something that section `gateway` shows has changed. */
  onSite: () => void;
}

/** Starts to serve. @throws DemarcError `daemon.port-taken`, `daemon.certificate-failed`, `config.unwritable` */
export async function startLocalPages(parts: LocalPagesParts): Promise<{ url: string; stop(): Promise<void> }> {
  const { settings, setup, clock, log } = parts;
  const files = apiFiles(settings.stateFolder);
  const token = await loadToken(files.token);
  const gate = new BrowserGate({ access: setup.access, names: () => namesOf(parts) });
  const pages = wizardFolder();
  const server = await startApiServer({
    routes: [
      ...routesOf(parts),
      ...sessionRoutes({
        access: setup.access,
        gate,
        isComplete: () => setup.state.isComplete,
        now: () => clock.now(),
      }),
    ],
    access: new AccessGuard(token, clock),
    gate,
    page: (path, request, response) => sendPage(pages, path, request, response),
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

function routesOf(parts: LocalPagesParts) {
  const { settings, registry, engine, selfTest, inventory, log } = parts;
  const wizard = wizardParts(parts);
  const collect = async () => {
    await inventory.collect(new AbortController().signal);
  };
  return [
    ...gatewayRoutes({
      ready: parts.ready,
      status: () => statusAnswer(parts),
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
    ...pbxRoutes({ registry, engine, folder: settings.stateFolder, log }),
    ...discoveryRoutes(parts.discovery),
    ...bundleRoutes(parts.bundle),
    ...updateRoutes(parts.updates),
    ...resetRoutes(parts.reset),
    ...networkRoutes(parts.network.open, settings.webHost),
    ...tunnelRoutes(parts.tunnels),
    ...trunkRoutes(parts),
    ...wizardRoutes(wizard),
    ...daemonRoutes({
      about: () => aboutAnswer(parts, parts.clock.now()),
      debug: () => debugAnswer(parts),
      startedAt: parts.startedAt,
      report: collect,
      shown: async () => ({
        wizard: wizardAnswer(wizard),
        enrolment: enrolmentAnswer(parts),
        cloud: cloudStatus(parts),
        discovery: parts.discovery.state(),
        pbxs: [pbxStatuses(parts), registry.list()],
        update: [parts.updates.updater.status(), parts.updates.problem()],
        tunnels: [await parts.tunnels.document(), await parts.tunnels.sessions()],
        checks: selfTest.last().checkedAt,
        inventory: inventory.last()?.collectedAt,
      }),
    }),
  ];
}

function wizardParts(parts: LocalPagesParts) {
  const { setup, config, identity, enrolment, updates, link, want, onSite } = parts;
  return {
    ...setup,
    config,
    account: () => {
      const own = identity.current();
      const consoleUrl = config.current.cloud?.url ?? own?.cloudUrl ?? null;
      return own ? { id: own.account, name: own.accountName, consoleUrl } : null;
    },
    business: () => want.business(),
    problem: () => enrolment.status().error ?? (identity.current() ? link.status().lastError : undefined),
    updateAvailable: () => updates.updater.status().available,
    onSite,
  };
}

/** The names that browsers reach this gateway by. */
function namesOf({ settings, announcedName }: Pick<LocalPagesParts, 'settings' | 'announcedName'>): string[] {
  const own = hostname().toLowerCase();
  const announced = announcedName();
  return ['localhost', own, `${own}.local`, ...(announced === null ? [] : [announced]), ...settings.webNames];
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
