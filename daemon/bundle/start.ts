/** The bundle put together over the daemon's parts: its command for the cloud, and the same bundle for the command line. */
import type { LogRequest } from '#contract/commands.ts';
import type { CommandHandlers } from '../commands/handler.ts';
import type { Foundation } from '../foundation.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import { pbxLinks } from '../sections/sources.ts';
import type { SelfTestKeeper } from '../self-test/keeper.ts';
import type { Site } from '../site.ts';
import { BUNDLE_LIMITS, bundleFolder, type CollectLogsParts, collectLogs } from './collect-logs.ts';
import type { Bundle } from './make-bundle.ts';
import type { BundleSources } from './sources.ts';

interface BundleParts extends Pick<CollectLogsParts, 'clock' | 'random' | 'log'> {
  foundation: Foundation;
  site: Site;
  scheduler: Scheduler;
  selfTest: Pick<SelfTestKeeper, 'run'>;
  /** The state of the connection to the cloud. */
  link: () => unknown;
  version: string;
  startedAt: string;
  logFile: string;
  newId: () => string;
}

/** Makes a bundle for somebody on this machine; the caller removes the file. */
export type LocalBundle = (request: LogRequest, signal: AbortSignal) => Promise<Bundle>;

/** Nothing heavy is loaded before the first bundle. */
export function bundlesOf(parts: BundleParts): { handlers: CommandHandlers; local: LocalBundle } {
  const { foundation, site, scheduler, selfTest, link, version, startedAt, logFile } = parts;
  const { newId, clock, random, log } = parts;
  const { folder: stateFolder, config, identity, secrets, target, outbox, store } = foundation;
  const sources: BundleSources = {
    version,
    startedAt,
    stateFolder,
    logFile,
    link,
    inventory: () => site.inventory.last(),
    outbox: () => outbox.state(),
    store: () => store.health,
    pbxs: () => pbxLinks({ site, scheduler }).links,
    probes: () => site.registry.list(),
    selfTest: (signal) => selfTest.run(signal),
    config: () => config.current,
    identity: () => {
      const own = identity.current();
      if (own === undefined) return undefined;
      const { key: _, ...facts } = own;
      return facts;
    },
    secrets: async () => {
      const { currentSecrets } = await import('./current-secrets.ts');
      const open = (sealed: string) => secrets.open(sealed);
      return currentSecrets({ stateFolder, documents: [config.current], open, log });
    },
  };
  const certificate = () => identity.forLink();
  return {
    handlers: { 'gateway.collect-logs': collectLogs({ sources, target, certificate, clock, random, log }) },
    local: async (request, signal) => {
      const { makeBundle } = await import('./make-bundle.ts');
      return makeBundle({
        sources,
        request,
        folder: bundleFolder(stateFolder),
        name: `local-${newId()}`,
        limits: BUNDLE_LIMITS,
        clock,
        log,
        signal,
        progress: () => undefined,
      });
    },
  };
}
