import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { z } from 'zod';
import { makeFolder } from '#config/atomic-file.ts';
import { type Clock, instant, type Random } from '#config/clock.ts';
import { ConfigFile, type DaemonSettings } from '#config/daemon-settings.ts';
import type { Log } from '#config/log.ts';
import { StopList } from '#config/stop.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import { InventoryCollector } from '#inventory/collector.ts';
import { adapterTypes } from '#pbx-adapters/registry.ts';
import { SipTaps } from '#sip-trunks/trace/tap.ts';
import packageJson from '../package.json' with { type: 'json' };
import { localCertificate } from './api/certificate.ts';
import { bundles } from './bundle/start.ts';
import { checkedCloud, cloudTarget } from './cloud-target.ts';
import { CommandRunner } from './commands/command-runner.ts';
import { commandHandlers } from './commands/handlers.ts';
import { DiscoveryKeeper } from './discovery.ts';
import { answerAsk, reportDamage } from './duties.ts';
import { Haste } from './haste.ts';
import { bootId } from './host.ts';
import { Enrolment } from './identity/enrolment.ts';
import { GatewayIdentity } from './identity/gateway-identity.ts';
import { InventoryKeeper } from './inventory-keeper.ts';
import { scheduleJobs, syncJob } from './jobs.ts';
import { CloudLink } from './link/cloud-link.ts';
import { startLocalPages } from './local-pages.ts';
import { startNetwork } from './network/start.ts';
import type { Hearts } from './notify/hearts.ts';
import { DurableOutbox } from './outbox/durable-outbox.ts';
import { eventRecord } from './outbox/event-record.ts';
import { HighMark } from './outbox/high-mark.ts';
import { ActivityWatch } from './pbxs/activity-watch.ts';
import { NumberCounts } from './pbxs/number-counts.ts';
import { PbxRegistry } from './pbxs/pbx-registry.ts';
import { BusyBoard } from './power/busy.ts';
import { powerHandlers } from './power/handlers.ts';
import type { RestartProcess } from './power/restart.ts';
import { resetHandlers } from './reset/handler.ts';
import { Reset } from './reset/reset.ts';
import { detectVirtual } from './reset/virtual.ts';
import { Scheduler } from './schedule/scheduler.ts';
import { SecretBox } from './secrets/secret-box.ts';
import { diskOf, healthDocument, pbxsDocument, siteAddresses } from './sections/builders.ts';
import { SectionReporter } from './sections/reporter.ts';
import { Sections } from './sections/sections.ts';
import { SelfTestKeeper } from './self-test/keeper.ts';
import { countBoot } from './store/boot.ts';
import { DaemonStore } from './store/store.ts';
import { watchTrunks } from './supervision/start.ts';
import { SyncEngine } from './sync/engine.ts';
import { traceHandlers } from './trace/trace-calls.ts';
import { TrunkSetter } from './trunks/trunk-setter.ts';
import { WantedTrunks } from './trunks/wanted-trunks.ts';
import { Tunnels } from './tunnels/tunnels.ts';
import { updateHandlers } from './update/handlers.ts';
import { startUpdates } from './update/start.ts';
import { verifyHandlers } from './verify/handlers.ts';
import { TrunkAccesses } from './verify/trunk-access.ts';
import { AppliedWant } from './want.ts';

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

