import { z } from 'zod';
import { type Clock, instant } from '#config/clock.ts';
import type { ConfigFile, DaemonConfig } from '#config/daemon-settings.ts';
import type { Log } from '#config/log.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import type { GatewaySection, Want } from '#contract/sections.ts';
import type { Table } from './store/table.ts';

const Applied = z.object({ version: z.int().min(0), code: z.string(), at: z.string().nullable() });

interface WantsOptions {
  store: { table(name: string, schema: typeof Applied): Table<z.infer<typeof Applied>> };
  config: Pick<ConfigFile, 'update'>;
  clock: Clock;
  log: Log;
}

/** Settings that the cloud decides: applied once a version, and told back in section `gateway`. */
export class AppliedWant {
  readonly #options: WantsOptions;
  readonly #table: Table<z.infer<typeof Applied>>;
  #applied: z.infer<typeof Applied> | undefined;

  private constructor(options: WantsOptions, table: Table<z.infer<typeof Applied>>) {
    this.#options = options;
    this.#table = table;
  }

  static async open(options: WantsOptions): Promise<AppliedWant> {
    const wants = new AppliedWant(options, options.store.table('want', Applied));
    wants.#applied = await wants.#table.get('want');
    return wants;
  }

  current(): GatewaySection['want'] {
    return this.#applied;
  }

  /** Applies what is new. False when it is the version that is in force; a failure is told, and tried again when it comes again. */
  async apply({ version, settings }: Want): Promise<boolean> {
    if (this.#applied?.version === version && this.#applied.code === 'ok') return false;
    const { config, clock, log } = this.#options;
    let code = 'ok';
    try {
      await config.update((before) => merged(before, settings));
      log.info({ version }, 'settings of the cloud applied');
    } catch (thrown) {
      const error = toDemarcError(thrown);
      ({ code } = error);
      log.error({ code, version, detail: error.detail }, 'settings of the cloud could not be applied');
    }
    this.#applied = { version, code, at: instant(clock) };
    await this.#table.put('want', this.#applied);
    return true;
  }
}

function merged(config: DaemonConfig, { phonePolicy, guard, country }: Want['settings']): DaemonConfig {
  const site = country === undefined ? config.site : { ...config.site, country: country.toUpperCase() };
  return { ...config, phonePolicy, guard: guard ?? config.guard, site };
}
