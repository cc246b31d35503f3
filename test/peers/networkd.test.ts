import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { NetworkAnswer } from '#contract/wizard/network.ts';
import { hasProgram, type Program, startProgram, temporaryFolder, until } from '#test/support/program.ts';

const ROOT = join(import.meta.dirname, '../..');
const NETWORKD = '/lib/systemd/systemd-networkd';
const canRun =
  process.getuid?.() === 0 &&
  existsSync(NETWORKD) &&
  hasProgram('networkctl') &&
  hasProgram('dbus-daemon') &&
  hasProgram('unshare') &&
  spawnSync('unshare', ['-m', '-n', 'true']).status === 0;

/** A machine with one port, eth9, that systemd-networkd has, and a PC on the same cable (both in namespaces of their own). */
const MACHINE = `
set -e
trap 'kill $(jobs -p); exit' TERM
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mount -t sysfs -o ro sysfs /sys
mkdir -p /run/dbus /run/systemd/network /run/netns
ip netns add pc
ip link set lo up
ip link add eth9 type veth peer name eth0 netns pc
ip -n pc addr add 192.0.2.1/24 dev eth0
ip -n pc link set eth0 up
printf '[Match]\\nName=eth9\\n[Network]\\nAddress=192.0.2.50/24\\nGateway=192.0.2.1\\n' > /run/systemd/network/50-host.network
chmod 644 /run/systemd/network/50-host.network
dbus-daemon --system --nofork --nopidfile 2>/dev/null &
until networkctl list >/dev/null 2>&1; do sleep 0.1; done
${NETWORKD} &
wait
`;

