/** The documents of the sections, each from what the parts of the daemon say of themselves. */
import { statfs } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import type { OutboxState } from '#contract/envelope.ts';
import type { CheckResult, HealthSection, PbxLink, PbxsSection, RemovedPbx } from '#contract/sections.ts';
import type { CallsSeen } from '../pbxs/activity-watch.ts';
import type { PbxView } from '../pbxs/pbx-registry.ts';
import type { StoreHealth } from '../store/store.ts';
import type { PbxSyncStatus } from '../sync/engine.ts';

/** Addresses that others can reach, sorted, so that the order of the interfaces makes no change. */
export function siteAddresses(): string[] {
  const found = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((entry) => !entry.internal && !entry.address.startsWith('fe80:'))
    .map((entry) => entry.address);
  return [...new Set(found)].sort().slice(0, 64);
}

/** What is known of a PBX beside its settings. */
export interface PbxFacts {
  syncOf: (id: string) => PbxSyncStatus;
  nextSyncAt: (id: string) => string | null;
  numbersOf: (id: string) => number;
  callsOf: (id: string) => CallsSeen | undefined;
  /** What was removed, the newest first. */
  removed: readonly RemovedPbx[];
}

/** Section `pbxs`: a link for each PBX, with what its sync is doing, and what was removed. Times are ISO instants. */
export function pbxsDocument(pbxs: readonly PbxView[], facts: PbxFacts): PbxsSection {
  // A removal that was cut short between its note and the configuration did not take place.
  const gone = facts.removed.filter(({ id }) => !pbxs.some((pbx) => pbx.id === id));
  return {
    links: pbxs.map((pbx) => {
      const sync = facts.syncOf(pbx.id);
      const version = pbx.lastProbe?.report.version?.slice(0, 256);
      const link: PbxLink = {
        id: pbx.id,
        type: pbx.type,
        name: pbx.name,
        address: pbx.address,
        capabilities: pbx.capabilities,
        syncMinutes: pbx.syncMinutes,
        nextSyncAt: facts.nextSyncAt(pbx.id),
        running: sync.running,
        lastSync: sync.last,
        lastSuccessAt: sync.lastSuccessAt,
        users: sync.users,
        keptUsers: sync.kept,
        numbers: facts.numbersOf(pbx.id),
        ...facts.callsOf(pbx.id),
        ...(version === undefined ? {} : { version }),
      };
      return link;
    }),
    ...(gone.length === 0 ? {} : { removed: gone }),
  };
}

/** Room on the file system of a folder, in bytes, as a program without privileges may use it; undefined when it is not told. */
export async function diskOf(folder: string): Promise<HealthSection['disk']> {
  // The self-test looks at the same and says what to do; a report goes out without this figure.
  const found = await statfs(folder).catch(() => undefined);
  return found && { freeBytes: found.bavail * found.bsize, totalBytes: found.blocks * found.bsize };
}

/** What section `health` is made of. */
export interface HealthFacts {
  outbox: OutboxState;
  store: StoreHealth;
  clockOffsetMs: number | null;
  memoryBytes: number;
  checks: CheckResult[];
  checkedAt: string | null;
  disk: HealthSection['disk'];
}

export const healthDocument = ({ disk, ...facts }: HealthFacts): HealthSection => ({
  ...facts,
  ...(disk && { disk }),
  store: { ...facts.store, ...(facts.store.detail === undefined ? {} : { detail: facts.store.detail.slice(0, 512) }) },
});
