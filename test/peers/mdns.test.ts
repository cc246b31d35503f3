/** The gateway's name on the local network, as avahi sees it from another machine (namespaces). */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noNamespaces, SiteNetwork } from '#test/support/netns.ts';
import { hasProgram, type Program, startProgram, temporaryFolder, until } from '#test/support/program.ts';

const run = promisify(execFile);
const NODE = process.execPath;
const missing = ['avahi-daemon', 'avahi-resolve', 'dbus-daemon', 'unshare'].filter((name) => !hasProgram(name));
const why = missing.length > 0 ? `${missing.join(', ')} not here` : noNamespaces();
if (why !== undefined) process.stdout.write(`the name on the network is not tried: ${why}\n`);

const BUS = (path: string) => `<busconfig><type>session</type><listen>unix:path=${path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`;

describe.skipIf(why !== undefined)('the name of the gateway on the local network', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let network: SiteNetwork;
  let daemon: Program | undefined;
  const programs: Program[] = [];

  const startOn = (machine: 'gateway' | 'stations', command: string[], env: NodeJS.ProcessEnv = {}) => {
    const [program, args] = network.on(machine, ...command);
    const started = startProgram(program, args, { env });
    programs.push(started);
    return started;
  };
  const bus = () => ({ DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${join(folder.path, 'bus')}` });
  const env = () => ({
    DEMARC_DAEMON_STATE: join(folder.path, 'state'),
    DEMARC_WEB_PORT: '9443',
    DEMARC_SIP_PORT: '0',
  });

  /** What avahi says on the other machine; empty when it knows nothing. */
  async function avahi(...words: string[]): Promise<string> {
    const [program, args] = network.on('stations', ...words);
    const { stdout } = await run(program, args, { env: { ...process.env, ...bus() }, timeout: 20_000 }).catch(() => ({
      stdout: '',
    }));
    return stdout;
  }
  const resolves = async (name: string) => (await avahi('avahi-resolve', '-4', '-n', name)).trim().split(/\s+/)[1];

  async function startDaemon(): Promise<Program> {
    const started = startOn('gateway', [NODE, 'bin/demarc-daemon.mjs'], env());
    await until('the daemon is ready', 60_000, () => started.output().includes('daemon ready'));
    return started;
  }
  async function announcedName(): Promise<unknown> {
    const cli = startOn('gateway', [NODE, 'bin/demarc.mjs', 'status', '--json'], env());
    await cli.exited;
    const answer = JSON.parse(cli.output().trim().split('\n').at(-1) ?? '{}') as { announcedName?: unknown };
    return answer.announcedName;
  }

  beforeAll(async () => {
    folder = await temporaryFolder('mdns');
    network = new SiteNetwork([{ address: '192.0.2.33' }]);
    await writeFile(join(folder.path, 'bus.conf'), BUS(join(folder.path, 'bus')));
    const config = join(folder.path, 'avahi.conf');
    await writeFile(config, '[server]\nhost-name=other\nuse-ipv6=no\n[publish]\nadd-service-cookie=no\n');
    startOn('stations', ['dbus-daemon', '--nofork', `--config-file=${join(folder.path, 'bus.conf')}`]);
    await until('the bus is there', 10_000, async () => {
      const { stdout } = await run('ls', [folder.path]);
      return /^bus$/m.test(stdout);
    });
    const inside = `mount -t tmpfs tmpfs /run && mkdir -p /run/avahi-daemon && exec avahi-daemon --no-drop-root --no-rlimits --no-chroot -f ${config}`;
    const other = startOn('stations', ['unshare', '-m', 'sh', '-c', inside], bus());
    await until('avahi runs', 20_000, () => other.output().includes('Server startup complete'));
    daemon = await startDaemon();
  }, 150_000);

  afterAll(async () => {
    await Promise.all(programs.toReversed().map((program) => program.stop()));
    network[Symbol.dispose]();
    await folder[Symbol.asyncDispose]();
  });

  test('demarc.local leads to it from another machine, with its service, and status shows the name', async () => {
    await until('the name resolves', 30_000, async () => (await resolves('demarc.local')) === '192.0.2.1');
    expect(await avahi('avahi-resolve', '-4', '-n', 'DEMARC.local')).toContain('192.0.2.1');
    const services = await avahi('avahi-browse', '-rpt', '_https._tcp');
    expect(services).toMatch(/demarc\.local;192\.0\.2\.1;9443;.*"version=\d/);
    expect(await announcedName()).toBe('demarc.local');
    // Its IPv6 address, where the kernel has given the card one.
    const [program, args] = network.on('gateway', 'ip', '-6', '-o', 'addr', 'show', 'scope', 'link');
    const own = /inet6 (fe80:[\da-f:]+)/.exec((await run(program, args)).stdout)?.[1];
    if (own !== undefined) expect(await avahi('avahi-resolve', '-6', '-n', 'demarc.local')).toContain(own);
  });

  test('another address is told within seconds, and the old one is taken back', async () => {
    const on = async (...words: string[]) => {
      const [program, args] = network.on('gateway', ...words);
      return (await run(program, args)).stdout;
    };
    const card = /^\d+: (n\d+)/m.exec(await on('ip', '-o', 'link', 'show', 'type', 'veth'))?.[1] ?? '';
    await on('ip', 'addr', 'add', '192.0.2.7/24', 'dev', card);
    await on('ip', 'addr', 'del', '192.0.2.1/24', 'dev', card);
    await on('ip', 'addr', 'add', '192.0.2.7/24', 'dev', card).catch(() => undefined);
    await until('the new address resolves', 40_000, async () => (await resolves('demarc.local')) === '192.0.2.7');
  });

  test('at its stop it says good-bye; a name that another machine took meanwhile makes it demarc-2.local', async () => {
    await daemon?.stop();
    // A good-bye counts a second later (RFC 6762 section 10.1); without one it would be two minutes.
    await until('the name is forgotten', 30_000, async () => (await resolves('demarc.local')) === undefined);
    const publisher = startOn('stations', ['avahi-publish', '-a', '-R', 'demarc.local', '192.0.2.33'], bus());
    await until('avahi has the name', 20_000, () => publisher.output().includes('Established'));
    daemon = await startDaemon();
    await until('the second name resolves', 30_000, async () => (await resolves('demarc-2.local')) === '192.0.2.7');
    expect(await resolves('demarc.local')).toBe('192.0.2.33');
    expect(await announcedName()).toBe('demarc-2.local');
    expect(daemon.output()).toContain('announce.taken');
  });
});