const DISK_LIMITS = { warnBytes: 500 * 1024 * 1024, errorBytes: 50 * 1024 * 1024 };

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
  try {
    await makeFolder(folder);
    const store = await DaemonStore.open({ folder, log, clock });
    stops.add('store', () => store.close());
    const boot = await countBoot({ folder, clock, log });
    const config = await ConfigFile.load(settings.configFile);
    const secrets = await SecretBox.load(folder);
    const deviceKey = await readFile(join(folder, 'device.key'), 'utf8');
    // Made beside the rest: at the first start it takes as long as everything else.
    const certificate = localCertificate(folder, clock);
    certificate.catch(() => undefined);

    const target = () => cloudTarget(config.current.cloud, secrets);
    const identity = await GatewayIdentity.load({ folder, clock, log, target });
    const skew = () => identity.skew();
    const mark = new HighMark({ folder, log });
    const outbox = await DurableOutbox.open({ store, boot, clock, log, skew, mark });
    stops.add('outbox', () => outbox.stop());

    const registry = new PbxRegistry({
      config,
      types: adapterTypes,
      sealer: secrets,
      deviceKey,
      store,
      tempFolder: join(folder, 'adapters'),
      onEvent: (event) => void outbox.append([eventRecord(event)]).catch(failed('an event is lost')),
      newId,
      clock,
      log,
    });
    const numbers = await NumberCounts.open({
      store,
      registry,
      clock,
      log,
      onCount: () => reporter.refreshSoon('pbxs'),
    });
    stops.add('numbers', () => numbers.stop());
    const zone = () => config.current.site.timeZone;
    const activity = new ActivityWatch({ store, registry, clock, zone, log });
    activity.start();
    stops.add('activity', () => activity.stop());
    const sections = new Sections({ store, outbox, clock });
    const trunks = await WantedTrunks.open(store);
    const accesses = new TrunkAccesses(store, secrets);
    const want = await AppliedWant.open({ store, config, trunks, clock, log });
    const haste = new Haste();
    const engine = await SyncEngine.open({
      store,
      outbox,
      clock,
      log,
      newId,
      identify: (pbx) => registry.identify(pbx),
      adapterFor: (pbx) => registry.adapterFor(pbx),
      settings: () => {
        const { site, phonePolicy, guard } = config.current;
        return { country: site.country, phonePolicy, guard };
      },
      onStatus: () => reporter.refreshSoon('pbxs'),
      hurry: () => haste.begin(),
      onApplied: async (pbx, counted) => {
        await registry.keepChosen(pbx).catch(failed('what was learned of a PBX could not be kept'));
        if (counted === undefined) numbers.countSoon(pbx);
        else await numbers.take(pbx, counted).catch(failed('the count of numbers could not be kept'));
      },
    });
    stops.add('sync', () => engine.stop());
    const collector = new InventoryCollector({ version, fallbackPlatformId: fallbackId(deviceKey), clock, log });
    const inventory = await InventoryKeeper.open({
      store,
      collector,
      registry,
      log,
      onCollected: () => void reporter.refresh('inventory'),
    });
    stops.add('inventory', () => inventory.stop());
    const probeTable = store.table('self-test', z.string());
    const selfTest = new SelfTestKeeper({
      clock,
      onRun: () => void reporter.refresh('health'),
      context: () => ({
        cloud: checkedCloud(target()),
        identity: identity.current(),
        stateFolder: folder,
        disk: DISK_LIMITS,
        clock,
        outbox: () => outbox.state(),
        writeToStore: () => probeTable.put('probe', instant(clock)),
        pbxs: registry.list().map(({ id, name }) => ({ id, name, probe: (signal) => registry.probe(id, signal) })),
      }),
    });
    stops.add('self-test', () => selfTest.stop());
    const scheduler = await Scheduler.open({
      store,
      clock,
      log,
      spread: deviceKey,
      zone,
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
    const pbxLinks = () =>
      pbxsDocument(registry.list(), {
        syncOf: (id) => engine.status(id),
        nextSyncAt: (id) => scheduler.nextAt(syncJob(id)),
        numbersOf: (id) => numbers.of(id),
        callsOf: (id) => activity.of(id),
      });
    const reporter = new SectionReporter({
      sections,
      log,
      sources: {
        gateway: () => ({
          hostName: hostname(),
          version,
          addresses: siteAddresses(),
          timeZone: config.current.site.timeZone,
          siteName: config.current.site.name,
          startedAt,
          certificateExpiresAt: identity.current()?.expiresAt ?? null,
          ...(kernelBoot === undefined ? {} : { bootId: kernelBoot }),
          ...(want.current() ? { want: want.current() } : {}),
          virtual,
          update: updates.updater.status(),
        }),
        pbxs: pbxLinks,
        inventory: () => inventory.last(),
        health: async () =>
          healthDocument({
            outbox: outbox.state(),
            store: store.health,
            clockOffsetMs: identity.skew() ?? null,
            memoryBytes: process.memoryUsage.rss(),
            ...selfTest.last(),
            disk: await diskOf(folder),
          }),
        tunnels: () => tunnels.document(),
        trunks: () => trunkWatch.document(),
      },
    });
    stops.add('reports', async () => reporter.stop());
    const taps = new SipTaps();
    const trunkWatch = watchTrunks({
      store,
      trunks,
      addressOf: (pbx) => registry.list().find(({ id }) => id === pbx)?.address,
      isOnline: online,
      onEvent: (event) => void outbox.append([eventRecord(event)]).catch(failed('an event is lost')),
      onChange: () => reporter.refreshSoon('trunks'),
      tap: taps,
      ...{ clock, random, log },
    });
    stops.add('supervision', () => trunkWatch.stop());
    const tunnels = await Tunnels.open({
      folder,
      pbxs: () => registry.list(),
      target,
      identity: () => identity.forLink(),
      onEvent: (event) => void outbox.append([eventRecord(event)]).catch(failed('an event is lost')),
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
    const bundle = bundles({
      ...{ version, startedAt, stateFolder: folder, logFile, config, identity, secretBox: secrets, target },
      link: () => link.status(),
      inventory: () => inventory.last(),
      outbox: () => outbox.state(),
      store: () => store.health,
      pbxs: () => pbxLinks().links,
      probes: () => registry.list(),
      selfTest: (signal) => selfTest.run(signal),
      ...{ newId, clock, random, log },
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
          ...{ stateFolder: folder, taps, trunks, busy, target, clock, random, log },
          certificate: () => identity.forLink(),
        }),
        ...tunnels.handlers(),
        ...verifyHandlers({
          ...{ trunks, accesses, tap: taps, clock, random },
          country: () => config.current.site.country,
        }),
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
    const own = { settings, ready: () => ready, certificate, logFile, version, startedAt, clock, log };
    const kept = { config, secrets, store, outbox, identity };
    const pages = await startLocalPages({
      ...own,
      ...kept,
      trunks,
      accesses,
      enrolment,
      registry,
      engine,
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

/** Stands in for the machine id on hosts that have none; stable, and tells nothing of the key. */
const fallbackId = (deviceKey: string): string =>
  createHash('sha256').update(`platform:${deviceKey}`).digest('hex').slice(0, 32);
