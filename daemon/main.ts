import { ulid } from 'ulid';
import { type Clock, instant, type Random } from '#config/clock.ts';
import type { DaemonSettings } from '#config/daemon-settings.ts';
import type { Log } from '#config/log.ts';
import { StopList } from '#config/stop.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import packageJson from '../package.json' with { type: 'json' };
import { announcement } from './announce/start.ts';
import { bundlesOf } from './bundle/start.ts';
import { CommandRunner } from './commands/command-runner.ts';
import { commandHandlers } from './commands/handlers.ts';
import { DiscoveryKeeper } from './discovery.ts';
import { answerAsk, reportDamage } from './duties.ts';
import { openFoundation } from './foundation.ts';
import { bootId } from './host.ts';
import { openEnrolment } from './identity/start.ts';
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
import { SectionReporter } from './sections/reporter.ts';
import { Sections } from './sections/sections.ts';
import { sectionSources } from './sections/sources.ts';
import { selfTestOf } from './self-test/start.ts';
import { openSite } from './site.ts';
import { startTrunks } from './trunks/start.ts';
import { openTunnels } from './tunnels/start.ts';
import { updateHandlers } from './update/handlers.ts';
import { startUpdates } from './update/start.ts';
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
  const version = packageJson.version;
  const startedAt = instant(clock);
  const about = { version, startedAt, logFile };
  const newId = () => ulid(clock.now());
  const failed = (what: string) => (error: unknown) => log.error({ code: toDemarcError(error).code, err: error }, what);
  const stops = new StopList();
  const tools = { clock, random, log };
  try {
    const foundation = await openFoundation({ settings, clock, log, stops });
    const { store, boot, config, deviceKey, identity, outbox } = foundation;
    const site = await openSite({
      foundation,
      version,
      newId,
      onPbxs: () => reporter.refreshSoon('pbxs'),
      onInventory: () => void reporter.refresh('inventory'),
      onNumbers: () => reporter.refreshSoon('numbers'),
      stops,
      ...tools,
    });
    const { registry, engine, inventory } = site;
    const selfTest = selfTestOf(foundation, registry, clock, () => void reporter.refresh('health'));
    stops.add('self-test', () => selfTest.stop());
    const zone = () => config.current.site.timeZone;
    const onTick = hearts.add('schedule', 60_000);
    const scheduler = await Scheduler.open({ store, clock, log, spread: deviceKey, zone, onTick });
    const kernelBoot = await bootId(settings.bootIdFile);
    const network = await startNetwork({ settings, kernelBoot, outbox, clock, log });
    stops.add('network', () => network.stop());
    const virtual = settings.virtual === undefined ? await detectVirtual() : settings.virtual === 'yes';
    const online = () => link.status().state === 'online';
    const busy = new BusyBoard();
    const hasEnded = (command: string) => commands.hasEnded(command);
    const reset = await Reset.open({ ...foundation, online, virtual, busy, restart, hasEnded, clock, log });
    stops.add('reset', () => reset.stop());
    const setup = await openSetup({ ...foundation, site, clock, log });
    const sections = new Sections({ store, outbox, clock });
    const reporter = new SectionReporter({
      sections,
      log,
      sources: sectionSources({
        fixed: { version, startedAt, virtual, ...(kernelBoot === undefined ? {} : { bootId: kernelBoot }) },
        ...foundation,
        site,
        scheduler,
        selfTest,
        setup,
        want: () => want.current(),
        update: () => updates.updater.status(),
        tunnels: () => tunnels.document(),
        trunks: () => sip.watch.document(),
      }),
    });
    stops.add('reports', async () => reporter.stop());
    const sip = await startTrunks({
      foundation,
      registry,
      busy,
      sipPort: settings.sipPort,
      isOnline: online,
      onChange: () => reporter.refreshSoon('trunks'),
      stops,
      ...tools,
    });
    const siteCountry = () => setup.state.document.site?.country;
    const want = await AppliedWant.open({ store, config, trunks: sip.trunks, siteCountry, clock, log });
    const onTunnels = () => void reporter.refresh('tunnels');
    const tunnels = await openTunnels({ foundation, registry, onChange: onTunnels, clock, log });
    stops.add('tunnels', async () => tunnels.close());
    const updates = await startUpdates({
      ...foundation,
      settings,
      version,
      isOnline: online,
      scheduler,
      spread: deviceKey,
      busy,
      restart,
      refresh: () => reporter.refresh('gateway'),
      newId,
      ...tools,
    });
    stops.add('updates', () => updates.stop());
    const linkState = () => link.status();
    const bundle = bundlesOf({ foundation, site, scheduler, selfTest, link: linkState, ...about, newId, ...tools });
    const commands = new CommandRunner({
      ...foundation,
      ...tools,
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
        ...tunnels.handlers(),
        ...sip.handlers(),
      },
    });
    await commands.start();
    stops.add('commands', () => commands.stop());

    const duties = new AbortController();
    stops.add('duties', async () => duties.abort());
    const link = new CloudLink({
      ...foundation,
      ...tools,
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
    const onClaimed = () => {
      reconnect();
      void reporter.refreshAll();
    };
    const enrolment = await openEnrolment({ foundation, version, reset, onClaimed, ...tools });
    stops.add('enrolment', () => enrolment.stop());
    config.onChange((now, before) => {
      if (JSON.stringify(now.cloud) !== JSON.stringify(before.cloud)) reconnect();
    });
    scheduleJobs({ ...site, scheduler, spread: deviceKey, reporter, selfTest, identity, link, log });
    let ready = false;
    const discovery = new DiscoveryKeeper({ clock, log });
    stops.add('discovery', async () => void (await discovery.cancel()));
    const announced = announcement({ settings, version, ...tools });
    const pages = await startLocalPages({
      ...foundation,
      ...site,
      ...sip,
      settings,
      ready: () => ready,
      ...about,
      ...tools,
      setup,
      want,
      sections,
      announcedName: () => announced.name(),
      onSite: () => void reporter.refresh('gateway'),
      enrolment,
      scheduler,
      link,
      selfTest,
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
