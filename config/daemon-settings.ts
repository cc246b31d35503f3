import { join } from 'node:path';
import { z } from 'zod';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { Id } from '#contract/ids.ts';
import { Channel } from '#contract/update.ts';
import { RemovalGuard } from '#contract/users.ts';
import { Variant } from '#contract/wizard/state.ts';
import { PbxType, PhonePolicy } from '#contract/words.ts';
import { DocumentFile } from './document.ts';

const DEFAULT_WEB_PORT = 9443;

const Word = z
  .string()
  .max(4096)
  .regex(/^\P{Cc}+$/u);

/** A JSON array of words. */
const ArgumentVector = z.string().transform((text, context): string[] => {
  const issue = 'must be a JSON array of words such as ["systemctl","reboot"]';
  try {
    const words = z.array(Word).max(64).safeParse(JSON.parse(text));
    if (words.success) return words.data;
  } catch {
    // Told below, like an array of something else.
  }
  context.addIssue(issue);
  return z.NEVER;
});

/** The daemon's process settings, all from the environment (design section 11). */
const DaemonSettings = z.object({
  stateFolder: z.string().min(1),
  configFile: z.string().min(1),
  webPort: z.coerce.number().int().min(0).max(65_535).default(DEFAULT_WEB_PORT),
  /** Plain HTTP that leads to HTTPS; none when undefined. */
  webRedirectPort: z.coerce.number().int().min(1).max(65_535).optional(),
  webHost: z.string().default('0.0.0.0'),
  /** More names that browsers may open the local pages by, such as one of the site's own name servers. */
  webNames: z
    .string()
    .transform((text) =>
      text
        .toLowerCase()
        .split(/[\s,]+/)
        .filter((name) => name !== ''),
    )
    .pipe(z.array(z.string().regex(/^[\w.-]{1,253}$/, 'must be host names with commas between them')).max(20))
    .default([]),
  /** How long a daemon that cannot start shows why at its port before its process ends; for where it is started again. */
  failurePageSeconds: z.coerce.number().int().min(0).max(120).default(0),
  /** The name that is announced on the local network, without `.local`; undefined: none is. */
  announce: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$/i, 'must be a host name without dots')
    .transform((name) => name.toLowerCase())
    .optional(),
  /** Where PBXs that watch this gateway are answered, once it has a trunk; 0 switches it off. */
  sipPort: z.coerce.number().int().min(0).max(65_535).default(5060),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  /** What reboots the machine: an argument vector, run without a shell. Empty: a reboot is not offered. */
  rebootProgram: ArgumentVector.default(['systemctl', 'reboot']),
  /** Where the kernel tells its boot id. */
  bootIdFile: z.string().min(1).default('/proc/sys/kernel/random/boot_id'),
  /** Set by the launcher of an installation with two slots: its folder, the slot that runs, and who judges a new version. */
  installRoot: z.string().min(1).optional(),
  installSlot: z.enum(['a', 'b']).optional(),
  installJudge: z.string().min(1).optional(),
  /** Whether this is a virtual machine, where the host tells it wrongly or not at all. */
  virtual: z.enum(['yes', 'no']).optional(),
  /** Where the files of systemd-networkd are written, and the program that it is told by, without a shell. */
  networkFolder: z.string().startsWith('/', 'must be a whole path').default('/etc/systemd/network'),
  networkctl: z.string().min(1).default('networkctl'),
});
export type DaemonSettings = z.infer<typeof DaemonSettings>;

