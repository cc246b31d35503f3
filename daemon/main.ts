import { hostname } from 'node:os';
import { ulid } from 'ulid';
import { type Clock, instant, type Random } from '#config/clock.ts';
import type { DaemonSettings } from '#config/daemon-settings.ts';
import type { Log } from '#config/log.ts';
import { StopList } from '#config/stop.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import { SipTaps } from '#sip-trunks/trace/tap.ts';
import packageJson from '../package.json' with { type: 'json' };
import { announcement } from './announce/start.ts';
import { bundles } from './bundle/start.ts';
import { CommandRunner } from './commands/command-runner.ts';
import { commandHandlers } from './commands/handlers.ts';
import { DiscoveryKeeper } from './discovery.ts';
import { answerAsk, reportDamage } from './duties.ts';
import { openFoundation } from './foundation.ts';
import { bootId } from './host.ts';
import { Enrolment } from './identity/enrolment.ts';
import { scheduleJobs } from './jobs.ts';
import { CloudLink } from './link/cloud-link.ts';
import { startLocalPages } from './local-pages.ts';
import { startNetwork } from './network/start.ts';
import type { Hearts } from './notify/hearts.ts';
import { BusyBoard } from './power/busy.ts';
import { powerHandlers } from './power/handlers.ts';
import type { RestartProcess } from './power/restart.ts';
import { resetHandlers } from './reset/handler.ts';
import { Reset } from './reset/reset.ts';
import { detectVirtual } from './reset/virtual.ts';
import { Scheduler } from './schedule/scheduler.ts';
import { siteAddresses } from './sections/builders.ts';
import { SectionReporter } from './sections/reporter.ts';
import { Sections } from './sections/sections.ts';
import { pbxLinks, sectionSources } from './sections/sources.ts';
import { selfTestOf } from './self-test/start.ts';
import { openSite } from './site.ts';
import { withProofs } from './supervision/proofs.ts';
import { watchTrunks } from './supervision/start.ts';
import { traceHandlers } from './trace/trace-calls.ts';
import { TrunkSetter } from './trunks/trunk-setter.ts';
import { WantedTrunks } from './trunks/wanted-trunks.ts';
import { Tunnels } from './tunnels/tunnels.ts';
import { updateHandlers } from './update/handlers.ts';
import { startUpdates } from './update/start.ts';
import { TrunkAnswering } from './verify/answering.ts';
import { verifyHandlers } from './verify/handlers.ts';
import { TrunkAccesses } from './verify/trunk-access.ts';
import { AppliedWant } from './want.ts';
import { openSetup } from './wizard/start.ts';

/** A running daemon. `url` is its local API. */
export interface Daemon {
  url: string;
  /** How it stands, in a few words, for the service manager. */
  summary(): string;
  stop(): Promise<void>;
}

interface DaemonParts {
  log: Log;
  clock: Clock;
  random: Random;
  /** The file that the log also goes to, for `demarc logs`. */
  logFile: string;
  restart: RestartProcess;
  /** The timers that the service manager's watchdog is tied to. */
  hearts: Hearts;
}

/**
 * Builds the daemon's parts from the ground up and starts them; what was started is stopped in reverse. It starts and
 * serves without a cloud, without an identity and without PBXs.
 * @throws DemarcError `store.locked`, `config.invalid`, `config.unwritable`, `daemon.port-taken`; nothing runs on then
 */
