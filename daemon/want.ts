import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Clock, instant } from '#config/clock.ts';
import type { ConfigFile, DaemonConfig } from '#config/daemon-settings.ts';
import type { Log } from '#config/log.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import type { GatewaySection, Want } from '#contract/sections.ts';
import type { Table } from './store/table.ts';
import type { WantedTrunks } from './trunks/wanted-trunks.ts';

const Applied = z.object({
  version: z.int().min(0),
  code: z.string(),
  at: z.string().nullable(),
  /** Digest of the settings: another account may give others under the same version. */
  digest: z.string().optional(),
  business: z
    .object({ address: z.string(), city: z.string(), province: z.string(), postalCode: z.string() })
    .optional(),
});

interface WantsOptions {
  store: { table(name: string, schema: typeof Applied): Table<z.infer<typeof Applied>> };
  config: Pick<ConfigFile, 'update'>;
  /** Takes the trunks of the cloud, all of them. */
  trunks: Pick<WantedTrunks, 'replace'>;
  /** What the installer said of the site: who stands there knows better than the account. */
  siteCountry?: () => string | undefined;
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
    if (this.#applied === undefined) return undefined;
    const { version, code, at } = this.#applied;
    return { version, code, at };
  }

  /** The address of the account, to be offered for that of the site. */
  business(): Want['settings']['business'] {
    return this.#applied?.business;
  }

  /** Applies what is new. False when it is the version that is in force; a failure is told, and tried again when it comes again. */
  async apply({ version, settings }: Want): Promise<boolean> {
    const digest = createHash('sha256').update(JSON.stringify(settings)).digest('hex');
    const before = this.#applied;
    if (before?.version === version && before.digest === digest && before.code === 'ok') return false;
    const { config, trunks, clock, log } = this.#options;
    let code = 'ok';
    try {
      const country = this.#options.siteCountry?.() ?? settings.country;
      await config.update((current) => merged(current, { ...settings, country }));
      if (settings.trunks !== undefined) await trunks.replace(settings.trunks);
      log.info({ version }, 'settings of the cloud applied');
    } catch (thrown) {
      const error = toDemarcError(thrown);
      ({ code } = error);
      log.error({ code, version, detail: error.detail }, 'settings of the cloud could not be applied');
    }
    const { business } = settings;
    this.#applied = { version, code, at: instant(clock), digest, ...(business ? { business } : {}) };
    await this.#table.put('want', this.#applied);
    return true;
  }
}

function merged(config: DaemonConfig, { phonePolicy, guard, country }: Want['settings']): DaemonConfig {
  const site = country === undefined ? config.site : { ...config.site, country: country.toUpperCase() };
  return { ...config, phonePolicy, guard: guard ?? config.guard, site };
}