/** Which variable each setting comes from. */
const VARIABLES: Readonly<Record<keyof DaemonSettings, string>> = {
  stateFolder: 'DEMARC_DAEMON_STATE',
  configFile: 'DEMARC_DAEMON_CONFIG',
  webPort: 'DEMARC_WEB_PORT',
  webRedirectPort: 'DEMARC_WEB_REDIRECT_PORT',
  webHost: 'DEMARC_WEB_HOST',
  webNames: 'DEMARC_WEB_NAMES',
  failurePageSeconds: 'DEMARC_FAILURE_PAGE',
  announce: 'DEMARC_ANNOUNCE',
  sipPort: 'DEMARC_SIP_PORT',
  logLevel: 'DEMARC_LOG_LEVEL',
  rebootProgram: 'DEMARC_REBOOT_PROGRAM',
  bootIdFile: 'DEMARC_BOOT_ID_FILE',
  installRoot: 'DEMARC_INSTALL',
  installSlot: 'DEMARC_SLOT',
  installJudge: 'DEMARC_JUDGE',
  virtual: 'DEMARC_VIRTUAL',
  networkFolder: 'DEMARC_NETWORK_FOLDER',
  networkctl: 'DEMARC_NETWORKCTL',
};

/** @throws DemarcError `config.invalid` naming the variable */
export function daemonSettings(env: NodeJS.ProcessEnv): DaemonSettings {
  // An empty variable is one that is not set; but whoever names an empty state folder meant another one.
  const read = (name: keyof DaemonSettings) => env[VARIABLES[name]] || undefined;
  const stateFolder = env[VARIABLES.stateFolder] ?? './daemon-state';
  const webPort = read('webPort');
  const parsed = DaemonSettings.safeParse({
    stateFolder,
    configFile: read('configFile') ?? join(stateFolder, 'config.json'),
    webPort,
    webRedirectPort: redirectPort(read('webRedirectPort'), webPort),
    webHost: read('webHost'),
    webNames: read('webNames'),
    failurePageSeconds: read('failurePageSeconds'),
    announce: announcedName(read('announce')),
    sipPort: read('sipPort'),
    logLevel: read('logLevel'),
    rebootProgram: read('rebootProgram'),
    bootIdFile: read('bootIdFile'),
    installRoot: read('installRoot'),
    installSlot: read('installSlot'),
    installJudge: read('installJudge'),
    virtual: read('virtual'),
    networkFolder: read('networkFolder'),
    networkctl: read('networkctl'),
  });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => {
    const variable = VARIABLES[path[0] as keyof DaemonSettings];
    return `${variable}: ${message}`;
  });
  throw new DemarcError('config.invalid', problems.join('; '));
}

/** 8080 beside the standard port; beside another port only where it is asked for; "off" for none. */
function redirectPort(wanted: string | undefined, webPort: string | undefined): string | number | undefined {
  if (wanted !== undefined) return wanted === 'off' ? undefined : wanted;
  return webPort === undefined || Number(webPort) === DEFAULT_WEB_PORT ? 8080 : undefined;
}

/** `demarc` where nothing else is asked for; "off" for none. */
const announcedName = (wanted: string | undefined): string | undefined =>
  wanted === 'off' ? undefined : (wanted ?? 'demarc');

/** A secret encrypted with the device's key; this file never holds one in clear text. */
const Sealed = z.string().regex(/^v1\.[A-Za-z0-9_-]+$/, 'must be a sealed secret');

const TimeZone = z.string().refine((zone) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}, 'must be an IANA time zone such as Europe/Vienna');

/** Where the cloud is, how it is trusted (system CAs when neither file nor fingerprint is given), and the way there. */
export const CloudConfig = z.strictObject({
  url: z.url({ protocol: /^https$/ }),
  /** PEM file of the CA that signed the cloud's certificate. */
  caFile: z.string().min(1).optional(),
  /** SHA-256, in hex, of the cloud's certificate or of a CA in its chain, or of the key of one of them. */
  fingerprint: z
    .string()
    .regex(/^([0-9A-Fa-f]{2}[\s:]?){32}$/, 'must be a SHA-256 fingerprint in hex')
    .optional(),
  proxy: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }),
      user: z.string().max(256).optional(),
      password: Sealed.optional(),
    })
    .optional(),
});
export type CloudConfig = z.infer<typeof CloudConfig>;

