import type { DaemonConfig } from '#config/daemon-settings.ts';
import type { OutboxState } from '#contract/envelope.ts';
import type { CheckResult, InventorySection, PbxLink } from '#contract/sections.ts';
import type { ProbeReport } from '#pbx-adapters/adapter.ts';
import type { StoreHealth } from '../store/store.ts';

/** What the daemon's parts tell a bundle of themselves, at the moment of asking. */
export interface BundleSources {
  version: string;
  startedAt: string;
  stateFolder: string;
  /** The daemon's own log, as `logs/daemon.log`. */
  logFile: string;
  config: () => DaemonConfig;
  /** The state of the connection to the cloud. */
  link: () => unknown;
  /** Who the gateway is; never its key. Undefined while it is not claimed. */
  identity: () => Record<string, unknown> | undefined;
  inventory: () => InventorySection | undefined;
  outbox: () => OutboxState;
  store: () => StoreHealth;
  /** Each PBX with its sync. */
  pbxs: () => PbxLink[];
  probes: () => { id: string; name: string; lastProbe: { at: string; report: ProbeReport } | null }[];
  /** Runs it anew. */
  selfTest: (signal: AbortSignal) => Promise<CheckResult[]>;
  /** Every secret that the gateway has now, in clear. */
  secrets: () => Promise<string[]>;
}
