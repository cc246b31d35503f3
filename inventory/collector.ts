import { hostname } from 'node:os';
import { type Clock, instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { ApplicationReport, InventorySection, PlatformReport } from '#contract/sections.ts';
import { hostFacts } from './host-facts.ts';
import { type HostReading, readHost } from './host-process.ts';
import { platformId } from './platform-id.ts';

export interface InventoryCollectorOptions {
  /** The product's version, from package.json. */
  version: string;
  /** Stands in for the host's machine id where there is none; made once and kept by the caller. */
  fallbackPlatformId: string;
  clock: Clock;
  log: Log;
  /** The collecting process; only tests give another. */
  script?: URL;
  /** How long the collecting process may take, in milliseconds; default 10 s. */
  deadlineMs?: number;
}

const MAX_APPLICATIONS = 200;
const SCRIPT = new URL('./host-child.ts', import.meta.url);
const DEFAULT_DEADLINE_MS = 10_000;

/** The inventory of this gateway's host and of the applications that it knows (design section 10). */
export class InventoryCollector {
  readonly #options: InventoryCollectorOptions;

  constructor(options: InventoryCollectorOptions) {
    this.#options = options;
  }

  /**
   * Collects anew. A fact whose source fails keeps its value from `previous`, marked as stale with the problem; no
   * source can make this fail. `applications` are those that the PBX links reported.
   * @throws the signal's reason when it is aborted
   */
  async collect(
    previous: InventorySection | undefined,
    applications: readonly ApplicationReport[],
    signal: AbortSignal,
  ): Promise<InventorySection> {
    const { clock, fallbackPlatformId, script = SCRIPT, deadlineMs = DEFAULT_DEADLINE_MS } = this.#options;
    const id = await platformId(fallbackPlatformId);
    const reading = await readHost({ script, deadlineMs }, signal);
    signal.throwIfAborted();
    this.#warn(reading);
    const at = instant(clock);
    const platform: PlatformReport = {
      id,
      hostName: { value: hostname().slice(0, 512), source: 'os', at, stale: false },
      ...hostFacts(
        reading,
        at,
        previous?.platforms.find((known) => known.id === id),
      ),
    };
    const others = applications.filter((application) => application.type !== 'demarc-gateway');
    return {
      collectedAt: at,
      platforms: [platform],
      applications: [this.#gateway(id, at), ...others].slice(0, MAX_APPLICATIONS),
    };
  }

  #gateway(platform: string, at: string): ApplicationReport {
    return {
      id: `demarc-gateway-${platform}`.slice(0, 128),
      platform,
      type: 'demarc-gateway',
      name: 'Demarc gateway',
      version: { value: this.#options.version, source: 'package', at, stale: false },
      licence: null,
      hasPortal: false,
    };
  }

  #warn({ sources, problem }: HostReading): void {
    const failed = [...sources].flatMap(([source, said]) => ('problem' in said ? [`${source}: ${said.problem}`] : []));
    if (problem === undefined && failed.length === 0) return;
    this.#options.log.warn(
      { code: 'inventory.incomplete', problem, failed },
      'the host told only a part of its inventory; the rest is shown as it was before',
    );
  }
}
