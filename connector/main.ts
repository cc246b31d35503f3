import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Registry } from 'prom-client';
import { type Clock, instant, systemClock } from '#config/clock.ts';
import { type ConnectorSettings, connectorSettings } from '#config/connector-settings.ts';
import { createLog, type Log } from '#config/log.ts';
import { StopList } from '#config/stop.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { TUNNEL_ALPN, TUNNEL_PATH } from '#tunnel/carrier/settings.ts';
import { createSetupToken } from './access/setup.ts';
import { Alerts } from './alerts/alerts.ts';
import { createApp } from './api/app.ts';
import { busMetrics } from './bus/bus-metrics.ts';
import { EmbeddedBus } from './bus/embedded-bus.ts';
import { Commands } from './commands/commands.ts';
import { Certificates } from './enrolment/certificates.ts';
import { DeviceIdentity } from './enrolment/device-identity.ts';
import { deviceRoutes } from './enrolment/device-routes.ts';
import { Enrolments } from './enrolment/enrolments.ts';
import { Offers } from './enrolment/offers.ts';
import { ProvisioningTokens } from './enrolment/provisioning-tokens.ts';
import { Standings } from './enrolment/standing.ts';
import { wrongTopicRecorder } from './enrolment/wrong-topic.ts';
import { pruneEvents } from './events/prune.ts';
import { pruneImports } from './imports/imports.ts';
import { startImports } from './imports/start.ts';
import { Holds } from './ingest/holds.ts';
import { Ingest } from './ingest/ingest.ts';
import { IngestMetrics } from './ingest/ingest-metrics.ts';
import { reopenHold } from './ingest/reopen-hold.ts';
import { Wants } from './ingest/wants.ts';
import { launchDomain, startLaunches } from './launch/start.ts';
import { hostsOf, publicUrl } from './listener/addresses.ts';
import { CertificateWatch } from './listener/certificate-watch.ts';
import { Listener } from './listener/listener.ts';
import { pruneNotificationMarks } from './notifications/prune.ts';
import { invitationMailer } from './people/invitation-mail.ts';
import { PrivateCa } from './pki/private-ca.ts';
import { serverIdentity } from './pki/server-certificate.ts';
import { ReleaseFolder } from './releases/release-folder.ts';
import { releaseRoutes } from './releases/release-routes.ts';
import { Retention } from './retention/retention.ts';
import { Store } from './store/store.ts';
import { SupportReminders } from './support/reminders.ts';
import { trunkMetrics } from './trunks/health-metrics.ts';
import { pruneTrunkHealth } from './trunks/health-store.ts';
import { Trunks } from './trunks/trunks.ts';
import { uploadParts } from './uploads/start.ts';
import { UserMails } from './users/mails.ts';

/** A running connector. `setupLink` is there while nobody has an account yet. */
export interface Connector {
  url: string;
  caFile: string;
  setupLink?: string;
  stop(): Promise<void>;
}

/**
 * Builds the connector's parts from the ground up and starts them; what was started is stopped in reverse.
 * @throws DemarcError `config.invalid`, `config.unreadable`, `config.unwritable`; nothing keeps running then
 */