export async function startDaemon(settings: DaemonSettings, parts: DaemonParts): Promise<Daemon> {
  const { log, clock, random, logFile, restart, hearts } = parts;
  const folder = settings.stateFolder;
  const version = packageJson.version;
  const startedAt = instant(clock);
  const newId = () => ulid(clock.now());
  const failed = (what: string) => (error: unknown) => log.error({ code: toDemarcError(error).code, err: error }, what);
  const stops = new StopList();
  const tools = { clock, random, log };
  try {
    const foundation = await openFoundation({ settings, clock, log, stops });
    const { store, boot, config, secrets, deviceKey, certificate, target, identity, outbox, onEvent } = foundation;
    const site = await openSite({
      foundation,
      version,
      newId,
      onPbxs: () => reporter.refreshSoon('pbxs'),
      onInventory: () => void reporter.refresh('inventory'),
      clock,
      log,
      stops,
    });
    const { registry, engine, inventory, numbers } = site;
    const trunks = await WantedTrunks.open(store);
    const accesses = new TrunkAccesses(store, secrets);
    const want = await AppliedWant.open({ store, config, trunks, clock, log });
    const selfTest = selfTestOf(foundation, registry, clock, () => void reporter.refresh('health'));
    stops.add('self-test', () => selfTest.stop());
    const scheduler = await Scheduler.open({
      store,
      clock,
      log,
      spread: deviceKey,
      zone: () => config.current.site.timeZone,
      onTick: hearts.add('schedule', 60_000),
    });
    const kernelBoot = await bootId(settings.bootIdFile);
    const network = await startNetwork({ settings, kernelBoot, outbox, clock, log });
    stops.add('network', () => network.stop());
    const virtual = settings.virtual === undefined ? await detectVirtual() : settings.virtual === 'yes';
    const online = () => link.status().state === 'online';
    const busy = new BusyBoard();
    const leaving = { folder, identity, outbox, target, online, virtual, busy, restart };
    const hasEnded = (command: string) => commands.hasEnded(command);
    const reset = await Reset.open({ ...leaving, hasEnded, clock, log });
    stops.add('reset', () => reset.stop());
    const setup = await openSetup({ folder, config, identity, site, clock, log });
    const shown = { folder, config, identity, outbox, store, site, scheduler, selfTest, setup };
    const bootIdOf = kernelBoot === undefined ? {} : { bootId: kernelBoot };
    const sections = new Sections({ store, outbox, clock });
    const reporter = new SectionReporter({
      sections,
      log,
      sources: sectionSources({
        fixed: { version, startedAt, virtual, ...bootIdOf },
        ...shown,
        want: () => want.current(),
        update: () => updates.updater.status(),
        tunnels: () => tunnels.document(),
        trunks: () => trunkWatch.document(),
      }),
    });
    stops.add('reports', async () => reporter.stop());
    const taps = new SipTaps();
    const answering = new TrunkAnswering({ trunks, accesses, port: settings.sipPort, log });
    stops.add('answers to PBXs', () => answering.stop());
    const trunkWatch = watchTrunks({
      store,
      trunks,
      accesses,
      addressOf: (pbx) => registry.list().find(({ id }) => id === pbx)?.address,
      isOnline: online,
      onEvent,
      onChange: () => reporter.refreshSoon('trunks'),
      tap: taps,
      ...tools,
    });
    stops.add('supervision', () => trunkWatch.stop());
    const tunnels = await Tunnels.open({
      folder,
      pbxs: () => registry.list(),
      target,
      identity: () => identity.forLink(),
      onEvent,
      onChange: () => void reporter.refresh('tunnels'),
      clock,
      log,
    });
    stops.add('tunnels', async () => tunnels.close());
    registry.onChange(() => tunnels.refresh());

    const updates = await startUpdates({
      settings,
      version,
      config,
      store,
      outbox,
      identity,
      target,
      isOnline: online,
      scheduler,
      spread: deviceKey,
      busy,
      restart,
      refresh: () => reporter.refresh('gateway'),
      newId,
      clock,
      log,
    });
    stops.add('updates', () => updates.stop());
    const told = { version, startedAt, stateFolder: folder, logFile, config, identity, secretBox: secrets, target };
    const bundle = bundles({
      ...told,
      link: () => link.status(),
      inventory: () => inventory.last(),
      outbox: () => outbox.state(),
      store: () => store.health,
      pbxs: () => pbxLinks({ site, scheduler }).links,
      probes: () => registry.list(),
      selfTest: (signal) => selfTest.run(signal),
      newId,
      ...tools,
    });
    const adapterFor = (pbx: string) => registry.adapterFor(pbx);
    const trunkSetter = new TrunkSetter({ store, trunks, accesses, adapterFor, busy, log });
    stops.add('trunk setting', () => trunkSetter.stop());
    const commands = new CommandRunner({
      store,
      outbox,
      clock,
      log,
      skewMs: () => identity.skew() ?? 0,
      handlers: {
        ...commandHandlers({
          engine,
          registry,
          selfTest: (signal, onResult) => selfTest.run(signal, onResult),
          inventory: (signal) => inventory.collect(signal),
        }),
        ...powerHandlers({ settings, kernelBoot, boot, restart, busy, outbox, clock }),
        ...resetHandlers(reset, virtual),
        ...updateHandlers(updates.updater),
        ...bundle.handlers,
        ...traceHandlers({
          ...tools,
          stateFolder: folder,
          taps,
          trunks,
          busy,
          target,
          certificate: () => identity.forLink(),
        }),
        ...tunnels.handlers(),
        ...withProofs(
          verifyHandlers({
            ...tools,
            trunks,
            accesses,
            tap: taps,
            country: () => config.current.site.country,
          }),
          trunkWatch,
        ),
        ...trunkSetter.handlers(),
      },
    });
    await commands.start();
    stops.add('commands', () => commands.stop());

    const duties = new AbortController();
    stops.add('duties', async () => duties.abort());
    const link = new CloudLink({
      outbox,
      boot,
      clock,
      random,
      log,
      target,
      identity: async () => identity.forLink(),
      onTried: async (tried, error) => {
        await identity.tried(tried, error);
        reset.refused(error);
      },
      birth: () => ({ version, capabilities: commands.capabilities() }),
      absence: () => updates.updater.absence(),
      onCommand: (message) => commands.receive(message),
      onAsk: (ask) => answerAsk(ask, { reporter, engine, log, signal: duties.signal }),
      onWant: async (message) => {
        if (await want.apply(message)) await reporter.refresh('gateway');
      },
    });
    const reconnect = () => void link.reconnect().catch(failed('could not connect again'));
    const enrolment = await Enrolment.open({
      folder,
      identity,
      secrets,
      clock,
      random,
      log,
      target,
      describe: () => ({
        hostName: hostname(),
        addresses: siteAddresses(),
        version,
        ...(config.current.site.name === '' ? {} : { siteName: config.current.site.name }),
      }),
      movesTo: (account) => reset.movesTo(account),
      onClaimed: () => {
        reconnect();
        void reporter.refreshAll();
      },
    });
    stops.add('enrolment', () => enrolment.stop());
    config.onChange((now, before) => {
      if (JSON.stringify(now.cloud) !== JSON.stringify(before.cloud)) reconnect();
    });
    scheduleJobs({
      scheduler,
      spread: deviceKey,
      registry,
      engine,
      inventory,
      reporter,
      selfTest,
      identity,
      link,
      log,
    });
    let ready = false;
    const discovery = new DiscoveryKeeper({ clock, log });
    stops.add('discovery', async () => void (await discovery.cancel()));
    const own = { settings, ready: () => ready, certificate, logFile, version, startedAt, boot, clock, log };
    const kept = { config, secrets, store, outbox, identity };
    const announced = announcement({ settings, version, ...tools });
    const pages = await startLocalPages({
      ...own,
      ...kept,
      setup,
      sections,
      announcedName: () => announced.name(),
      onSite: () => void reporter.refresh('gateway'),
      trunks,
      accesses,
      enrolment,
      registry,
      engine,
      numbers,
      scheduler,
      link,
      selfTest,
      inventory,
      discovery,
      bundle: bundle.local,
      reset,
      network,
      updates,
      tunnels,
    });
    stops.add('local API', () => pages.stop());
    await announced.start(pages.url);
    stops.add('name on the network', () => announced.stop());
    await reportDamage({ store, config, outbox, registry, engine, log, signal: duties.signal });
    link.start();
    stops.add('link', () => link.stop());
    scheduler.start();
    stops.add('schedule', () => scheduler.stop());
    await reset.goOn();
    await updates.goOn();
    commands.resumeOpen();
    ready = true;
    log.info({ url: pages.url, boot, version }, 'daemon ready');
    const summary = () => `Cloud ${link.status().state}, ${registry.list().length} PBXs`;
    return { url: pages.url, summary, stop: () => stops.stop() };
  } catch (error) {
    await stops.stop().catch(failed('could not clean up'));
    throw error;
  }
}
