import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { StopList } from '#config/stop.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import { InventoryCollector } from '#inventory/collector.ts';
import { adapterTypes } from '#pbx-adapters/registry.ts';
import type { Foundation } from './foundation.ts';
import { Haste } from './haste.ts';
import { InventoryKeeper } from './inventory-keeper.ts';
import { ActivityWatch } from './pbxs/activity-watch.ts';
import { NumberCounts } from './pbxs/number-counts.ts';
import { PbxRegistry } from './pbxs/pbx-registry.ts';
import { RemovedPbxs } from './pbxs/removed-pbxs.ts';
import { SyncEngine } from './sync/engine.ts';

interface SiteOptions {
  foundation: Foundation;
  version: string;
  newId: () => string;
  /** Something that section `pbxs` shows has changed. */
  onPbxs: () => void;
  onInventory: () => void;
  /** The numbers of a PBX were read. */
  onNumbers: () => void;
  clock: Clock;
  log: Log;
  stops: StopList;
}

/** What the gateway knows of its site: the PBXs, their users, numbers and calls, and the inventory. */
export type Site = Awaited<ReturnType<typeof openSite>>;

/** Opens what is kept of the site and starts following its calls. @throws DemarcError `store.damaged` */
export async function openSite({ foundation, version, newId, clock, log, stops, ...told }: SiteOptions) {
  const { folder, store, config, secrets, deviceKey, outbox, onEvent } = foundation;
  const failed = (what: string) => (error: unknown) => log.error({ code: toDemarcError(error).code, err: error }, what);
  const removed = await RemovedPbxs.open({ store, clock });
  const registry = new PbxRegistry({
    config,
    types: adapterTypes,
    sealer: secrets,
    deviceKey,
    store,
    removed,
    tempFolder: join(folder, 'adapters'),
    onEvent,
    newId,
    clock,
    log,
  });
  const onNews = { onCount: told.onPbxs, onList: told.onNumbers };
  const numbers = await NumberCounts.open({ store, registry, clock, log, ...onNews });
  stops.add('numbers', () => numbers.stop());
  const activity = new ActivityWatch({ store, registry, clock, zone: () => config.current.site.timeZone, log });
  activity.start();
  stops.add('activity', () => activity.stop());
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
    onStatus: told.onPbxs,
    hurry: () => haste.begin(),
    onApplied: async (pbx, counted) => {
      await registry.keepChosen(pbx).catch(failed('what was learned of a PBX could not be kept'));
      if (counted === undefined) numbers.countSoon(pbx);
      else await numbers.take(pbx, counted).catch(failed('the count of numbers could not be kept'));
    },
  });
  stops.add('sync', () => engine.stop());
  const collector = new InventoryCollector({ version, fallbackPlatformId: fallbackId(deviceKey), clock, log });
  const inventory = await InventoryKeeper.open({ store, collector, registry, log, onCollected: told.onInventory });
  stops.add('inventory', () => inventory.stop());
  return { registry, removed, numbers, activity, engine, inventory };
}

/** Stands in for the machine id on hosts that have none; stable, and tells nothing of the key. */
const fallbackId = (deviceKey: string): string =>
  createHash('sha256').update(`platform:${deviceKey}`).digest('hex').slice(0, 32);
