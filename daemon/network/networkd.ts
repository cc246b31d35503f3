import { spawn } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { readFileIfThere, removeFile, replaceFile } from '#config/atomic-file.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { NetworkSettings } from '#contract/wizard/network.ts';
import type { Before, NetworkDriver, NetworkPort } from './driver.ts';

const LIMIT_MS = 15_000;
const MAX_OUTPUT = 1024 * 1024;
/** The first line of our files: the settings as they were given. */
const HEAD = '# demarc ';

/** `systemd.network(5)`: one file a port, before those of others. */
const fileOf = (folder: string, port: string): string => join(folder, `10-demarc-${port}.network`);

/** The file of a port's settings. */
export function networkFile(port: string, settings: NetworkSettings): string {
  const lines =
    settings.method === 'dhcp'
      ? ['DHCP=ipv4']
      : [
          `Address=${settings.address}`,
          ...(settings.gateway === undefined ? [] : [`Gateway=${settings.gateway}`]),
          ...settings.dns.map((server) => `DNS=${server}`),
        ];
  const text = [`${HEAD}${JSON.stringify(settings)}`, '[Match]', `Name=${port}`, '', '[Network]', ...lines];
  return `${text.join('\n')}\n`;
}

function settingsIn(text: string | undefined): NetworkSettings | null {
  const [head = ''] = text?.split('\n', 1) ?? [];
  if (!head.startsWith(HEAD)) return null;
  try {
    return NetworkSettings.safeParse(JSON.parse(head.slice(HEAD.length))).data ?? null;
  } catch {
    return null;
  }
}

const Status = z.looseObject({ NetworkFile: z.string().optional() });

/** systemd-networkd through its files and `networkctl`, which is run without a shell. */
export class NetworkdDriver implements NetworkDriver {
  readonly #folder: string;
  readonly #networkctl: string;

  constructor(options: { folder: string; networkctl: string }) {
    this.#folder = options.folder;
    this.#networkctl = options.networkctl;
  }

  async unsupported(): Promise<string | undefined> {
    try {
      // Answered by the service itself, so it tells whether that runs.
      await this.#run('status', '--json=short', 'lo');
      return undefined;
    } catch (error) {
      return toDemarcError(error).detail ?? 'systemd-networkd does not answer';
    }
  }

  async read(): Promise<NetworkPort[]> {
    const cards = Object.entries(networkInterfaces()).filter(([, all]) => all?.some(({ internal }) => !internal));
    return Promise.all(
      cards.map(async ([name, all = []]) => ({
        name,
        mac: all[0]?.mac ?? '',
        addresses: all.flatMap(({ cidr }) => (cidr === null ? [] : [cidr])),
        settings: settingsIn(await readFileIfThere(fileOf(this.#folder, name))),
      })),
    );
  }

  async before(port: string): Promise<Before> {
    return (await readFileIfThere(fileOf(this.#folder, port))) ?? null;
  }

  async apply(port: string, settings: NetworkSettings): Promise<void> {
    await this.#put(port, networkFile(port, settings));
    const status = Status.safeParse(parsed(await this.#run('status', '--json=short', port)));
    const inForce = status.data?.NetworkFile;
    if (inForce !== fileOf(this.#folder, port)) {
      throw new DemarcError('network.failed', `${port} is set by ${inForce ?? 'no file'}, which comes first`);
    }
  }

  async revert(port: string, before: Before): Promise<void> {
    await this.#put(port, before);
  }

  async #put(port: string, text: Before): Promise<void> {
    const path = fileOf(this.#folder, port);
    try {
      if (text === null) await removeFile(path);
      else {
        await replaceFile(path, text, 0o644);
        // The service reads it under a user of its own, whatever the umask of this process says.
        await chmod(path, 0o644);
      }
    } catch (error) {
      throw new DemarcError('network.failed', path, { cause: error });
    }
    await this.#run('reload');
    await this.#run('reconfigure', port);
  }

  /** @throws DemarcError `network.failed` with what the program said */
  #run(...args: string[]): Promise<string> {
    const name = this.#networkctl;
    return new Promise((resolve, reject) => {
      const child = spawn(name, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS, killSignal: 'SIGKILL' });
      let output = '';
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-MAX_OUTPUT);
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-300);
      });
      const fail = (why: string) => reject(new DemarcError('network.failed', `${name} ${args[0] ?? ''}: ${why}`));
      child.once('error', (cause) => fail(cause.message));
      child.once('close', (code, signal) => (code === 0 ? resolve(output) : fail(said.trim() || `${code ?? signal}`)));
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