/** Updates of the gateway itself (docs/operations.md). */
const UpdateConfig = z.strictObject({
  /** Another server than the cloud that releases come from; it has the same paths. */
  url: z.url({ protocol: /^https$/ }).optional(),
  channel: Channel.default('stable'),
  /** PEM of Ed25519 public keys whose releases are taken, beside those that came with the release that runs. */
  keys: z
    .array(z.string().max(1000).includes('-----BEGIN PUBLIC KEY-----', { error: 'must be a public key in PEM' }))
    .max(10)
    .default([]),
  /** How long a new version has to prove itself. */
  limitSeconds: z.int().min(5).max(1800).default(180),
  /** How long it must then go on well. */
  settleSeconds: z.int().min(0).max(300).default(10),
});

/** One PBX. `connection` belongs to its adapter, which checks it; the secrets of it are sealed and stand apart. */
export const PbxConfig = z.strictObject({
  id: Id,
  type: PbxType,
  name: z.string().min(1).max(128),
  syncMinutes: z.int().min(1).max(10_080).default(20),
  connection: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), Sealed).default({}),
  /** Fields of `connection` that the gateway found out by itself and that nobody has confirmed. */
  learned: z.array(z.string().max(64)).max(10).default([]),
});
export type PbxConfig = z.infer<typeof PbxConfig>;

/** The configuration document of a gateway. Strict: a misspelt field is an error, not a surprise later. */
export const DaemonConfig = z.strictObject({
  version: z.literal(1),
  /** `embedded` where the gateway was installed beside one known PBX, whose entry is below (ONB-3). */
  variant: Variant.optional(),
  cloud: CloudConfig.optional(),
  site: z
    .strictObject({
      name: z.string().max(256).default(''),
      /** ISO 3166-1 alpha-2, for phone numbers without a country code. */
      country: z
        .string()
        .regex(/^[A-Z]{2}$/, 'must be a country such as AT')
        .optional(),
      timeZone: TimeZone.default('UTC'),
    })
    .prefault({}),
  pbxs: z
    .array(PbxConfig)
    .max(50)
    .refine((pbxs) => new Set(pbxs.map(({ id }) => id)).size === pbxs.length, 'two PBXs have the same id')
    .default([]),
  guard: RemovalGuard.prefault({}),
  phonePolicy: PhonePolicy.default('All'),
  update: UpdateConfig.prefault({}),
});
export type DaemonConfig = z.infer<typeof DaemonConfig>;

/**
 * The configuration on disk with its last good copy, and who wants to know of changes. Changes are made one after the
 * other, each from the document that the one before left.
 */
export class ConfigFile {
  readonly #file: DocumentFile<typeof DaemonConfig>;
  readonly #listeners = new Set<(now: DaemonConfig, before: DaemonConfig) => void>();
  #current: DaemonConfig;
  #tail: Promise<unknown> = Promise.resolve();
  /** Whether the last good copy had to stand in when it was loaded. */
  readonly repaired: boolean;

  private constructor(file: DocumentFile<typeof DaemonConfig>, current: DaemonConfig, repaired: boolean) {
    this.#file = file;
    this.#current = current;
    this.repaired = repaired;
  }

  /** A gateway without a configuration begins with an empty one. @throws DemarcError `config.invalid`, `config.unreadable` */
  static async load(path: string): Promise<ConfigFile> {
    const file = new DocumentFile(path, DaemonConfig);
    const { value, repaired } = await file.load();
    return new ConfigFile(file, value ?? DaemonConfig.parse({ version: 1 }), repaired);
  }

  get current(): DaemonConfig {
    return this.#current;
  }

  /** Changes, checks and writes. @throws DemarcError `config.invalid`, `config.unwritable`; nothing has changed then */
  update(change: (config: DaemonConfig) => DaemonConfig): Promise<DaemonConfig> {
    const result = this.#tail.then(async () => {
      const before = this.#current;
      this.#current = await this.#file.save(change(structuredClone(before)));
      for (const listener of this.#listeners) listener(this.#current, before);
      return this.#current;
    });
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Calls after each change; returns the way to stop that. */
  onChange(listener: (now: DaemonConfig, before: DaemonConfig) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
