/** A site's network out of network namespaces: a gateway, a segment with many stations, a router and what lies behind it. */
import { spawnSync } from 'node:child_process';
import { hasProgram } from './program.ts';

/** One machine on the segment. Without a `mac` it shares a network card with others. */
export interface Station {
  address: string;
  mac?: string;
}

/** Why namespaces cannot be made here; undefined when they can. */
export function noNamespaces(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are of Linux';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  if (!hasProgram('ip')) return 'the program ip (iproute2) is missing';
  const name = `dmtry${process.pid}`;
  if (spawnSync('ip', ['netns', 'add', name], { env: ENV }).status !== 0) return 'this kernel allows no namespaces';
  spawnSync('ip', ['netns', 'del', name], { env: ENV });
  return undefined;
}

const ENV = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };

function ip(...args: string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8', env: ENV });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
}

const MACHINES = ['switch', 'gateway', 'stations', 'router', 'far'] as const;

let made = 0;

/**
 * `gateway` 192.0.2.1 and `stations` on one bridge, `router` 192.0.2.254 between it and `far` (198.51.100.10). Needs root.
 * Everything is removed at the end; processes in it are ended by who started them.
 */
export class SiteNetwork implements Disposable {
  readonly #prefix = `dm${process.pid}x${(made += 1)}`;
  #links = 0;

  constructor(stations: readonly Station[]) {
    try {
      for (const name of MACHINES) {
        ip('netns', 'add', this.#name(name));
        ip('-n', this.#name(name), 'link', 'set', 'lo', 'up');
      }
      ip('-n', this.#name('switch'), 'link', 'add', 'br0', 'type', 'bridge', 'mcast_snooping', '0');
      ip('-n', this.#name('switch'), 'link', 'set', 'br0', 'up');
      this.#plug('gateway', '192.0.2.1/24');
      this.#plug('router', '192.0.2.254/24');
      this.#stations(stations);
      this.#wire('router', '198.51.100.1/24', 'far', '198.51.100.10/24');
      this.sysctl('router', 'net.ipv4.ip_forward=1');
      ip('-n', this.#name('gateway'), 'route', 'add', 'default', 'via', '192.0.2.254');
      ip('-n', this.#name('far'), 'route', 'add', 'default', 'via', '198.51.100.1');
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** The command line that runs a program on one of the machines. */
  on(machine: Exclude<(typeof MACHINES)[number], 'switch'>, ...command: string[]): [string, string[]] {
    return ['ip', ['netns', 'exec', this.#name(machine), ...command]];
  }

  /** Neighbours that the gateway has asked for, whether or not they answered. */
  asked(): string[] {
    const [program, args] = this.on('gateway', 'ip', '-4', 'neigh', 'show');
    const { stdout } = spawnSync(program, args, { encoding: 'utf8', env: ENV });
    return stdout.split('\n').flatMap((line) => line.split(' ', 1)[0] || []);
  }

  forget(): void {
    ip('-n', this.#name('gateway'), 'neigh', 'flush', 'all');
  }

  sysctl(machine: (typeof MACHINES)[number], setting: string): void {
    spawnSync('ip', ['netns', 'exec', this.#name(machine), 'sysctl', '-qw', setting], { env: ENV });
  }

  [Symbol.dispose](): void {
    for (const name of MACHINES) spawnSync('ip', ['netns', 'del', this.#name(name)], { env: ENV });
  }

  #name(machine: string): string {
    return `${this.#prefix}-${machine}`;
  }

  /** Many network cards in one namespace: each must answer for its own address alone. */
  #stations(stations: readonly Station[]): void {
    this.sysctl('stations', 'net.ipv4.conf.all.arp_ignore=1');
    this.sysctl('stations', 'net.ipv4.conf.all.rp_filter=0');
    let shared: string | undefined;
    for (const { address, mac } of stations) {
      if (mac === undefined && shared !== undefined) {
        ip('-n', this.#name('stations'), 'addr', 'add', `${address}/24`, 'dev', shared);
        continue;
      }
      const card = this.#plug('stations', `${address}/24`, mac);
      if (mac === undefined) shared = card;
    }
  }

  /** A card on the bridge. */
  #plug(machine: string, address: string, mac?: string): string {
    const card = this.#wire('switch', undefined, machine, address, mac);
    ip('-n', this.#name('switch'), 'link', 'set', `s${card}`, 'master', 'br0');
    return card;
  }

  /** A cable between two machines; the end at `to` is named by a number, the other by `s` and that number. */
  #wire(from: string, fromAddress: string | undefined, to: string, toAddress: string, mac?: string): string {
    this.#links += 1;
    const card = `n${this.#links}`;
    const [a, b] = [this.#name(from), this.#name(to)];
    ip('-n', a, 'link', 'add', `s${card}`, 'type', 'veth', 'peer', 'name', card, 'netns', b);
    if (mac) ip('-n', b, 'link', 'set', card, 'address', mac);
    if (fromAddress) ip('-n', a, 'addr', 'add', fromAddress, 'dev', `s${card}`);
    ip('-n', b, 'addr', 'add', toAddress, 'dev', card);
    ip('-n', a, 'link', 'set', `s${card}`, 'up');
    ip('-n', b, 'link', 'set', card, 'up');
    return card;
  }
}