async function machine() {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('networkd'));
  const host = startProgram('unshare', ['-m', '-n', 'bash', '-c', MACHINE]);
  stack.defer(() => host.stop());
  const inside = String(host.process.pid);
  const enter = (...command: string[]): [string, string[]] => ['nsenter', ['-t', inside, '-m', '-n', ...command]];
  const run = (...command: string[]): string => {
    const [program, args] = enter(...command);
    return spawnSync(program, args, { encoding: 'utf8' }).stdout;
  };
  await until('the port has its first address', 15_000, () => run('ip', '-4', 'addr').includes('192.0.2.50/24'), 100);

  const state = join(folder.path, 'state');
  const bootId = join(folder.path, 'boot-id');
  let daemon: Program | undefined;
  stack.defer(async () => daemon?.stop('SIGKILL'));
  /** A request from the PC; undefined when it does not get through. */
  const fromPc = async (address: string, method: string, path: string, body?: unknown) => {
    const token = (await readFile(join(state, 'admin-token'), 'utf8').catch(() => '')).trim();
    const data = body === undefined ? [] : ['-H', 'content-type: application/json', '-d', JSON.stringify(body)];
    const curl = ['curl', '-sk', '-m', '3', '-X', method, '-H', `authorization: Bearer ${token}`, ...data];
    const text = run('ip', 'netns', 'exec', 'pc', ...curl, `https://${address}:9443${path}`);
    return text === '' ? undefined : (JSON.parse(text) as NetworkAnswer & { code?: string });
  };
  /** The command line on the gateway itself; its exit code and what it printed. */
  const demarc = (...words: string[]) => {
    const [program, args] = enter(process.execPath, join(ROOT, 'bin/demarc.mjs'), ...words);
    const env = { ...process.env, DEMARC_DAEMON_STATE: state };
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env });
    return { status, text: `${stdout}${stderr}` };
  };
  const start = async (boot: string) => {
    await writeFile(bootId, `${boot}\n`);
    const [program, args] = enter(
      'sh',
      '-c',
      // As in the unit.
      `umask 077; exec ${process.execPath} ${join(ROOT, 'bin/demarc-daemon.mjs')}`,
    );
    daemon = startProgram(program, args, {
      cwd: ROOT,
      env: {
        DEMARC_DAEMON_STATE: state,
        DEMARC_WEB_PORT: '9443',
        DEMARC_NETWORK_FOLDER: '/run/systemd/network',
        DEMARC_BOOT_ID_FILE: bootId,
      },
    });
  };
  const reaches = (address: string) =>
    until(
      `the PC reaches ${address}`,
      30_000,
      async () => (await fromPc(address, 'GET', '/api/network')) !== undefined,
      200,
    );
  const kill = async () => daemon?.stop('SIGKILL');
  return {
    run,
    fromPc,
    demarc,
    start,
    kill,
    reaches,
    log: () => daemon?.output(),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const at = (address: string) => ({ method: 'static', address, gateway: '192.0.2.1', dns: ['192.0.2.53'] });

describe.skipIf(!canRun || !hasProgram('curl'))('the port of a gateway that systemd-networkd has', () => {
  it('moves to a new address when that is confirmed there, and comes back when it is not, also after kill -9 and a reboot', async () => {
    await using m = await machine();
    await m.start('boot-1');
    await m.reaches('192.0.2.50');
    expect(await m.fromPc('192.0.2.50', 'PUT', '/api/network/eth9', at('192.0.2.255/24'))).toMatchObject({
      code: 'network.invalid',
    });
    expect(await m.fromPc('192.0.2.50', 'PUT', '/api/network/eth9', at('192.0.2.60/24'))).toMatchObject({
      unsupported: null,
      pending: { port: 'eth9', phase: 'applying' },
    });
    await m.reaches('192.0.2.60');
    expect(await m.fromPc('192.0.2.60', 'POST', '/api/network/confirm')).toMatchObject({
      pending: null,
      last: { outcome: 'confirmed' },
    });
    const addresses = m.run('ip', '-4', 'addr', 'show', 'eth9');
    expect(addresses).toContain('192.0.2.60/24');
    expect(addresses).not.toContain('192.0.2.50');
    expect(m.run('ip', 'route')).toContain('default via 192.0.2.1');

    await m.fromPc('192.0.2.60', 'PUT', '/api/network/eth9', at('192.0.2.70/24'));
    await m.reaches('192.0.2.70');
    await m.kill();
    await m.start('boot-2');
    await m.reaches('192.0.2.60');
    expect(await m.fromPc('192.0.2.60', 'GET', '/api/network')).toMatchObject({
      pending: null,
      last: { outcome: 'reverted' },
      ports: [{ name: 'eth9', settings: at('192.0.2.60/24') }],
    });
    expect(m.run('ip', '-4', 'addr', 'show', 'eth9')).not.toContain('192.0.2.70');

    const set = m.demarc('network', 'set', 'eth9', '--address', '192.0.2.80/24', '--gateway', '192.0.2.1');
    expect(set).toMatchObject({ status: 0, text: expect.stringContaining('On trial: eth9 192.0.2.80/24') });
    expect(m.demarc('network', 'confirm')).toEqual({ status: 0, text: 'The network settings stay.\n' });
    expect(m.demarc('network', 'show').text).toContain('192.0.2.80/24, gateway 192.0.2.1');
    expect(m.demarc('network', 'confirm').status).toBe(1);
  });

  it('is given back when a file that comes before ours decides', async () => {
    await using m = await machine();
    m.run('cp', '/run/systemd/network/50-host.network', '/run/systemd/network/10-cloud.network');
    await m.start('boot-1');
    await m.reaches('192.0.2.50');
    await m.fromPc('192.0.2.50', 'PUT', '/api/network/eth9', at('192.0.2.60/24'));
    await until('it has failed', 20_000, async () => {
      const answer = await m.fromPc('192.0.2.50', 'GET', '/api/network');
      return answer?.last?.outcome === 'failed' && answer.last.error?.message.includes('10-cloud') === true;
    });
    expect(m.run('ls', '/run/systemd/network')).not.toContain('demarc');
  });
});
