import { hostname } from 'node:os';
import type { ConfigFile } from '#config/daemon-settings.ts';
import type { GatewaySection, PbxsSection } from '#contract/sections.ts';
import type { TrunksSection } from '#contract/trunk-health.ts';
import type { TunnelsSection } from '#contract/tunnels.ts';
import type { UpdateStatus } from '#contract/update.ts';
import type { GatewayIdentity } from '../identity/gateway-identity.ts';
import { syncJob } from '../jobs.ts';
import type { DurableOutbox } from '../outbox/durable-outbox.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import type { SelfTestKeeper } from '../self-test/keeper.ts';
import type { Site } from '../site.ts';
import type { DaemonStore } from '../store/store.ts';
import type { Setup } from '../wizard/start.ts';
import { diskOf, healthDocument, pbxsDocument, siteAddresses } from './builders.ts';
import { numbersDocument } from './numbers.ts';
import type { SectionSources } from './reporter.ts';

interface SourceParts {
  /** What does not change while the process lives. */
  fixed: Pick<GatewaySection, 'version' | 'startedAt' | 'virtual' | 'bootId'>;
  folder: string;
  config: ConfigFile;
  identity: GatewayIdentity;
  outbox: DurableOutbox;
  store: DaemonStore;
  site: Site;
  scheduler: Scheduler;
  selfTest: SelfTestKeeper;
  setup: Pick<Setup, 'state' | 'onboarding'>;
  want: () => GatewaySection['want'];
  update: () => UpdateStatus;
  tunnels: () => Promise<TunnelsSection>;
  trunks: () => TrunksSection | undefined;
}

/** The links to the PBXs as section `pbxs` and the support bundle show them. */
export const pbxLinks = ({ site, scheduler }: Pick<SourceParts, 'site' | 'scheduler'>): PbxsSection =>
  pbxsDocument(site.registry.list(), {
    syncOf: (id) => site.engine.status(id),
    nextSyncAt: (id) => scheduler.nextAt(syncJob(id)),
    numbersOf: (id) => site.numbers.of(id),
    callsOf: (id) => site.activity.of(id),
    removed: site.removed.list(),
  });

/** How the document of each section is made from what the parts of the daemon say of themselves. */
export function sectionSources(parts: SourceParts): SectionSources {
  const { config, identity, outbox, store, site, selfTest } = parts;
  return {
    gateway: () => {
      const want = parts.want();
      return {
        ...parts.fixed,
        hostName: hostname(),
        addresses: siteAddresses(),
        timeZone: config.current.site.timeZone,
        siteName: config.current.site.name,
        ...siteAddress(parts.setup),
        onboarding: parts.setup.onboarding(),
        certificateExpiresAt: identity.current()?.expiresAt ?? null,
        ...(want ? { want } : {}),
        update: parts.update(),
      };
    },
    pbxs: () => pbxLinks(parts),
    inventory: () => site.inventory.last(),
    health: async () =>
      healthDocument({
        outbox: outbox.state(),
        store: store.health,
        clockOffsetMs: identity.skew() ?? null,
        memoryBytes: process.memoryUsage.rss(),
        ...selfTest.last(),
        disk: await diskOf(parts.folder),
      }),
    tunnels: parts.tunnels,
    trunks: parts.trunks,
    numbers: () => numbersDocument(site.registry.list(), (id) => site.numbers.listOf(id)),
  };
}

function siteAddress({ state }: Pick<Setup, 'state'>): Pick<GatewaySection, 'siteAddress'> {
  if (state.document.site === undefined) return {};
  const { name: _, ...siteAddress } = state.document.site;
  return { siteAddress };
}