export async function startConnector(
  settings: ConnectorSettings,
  { log, clock }: { log: Log; clock: Clock },
): Promise<Connector> {
  refuseForeignBroker(settings);
  const stops = new StopList();
  try {
    const folder = settings.dataFolder;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const store = await openStore(settings, { clock, log });
    stops.add('store', () => store.close());

    const identity = new DeviceIdentity({ store, clock });
    const uploads = uploadParts({ folder, store, clock, log, identity });
    const retention = new Retention({
      store,
      clock,
      log,
      prunes: [
        () => uploads.prune(),
        () => pruneTrunkHealth(store, clock.now()),
        () => pruneImports(store, clock.now()),
        () => pruneEvents(store, clock.now()),
        () => pruneNotificationMarks(store, clock.now()),
      ],
    });
    stops.add('retention', () => retention.stop());

    const ca = await PrivateCa.open({ folder, clock });
    const domain = launchDomain(settings);
    const hosts = [...hostsOf(settings), `*.${domain}`];
    const load = () => serverIdentity({ ca, folder, clock, hosts, ...ownCertificate(settings) });
    const current = await load();
    const listener = new Listener({ log, clientCa: ca.certificate, identity: current, protocols: [TUNNEL_ALPN] });
    const certificateWatch = new CertificateWatch({ log, current, load, show: (next) => listener.show(next) });
    stops.add('certificate watch', async () => certificateWatch.stop());
    // Bound first, because links and answers name the port; it serves only when everything else is up.
    const port = await listener.listen(settings.port, settings.host);
    stops.add('listener', () => listener.stop());
    const url = publicUrl(settings, port);

    const bus = new EmbeddedBus({
      log,
      admit: (socket) => identity.admit(socket),
      violation: wrongTopicRecorder({ store, clock, log }),
    });
    const registry = new Registry();
    busMetrics(registry, bus);
    trunkMetrics(registry, store);
    const publish = bus.publish.bind(bus);
    const commands = new Commands({ store, clock, log, publish, failed: reopenHold });
    const wants = new Wants({ store, publish });
    const isConnected = bus.isConnected.bind(bus);
    const ingest = new Ingest({
      store,
      clock,
      log,
      publish,
      commands,
      wants,
      isConnected,
      metrics: new IngestMetrics(registry),
    });
    stops.add('ingest', () => ingest.stop());
    await ingest.start();
    await bus.start(ingest);
    stops.add('bus', () => bus.stop());
    commands.start();
    stops.add('commands', async () => commands.stop());
    const alerts = new Alerts({ store, clock, random: Math.random, log, registry, settings, publicUrl: url });
    stops.add('alerts', () => alerts.stop());
    alerts.start();
    if (alerts.delivery.mail) {
      const reminders = new SupportReminders({ store, clock, log, publicUrl: url });
      stops.add('reminders', () => reminders.stop());
      reminders.start();
    }
    const imports = await startImports({ store, clock, log });
    stops.add('imports', () => imports.applier.stop());
    const sendInvitation = invitationMailer({ settings: settings.mail, log });
    const userMails = new UserMails({ store, clock, log, publicUrl: url, send: sendInvitation });
    stops.add('mails to users', () => userMails.stop());
    userMails.start();
    const admit = identity.admit.bind(identity);
    const launches = await startLaunches({ store, clock, log, commands, admit, isConnected, publicUrl: url, domain });
    stops.add('launches', () => launches.stop());
    retention.start();
    certificateWatch.start();

    const tokens = new ProvisioningTokens({ store, clock });
    const certificates = new Certificates({ store, ca, clock });
    const disconnect = (gateway: string, reason: string) => {
      bus.disconnect(gateway, reason);
      launches.drop(gateway);
    };
    const enrolments = new Enrolments({ store, clock, tokens, disconnect });
    const app = await createApp({
      store,
      clock,
      log,
      commands,
      alerts,
      imports,
      userMails,
      trunks: new Trunks({ store, clock, log, tell: (address) => wants.toGateway(address) }),
      holds: new Holds({ store, clock, commands }),
      enrolments,
      deviceRoutes: deviceRoutes({
        clock,
        identity,
        standings: new Standings({ store, clock, ca: ca.certificate }),
        enrolments,
        certificates,
        offers: new Offers({ store, clock, tokens, certificates, publicUrl: url }),
      }),
      launches: launches.desk,
      uploads,
      releaseRoutes: releaseRoutes({
        releases: new ReleaseFolder({ folder: join(folder, 'releases'), log }),
        identity,
      }),
      consoleFolder: fileURLToPath(new URL('../dist/console', import.meta.url)),
      publicUrl: url,
      sendInvitation,
      ...(settings.cloudLocation !== undefined && { cloudLocation: settings.cloudLocation }),
      metrics: { registry },
      wantChanged: (account) => wants.toAccount(account),
    });
    await app.ready();
    stops.add('API', () => app.close());
    stops.add('uploads', () => uploads.stop());
    listener.serve({
      request: (request, response) => app.routing(request, response),
      connection: (socket) => launches.connection(socket),
      upgrades: { '/mqtt': bus.upgrade.bind(bus), [TUNNEL_PATH]: launches.upgrade },
    });

    const token = await createSetupToken({ store, clock });
    const setupLink = token === undefined ? undefined : `${url}/setup#token=${token}`;
    log.info({ url, caFile: ca.certificateFile, at: instant(clock) }, 'connector ready');
    if (setupLink !== undefined) log.info({ link: setupLink }, 'set-up link');
    return { url, caFile: ca.certificateFile, ...(setupLink !== undefined && { setupLink }), stop: () => stops.stop() };
  } catch (error) {
    await stops.stop().catch((failure: unknown) => log.error({ code: 'internal', err: failure }, 'could not clean up'));
    throw error;
  }
}

/** The process: settings from the environment, logs on stdout, ends in order at SIGTERM and SIGINT. */
export async function runConnector(env: NodeJS.ProcessEnv): Promise<void> {
  const settings = settingsOrExit(env);
  const log = await createLog({ level: settings.logLevel, unit: 'connector' });
  const fail = (thrown: unknown): never => {
    const error = toDemarcError(thrown);
    log.fatal({ code: error.code, nextStep: error.nextStep, err: thrown }, error.message);
    process.exit(error.code === 'config.invalid' ? 2 : 1);
  };
  process.on('unhandledRejection', fail);
  process.on('uncaughtException', fail);
  const starting = startConnector(settings, { log, clock: systemClock });
  // Before it is up: a signal in the middle of the start lets it finish, then stops it in order.
  const stop = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'stopping');
    setTimeout(() => fail(new Error('did not stop within five seconds')), 4500).unref();
    starting.then((connector) => connector.stop()).then(() => process.exit(0), fail);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await starting.catch(fail);
}

function settingsOrExit(env: NodeJS.ProcessEnv): ConnectorSettings {
  try {
    return connectorSettings(env);
  } catch (thrown) {
    const error = toDemarcError(thrown);
    process.stderr.write(`${error.message}. ${error.nextStep}\n`);
    return process.exit(2);
  }
}

/** @throws DemarcError `config.invalid` for what this version does not have */
function refuseForeignBroker({ bus }: ConnectorSettings): void {
  if (bus !== 'embedded') {
    throw new DemarcError('config.invalid', 'DEMARC_BUS: this version has the embedded broker only, as "embedded"');
  }
}

/** @throws DemarcError `store.unreachable`, `store.full` */
function openStore({ store, dataFolder }: ConnectorSettings, parts: { clock: Clock; log: Log }): Promise<Store> {
  if (store?.startsWith('postgres:') === true) return Store.connect({ url: store, ...parts });
  return Store.open({ path: store?.replace(/^sqlite:/, '') ?? join(dataFolder, 'connector.db'), ...parts });
}

/** The operator's own certificate, when one is given. @throws DemarcError `config.invalid` */
function ownCertificate({ tlsCertFile: cert, tlsKeyFile: key }: ConnectorSettings) {
  if ((cert === undefined) !== (key === undefined)) {
    throw new DemarcError('config.invalid', 'DEMARC_TLS_CERT and DEMARC_TLS_KEY: one needs the other');
  }
  return cert === undefined || key === undefined ? {} : { files: { cert, key } };
}
