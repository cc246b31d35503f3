/** Gateways that are installed with a launcher and two slots, and releases for them, good ones and broken ones. */
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSlots, type Slots } from '#config/slots.ts';
import type { EnrolmentOffer } from '#contract/enrolment.ts';
import { install } from '../../bin/release/install-layout.ts';
import { type MadeRelease, makeRelease, stageRelease } from '../../bin/release/make-release.ts';
import type { ApiClient } from './api-client.ts';
import { type Program, startProgram, until } from './program.ts';
import { type ConnectorProcess, localRequest } from './stack.ts';

const ROOT = join(import.meta.dirname, '../..');
const PLATFORM = `${process.platform}-${process.arch}`;

/** Changes the files of a release before it is packed. `files` is what becomes the slot. */
export type Change = (files: string) => Promise<void>;

const daemonOf = (files: string): string => join(files, 'dist/daemon');

/** Puts code around the daemon: `real` is the import of the one that was built. */
const wrapped =
  (code: string): Change =>
  async (files) => {
    const main = join(daemonOf(files), 'main.mjs');
    await cp(main, join(daemonOf(files), 'real.mjs'));
    await writeFile(main, `const real = () => import('./real.mjs');\n${code}\n`);
  };

/** What may be wrong with a new version. */
export const BROKEN = {
  'crashes at its start': wrapped("throw new Error('this build is broken');"),
  'crashes a moment later': wrapped(
    "export const runDaemon = async (env) => { await (await real()).runDaemon(env); setTimeout(() => { throw new Error('it broke a moment later'); }, 300); };",
  ),
  hangs: wrapped(
    'export const runDaemon = async (env) => { await (await real()).runDaemon(env); setTimeout(() => { for (;;); }, 100); };',
  ),
  'cannot connect to the cloud': async (files) => {
    const main = join(daemonOf(files), 'main.mjs');
    const code = await readFile(main, 'utf8');
    if (!code.includes('/mqtt`')) throw new Error('the path of the broker is not where it was');
    await writeFile(main, code.replaceAll('/mqtt`', '/nowhere`'));
  },
  'has another version than it says': async (files) => {
    const main = join(daemonOf(files), 'main.mjs');
    await writeFile(main, (await readFile(main, 'utf8')).replace(/(name:"demarc",version:)"[^"]+"/, '$1"9.9.9"'));
  },
  'fills its disk': wrapped(`
    import { openSync, writeSync } from 'node:fs';
    export const runDaemon = async (env) => {
      const file = openSync(env.DEMARC_DAEMON_STATE + '/ballast', 'w');
      try { for (;;) writeSync(file, Buffer.alloc(1 << 20)); } catch {}
      await (await real()).runDaemon(env);
    };`),
} as const satisfies Record<string, Change>;

/** The daemon, built once, and a key; releases are made from it. */
export class ReleaseWorkshop {
  readonly key: KeyObject;
  readonly #folder: string;
  readonly #publicKey: KeyObject;
  #made = 0;

  private constructor(folder: string) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    this.key = privateKey;
    this.#publicKey = publicKey;
    this.#folder = folder;
  }

  static async open(folder: string): Promise<ReleaseWorkshop> {
    await mkdir(folder, { recursive: true });
    const built = join(folder, 'built');
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'bin/build/bundle.mjs'), built], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`the bundle cannot be built: ${stderr}`);
    return new ReleaseWorkshop(folder);
  }

  /** A release in `out`; signed by our key unless another is given. */
  async make(
    version: string,
    out: string,
    { change, key = this.key }: { change?: Change; key?: KeyObject } = {},
  ): Promise<MadeRelease> {
    const files = await this.#stage(version, change);
    return await makeRelease({ files, version, platform: PLATFORM, key, out, now: new Date() });
  }

  /** An installation of that version at `root`. */
  async install(version: string, root: string): Promise<void> {
    const files = await this.#stage(version, undefined);
    const out = join(this.#folder, 'installed');
    const { manifest } = await makeRelease({ files, version, platform: PLATFORM, key: this.key, out, now: new Date() });
    await install(root, { files, manifest });
  }

  async #stage(version: string, change: Change | undefined): Promise<string> {
    this.#made += 1;
    const folder = join(this.#folder, `stage-${this.#made}`);
    const built = join(this.#folder, 'built');
    await stageRelease({ folder, built, version, platform: PLATFORM, trusted: [this.#publicKey] });
    const main = join(daemonOf(folder), 'main.mjs');
    const code = await readFile(main, 'utf8');
    await writeFile(main, code.replace(/(name:"demarc",version:)"[^"]+"/, `$1"${version}"`));
    await change?.(folder);
    return folder;
  }
}

interface InstalledOptions {
  root: string;
  state: string;
  port: number;
  env?: NodeJS.ProcessEnv;
  /** Whether whoever started it starts it again when it ends, as a service manager does. */
  supervised?: boolean;
}

/** A gateway that runs from an installation. Its process may be another than the one that was started. */
export class InstalledGateway implements AsyncDisposable {
  readonly root: string;
  readonly state: string;
  readonly url: string;
  readonly #options: InstalledOptions;
  readonly #programs: Program[] = [];
  #wanted = false;

  constructor(options: InstalledOptions) {
    this.#options = options;
    this.root = options.root;
    this.state = options.state;
    this.url = `https://127.0.0.1:${options.port}`;
  }

  /** Starts the launcher and waits for the local API. */
  async start(limitMs = 30_000): Promise<void> {
    this.#wanted = true;
    this.#spawn();
    await this.answers(limitMs);
  }

  async answers(limitMs = 30_000): Promise<void> {
    await until(`the gateway of ${this.root} answers`, limitMs, async () => {
      const answer = await localRequest(`${this.url}/healthz`).catch(() => undefined);
      return answer?.status === 200;
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.output().slice(-4000)}`);
    });
  }

  /** What everything that was started here has printed. */
  output(): string {
    return this.#programs.map((program) => program.output()).join('\n');
  }

  slots(): Slots | undefined {
    return readSlots(this.root);
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const token = (await readFile(join(this.state, 'admin-token'), 'utf8')).trim();
    const answer = await localRequest(`${this.url}${path}`, { method, token, body });
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as T;
  }

  async version(): Promise<string> {
    return (await this.call<{ version: string }>('GET', '/api/status')).version;
  }

  /** Enrols with a claim code; gives the gateway's id. */
  async enrol(connector: ConnectorProcess, api: ApiClient, account: string): Promise<string> {
    const offer = await this.call<EnrolmentOffer>('POST', '/api/enrolment', {
      cloud: { url: connector.url, caFile: connector.caFile },
    });
    const { gateway } = await api.post<{ gateway: string }>(`/api/v1/enrolments/${offer.code}/confirm`, { account });
    await until('the gateway is online', 30_000, async () => {
      return (await api.get<{ presence: string }>(`/api/v1/gateways/${gateway}`)).presence === 'Online';
    });
    return gateway;
  }

  /** The processes of this installation that run now: daemons by the slot's or launcher's program, and judges. */
  processes(): { daemons: number[]; judges: number[] } {
    const found = { daemons: [] as number[], judges: [] as number[] };
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const words = commandLine(name);
      if (!words.some((word) => word.startsWith(`${this.root}/launcher/`))) continue;
      const isJudge = words.some((word) => word.endsWith('/judge.mjs'));
      found[isJudge ? 'judges' : 'daemons'].push(Number(name));
    }
    return found;
  }

  /** Kills, as a power cut does. */
  kill(which: 'daemons' | 'judges'): void {
    for (const pid of this.processes()[which]) signal(pid, 'SIGKILL');
  }

  /** Everything of this installation is dead; nobody starts it again until `start`. */
  async powerOff(): Promise<void> {
    this.#wanted = false;
    await until('nothing runs any more', 10_000, () => {
      const { daemons, judges } = this.processes();
      // Judges first: they would start the launcher again.
      for (const pid of [...judges, ...daemons]) signal(pid, 'SIGKILL');
      return daemons.length + judges.length === 0;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.powerOff();
    for (const program of this.#programs) await program.stop('SIGKILL');
  }

  #spawn(): void {
    const { root, state, port, env, supervised = false } = this.#options;
    const program = startProgram(process.execPath, [join(root, 'launcher/bin/demarc-daemon.mjs')], {
      cwd: root,
      env: {
        DEMARC_DAEMON_STATE: state,
        DEMARC_WEB_PORT: String(port),
        DEMARC_WEB_HOST: '127.0.0.1',
        // It keeps what it compiled beside its own state, as on an appliance, and not with the other tests.
        NODE_COMPILE_CACHE: undefined,
        // As under systemd: then the judge leaves the start to whoever manages the service.
        ...(supervised ? { INVOCATION_ID: 'test' } : {}),
        ...env,
      },
    });
    this.#programs.push(program);
    if (!supervised) return;
    void program.exited.then(() => {
      if (this.#wanted) this.#spawn();
    });
  }
}

function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended already.
  }
}
