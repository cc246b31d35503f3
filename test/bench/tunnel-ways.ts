/** The ways that the tunnel's bench compares: processes on loopback, and the TCP port at which each begins. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, type Program, portOpen, startProgram, temporaryFolder, until } from '#test/support/program.ts';
import { TestCa } from '#test/unit/daemon-spine/support/pki.ts';

const run = promisify(execFile);
const CHILD = join(import.meta.dirname, 'tunnel-child.ts');

/** A program of the bench and what it told. */
interface Child {
  program: Program;
  told: Record<string, unknown>;
  /** What it tells later, by name. */
  later(name: string, limitMs: number): Promise<number>;
}

export interface Ways extends AsyncDisposable {
  /** Ports of the client's side. */
  raw: number;
  proxy: number;
  ssh: number;
  tunnel: number;
  /** The same two over 50 ms there and back. */
  farSsh: number;
  farTunnel: number;
  /** HTTPS ports of the page: a plain reverse proxy, and the relay with what its session needs. */
  reverseProxy: number;
  launch: { port: number; host: string; cookie: string };
  relay: Child;
  gateway: Child;
}

export async function startWays(): Promise<Ways> {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('bench-tunnel')).path;
  const { certificate, key } = await (await TestCa.make()).server();
  const start = async (role: string, job: object = {}): Promise<Child> => {
    const program = startProgram(process.execPath, [CHILD, role, JSON.stringify({ folder, certificate, key, ...job })]);
    stack.use(program);
    const lines = () =>
      program
        .output()
        .split('\n')
        .filter((line) => line.startsWith('{') && !line.includes('"level"'));
    await until(`${role} is up`, 15_000, () => lines().length > 0);
    const told = JSON.parse(lines()[0] ?? '{}') as Record<string, unknown>;
    const later = async (name: string, limitMs: number): Promise<number> => {
      let found: unknown;
      await until(`${role} tells ${name}`, limitMs, () => {
        for (const line of lines()) found ??= (JSON.parse(line) as Record<string, unknown>)[name];
        return found !== undefined;
      });
      return Number(found);
    };
    return { program, told, later };
  };
  const upstream = await start('upstream');
  const [tcp, web] = [Number(upstream.told['port']), Number(upstream.told['web'])];
  const pair = async (far: boolean) => {
    const relay = await start('relay');
    const tunnel = Number(relay.told['tunnel']);
    const target = far ? Number((await start('line', { target: tunnel })).told['port']) : tunnel;
    const gateway = await start('gateway', { target, tcp, web });
    return { relay, gateway, port: Number(relay.told['port']), tunnel };
  };
  const near = await pair(false);
  const far = await pair(true);
  const sshd = await startSshd(folder, stack);
  const ssh = await reverseSsh(folder, stack, sshd, tcp);
  const farLine = await start('line', { target: sshd });
  const farSsh = await reverseSsh(folder, stack, Number(farLine.told['port']), tcp);
  const label = String(near.relay.told['label']);
  return {
    raw: tcp,
    proxy: Number((await start('proxy', { target: tcp })).told['port']),
    ssh,
    tunnel: near.port,
    farSsh,
    farTunnel: far.port,
    reverseProxy: Number((await start('reverseProxy', { target: web })).told['port']),
    launch: {
      port: near.tunnel,
      host: `${label}.launch.bench`,
      cookie: `__Host-demarc-launch=${String(near.relay.told['cookie'])}`,
    },
    relay: near.relay,
    gateway: near.gateway,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** OpenSSH's server with its default cipher and a key that may log in; needs root. */
async function startSshd(folder: string, stack: AsyncDisposableStack): Promise<number> {
  const port = await freePort();
  await mkdir('/run/sshd', { recursive: true });
  for (const name of ['host_key', 'user_key']) {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
  }
  await run('cp', [join(folder, 'user_key.pub'), join(folder, 'authorized_keys')]);
  const config = [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${folder}/host_key`,
    `PidFile ${folder}/sshd.pid`,
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    'PermitRootLogin yes',
    'StrictModes no',
    'UsePAM no',
    'MaxSessions 200',
    '',
  ];
  await writeFile(join(folder, 'sshd_config'), config.join('\n'));
  stack.use(startProgram('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder, 'sshd_config')]));
  await portOpen(port);
  return port;
}

async function reverseSsh(folder: string, stack: AsyncDisposableStack, sshd: number, target: number): Promise<number> {
  const port = await freePort();
  const options = [
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'ExitOnForwardFailure=yes',
    'BatchMode=yes',
  ];
  stack.use(
    startProgram('ssh', [
      '-N',
      ...options.flatMap((option) => ['-o', option]),
      '-i',
      join(folder, 'user_key'),
      '-p',
      String(sshd),
      '-R',
      `127.0.0.1:${port}:127.0.0.1:${target}`,
      'root@127.0.0.1',
    ]),
  );
  await portOpen(port);
  return port;
}
