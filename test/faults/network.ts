/** A site whose gateway and cloud stand in network namespaces, with a router between them on which the weather is bad. */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { noNamespaces, SiteNetwork } from '#test/support/netns.ts';
import { freePort, hasProgram, type Program, startProgram, temporaryFolder, until } from '#test/support/program.ts';
import { type Site, startSite } from '#test/support/site.ts';
import type { Elsewhere } from '#test/support/stack.ts';

const CLOUD = { name: 'cloud.demarc.test', address: '198.51.100.10' };
const DOOR = join(import.meta.dirname, 'door-child.ts');
const NAME_SERVER = join(import.meta.dirname, 'name-server-child.ts');

/** Why there can be no such network here; undefined when there can. */
export function noBadNetwork(): string | undefined {
  const reason = noNamespaces();
  if (reason !== undefined) return reason;
  const missing = ['iptables', 'tc'].filter((name) => !hasProgram(name));
  return missing.length > 0 ? `missing: ${missing.join(', ')}` : undefined;
}

export class NetworkSite implements AsyncDisposable {
  readonly site: Site;
  /** The connector as the gateway reaches it. */
  readonly cloudUrl: string;
  /** Where a second gateway of the site runs, and the port of this machine that leads to its own page. */
  readonly second: { elsewhere: Elsewhere; port: number };
  readonly #network: SiteNetwork;
  readonly #stack: AsyncDisposableStack;
  #names: Program | undefined;

  private constructor(parts: Pick<NetworkSite, 'site' | 'cloudUrl' | 'second'> & NetworkParts) {
    this.site = parts.site;
    this.cloudUrl = parts.cloudUrl;
    this.second = parts.second;
    this.#network = parts.network;
    this.#stack = parts.stack;
  }

  static async start(users: number): Promise<NetworkSite> {
    const stack = new AsyncDisposableStack();
    try {
      const network = stack.use(new SiteNetwork([]));
      const folder = stack.use(await temporaryFolder('network')).path;
      const ports = { connector: await freePort(), daemon: await freePort() };
      const second = await freePort();
      for (const [machine, port] of [
        ['far', ports.connector],
        ['gateway', ports.daemon],
        ['gateway', second],
      ] as const) {
        await openDoor({ stack, network, machine, port, socket: join(folder, `${port}.sock`) });
      }
      // Whoever asks for a name soon wants to know that nobody answers.
      const resolver = join(folder, 'resolv.conf');
      await writeFile(resolver, `nameserver ${CLOUD.address}\noptions timeout:1 attempts:1\n`);
      const atGateway: Elsewhere = (command, args) =>
        // A mount space of its own comes with the namespace.
        network.on('gateway', 'sh', '-c', MOUNT, 'sh', resolver, command, ...args);
      const cloudUrl = `https://${CLOUD.name}:${ports.connector}`;
      const site = await startSite({
        users,
        ports,
        connectorEnv: { DEMARC_CONNECTOR_HOST: '0.0.0.0', DEMARC_CONNECTOR_URL: cloudUrl },
        elsewhere: {
          connector: (command, args) => network.on('far', command, ...args),
          daemon: atGateway,
        },
      });
      stack.use(site);
      const parts = { site, cloudUrl, network, stack, second: { elsewhere: atGateway, port: second } };
      const result = new NetworkSite(parts);
      await result.answerNames();
      return result;
    } catch (error) {
      await stack.disposeAsync();
      throw error;
    }
  }

  /** This part of all packets is lost on the router, in both directions. */
  lose(part: number): void {
    this.#run('router', 'iptables', '-I', 'FORWARD', '-m', 'statistic', '--mode', 'random', ...probability(part));
  }

  /** The line carries no more than this, in both directions (token bucket, tc-tbf(8)). */
  slow(kilobits: number): void {
    const limit = ['root', 'tbf', 'rate', `${kilobits}kbit`, 'burst', '4kb', 'latency', '800ms'];
    for (const card of this.#cards()) this.#run('router', 'tc', 'qdisc', 'replace', 'dev', card, ...limit);
  }

  fair(): void {
    this.#run('router', 'iptables', '-F', 'FORWARD');
    for (const card of this.#cards()) {
      const [program, args] = this.#network.on('router', 'tc', 'qdisc', 'del', 'dev', card, 'root');
      // It is an error to take away what is not there.
      spawnSync(program, args);
    }
  }

  async answerNames(): Promise<void> {
    const [program, args] = this.#network.on('far', process.execPath, NAME_SERVER, CLOUD.name, CLOUD.address);
    const names = startProgram(program, args);
    this.#names = names;
    await until('the name server is there', 5000, () => names.output().includes('ready'));
  }

  /** The name server is gone: nobody answers. */
  async silenceNames(): Promise<void> {
    await this.#names?.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.silenceNames();
    await this.#stack.disposeAsync();
  }

  #cards(): string[] {
    const { stdout } = this.#run('router', 'ls', '/sys/class/net');
    return stdout.split(/\s+/).filter((name) => /^s?n\d+$/.test(name));
  }

  #run(machine: 'router', ...command: string[]): { stdout: string } {
    const [program, args] = this.#network.on(machine, ...command);
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
    return { stdout };
  }
}

interface NetworkParts {
  network: SiteNetwork;
  stack: AsyncDisposableStack;
}

const MOUNT = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"';

const probability = (part: number): string[] => ['--probability', `${part}`, '-j', 'DROP'];

interface DoorParts extends NetworkParts {
  machine: 'gateway' | 'far';
  port: number;
  socket: string;
}

/** Leads a port of this machine to the same one of another: a socket in the file system belongs to no network. */
async function openDoor({ stack, network, machine, port, socket }: DoorParts): Promise<void> {
  const there = stack.use(startProgram(...network.on(machine, process.execPath, DOOR, socket, `${port}`)));
  await until('the door is open', 5000, () => there.output().includes('open'));
  const here: Server = createServer((near) => {
    const far = connect(socket);
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => here.listen(port, '127.0.0.1', resolve));
  stack.defer(() => void here.close());
}
