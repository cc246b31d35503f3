/** What the gateway does by itself, and when. */
import type { Log } from '#config/log.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import type { GatewayIdentity } from './identity/gateway-identity.ts';
import type { InventoryKeeper } from './inventory-keeper.ts';
import type { CloudLink } from './link/cloud-link.ts';
import type { PbxRegistry } from './pbxs/pbx-registry.ts';
import { type Scheduler, spreadInterval } from './schedule/scheduler.ts';
import type { SectionReporter } from './sections/reporter.ts';
import type { SelfTestKeeper } from './self-test/keeper.ts';
import type { SyncEngine } from './sync/engine.ts';

interface JobParts {
  scheduler: Scheduler;
  /** The gateway's own text, which spreads the fleet over each period. */
  spread: string;
  registry: PbxRegistry;
  engine: SyncEngine;
  inventory: InventoryKeeper;
  reporter: SectionReporter;
  selfTest: SelfTestKeeper;
  identity: GatewayIdentity;
  link: CloudLink;
  log: Log;
}

const HOUR = 60;

export const INVENTORY_JOB = 'inventory';
export const syncJob = (pbx: string): string => `sync:${pbx}`;

/** Adds every job; those of the PBXs follow the registry from then on. */
export function scheduleJobs(parts: JobParts): void {
  const { scheduler, spread, registry, engine, inventory, reporter, selfTest, identity, link, log } = parts;
  const addSync = (id: string): void =>
    scheduler.add({
      name: syncJob(id),
      schedule: () => spreadInterval(`${spread}:${id}`, minutesOf(registry, id)),
      run: async (signal, reason) => {
        try {
          await engine.run(id, { trigger: reason }, signal);
        } catch (thrown) {
          const { code } = toDemarcError(thrown);
          // Somebody's Sync Now, or a removal, was quicker: that is no fault.
          if (code !== 'sync.busy' && code !== 'sync.unknown-pbx') throw thrown;
          log.debug({ code, pbx: id }, 'a scheduled sync was not needed');
        }
      },
    });
  for (const { id } of registry.list()) addSync(id);
  registry.onChange(({ kind, id }) => {
    reporter.refreshSoon('pbxs');
    inventory.collectSoon();
    if (kind === 'removed') {
      const gone = scheduler.remove(syncJob(id)).then(() => engine.forget(id));
      gone.catch((error: unknown) => log.error({ code: toDemarcError(error).code, err: error }, 'could not forget'));
      return;
    }
    addSync(id);
    // A new PBX is read at once, not in a minute.
    scheduler.tick();
  });
  scheduler.add({
    name: INVENTORY_JOB,
    schedule: () => spreadInterval(spread, HOUR),
    run: async (signal) => {
      await inventory.collect(signal);
    },
  });
  scheduler.add({
    name: 'report',
    schedule: () => ({ everyMinutes: 1, offsetMinutes: 0 }),
    run: () => reporter.refreshAll(),
  });
  scheduler.add({
    name: 'self-test',
    schedule: () => ({ kind: 'daily', time: '03:30' }),
    run: async (signal) => {
      await selfTest.run(signal);
    },
  });
  scheduler.add({
    name: 'certificate',
    schedule: () => spreadInterval(spread, 6 * HOUR),
    run: async (signal) => {
      if (await identity.renewIfDue(signal)) await link.reconnect();
    },
  });
}

const minutesOf = (registry: PbxRegistry, id: string): number =>
  registry.list().find((pbx) => pbx.id === id)?.syncMinutes ?? HOUR;
