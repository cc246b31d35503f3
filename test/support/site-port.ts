/** A gateway's machine with one Ethernet port that the real systemd-networkd has, and a PC at the other end of its cable. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NetworkAnswer } from '#contract/wizard/network.ts';
import { hasProgram, type Program, startProgram, temporaryFolder, until } from './program.ts';

const ROOT = join(import.meta.dirname, '../..');
const NETWORKD = '/lib/systemd/systemd-networkd';
/** Whether this machine can make one: it takes root, namespaces and systemd-networkd. */
export const hasNetworkd =
  process.getuid?.() === 0 &&
  existsSync(NETWORKD) &&
  hasProgram('networkctl') &&
  hasProgram('dbus-daemon') &&
  hasProgram('unshare') &&
  spawnSync('unshare', ['-m', '-n', 'true']).status === 0;

/** Gateway (port eth9) and PC in namespaces of their own. */
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

/** Starts both; nothing of the product runs yet. */
export async function startSitePort() {
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
  /** A program of the PC as one file, for whoever starts programs by their path alone. */
  const onPc = async (program: string): Promise<string> => {
    const path = join(folder.path, 'on-pc');
    const [command, args] = enter('ip', 'netns', 'exec', 'pc', program);
    await writeFile(path, `#!/bin/sh\nexec ${command} ${args.join(' ')} "$@"\n`);
    await chmod(path, 0o755);
    return path;
  };
  /** Runs beside the PC on its network until the end of the test. */
  const serve = (...command: string[]): void => {
    const program = startProgram(...enter('ip', 'netns', 'exec', 'pc', ...command));
    stack.defer(() => program.stop());
  };
  return {
    run,
    fromPc,
    demarc,
    start,
    kill,
    onPc,
    serve,
    state,
    reaches,
    log: () => daemon?.output(),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
