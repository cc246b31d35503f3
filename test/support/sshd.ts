/** OpenSSH's server of the test's own: host keys and configuration in a temporary folder, a user that it made, a free port. */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { MxOneSite } from '#test/lab/mx-one/site.ts';
import { freePort, hasProgram, type Program, portOpen, startProgram, temporaryFolder, until } from './program.ts';

const run = promisify(execFile);
const MDSH = new URL('../lab/mx-one/mdsh-child.ts', import.meta.url).pathname;

/** Whether the server, its tools and the right to make a user are there, for `describe.skipIf`. */
export const hasSshd = (): boolean =>
  process.getuid?.() === 0 && ['sshd', 'ssh', 'ssh-keygen', 'useradd', 'userdel', 'openssl'].every(hasProgram);

export interface Sshd extends AsyncDisposable {
  host: string;
  port: number;
  user: string;
  password: string;
  /** As ssh-keygen prints it. */
  hostKeyFingerprint: string;
  /** What the mdsh of the user's shell prints from now on. */
  set(site: MxOneSite): Promise<void>;
  /** What it holds now, after what was changed by commands. */
  site(): Promise<MxOneSite>;
  /** The server's log since its last start. */
  log(): string;
  /** Starts it again with another host key. */
  renewHostKey(): Promise<void>;
  /** Time of these commands by the `ssh` program over one shared connection, its log-in included, in milliseconds. */
  ssh(commands: readonly string[]): Promise<{ ms: number; bytes: number }>;
}

/** Starts sshd with a user of its own whose PATH has the lab's mdsh. It ends with `await using`, and the user with it. */
export async function startSshd(site: MxOneSite): Promise<Sshd> {
  const folder = await temporaryFolder('sshd');
  // The user must be able to get at mdsh and at its site.
  await chmod(folder.path, 0o755);
  const at = (name: string) => join(folder.path, name);
  const port = await freePort();
  const user = `demarc-${randomBytes(4).toString('hex')}`;
  const password = randomBytes(9).toString('hex');
  const { stdout: hashed } = await run('openssl', ['passwd', '-6', password]);
  // The separated part of sshd wants this folder, which a package without a running service does not have.
  await mkdir('/run/sshd', { recursive: true });
  await mkdir(at('bin'));
  await mkdir(at('cache'));
  await chmod(at('cache'), 0o777);
  await run('useradd', [
    '--no-create-home',
    '--home-dir',
    '/',
    '--shell',
    '/bin/sh',
    '--password',
    hashed.trim(),
    user,
  ]);
  await writeFile(at('bin/mdsh'), `#!/bin/sh\nexec ${process.execPath} ${MDSH} "$@"\n`, { mode: 0o755 });
  await writeFile(at('sshd_config'), configuration(folder.path, port, user));

  let program: Program | undefined;
  const start = async () => {
    program = startProgram('/usr/sbin/sshd', ['-D', '-e', '-f', at('sshd_config')]);
    try {
      await portOpen(port);
    } catch (error) {
      throw new Error(`sshd did not start: ${program.output().slice(-2000)}`, { cause: error });
    }
  };
  const newKey = async () => {
    await rm(at('host_key'), { force: true });
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at('host_key')]);
    const { stdout } = await run('ssh-keygen', ['-l', '-f', at('host_key.pub')]);
    return stdout.split(' ')[1] ?? '';
  };
  const set = async (next: MxOneSite) => {
    await writeFile(at('site.json'), JSON.stringify(next));
    // The user's mdsh writes what its commands change.
    await chmod(at('site.json'), 0o666);
  };
  await set(site);
  const sshd: Sshd = {
    host: '127.0.0.1',
    port,
    user,
    password,
    hostKeyFingerprint: await newKey(),
    set,
    site: async () => JSON.parse(await readFile(at('site.json'), 'utf8')) as MxOneSite,
    log: () => program?.output() ?? '',
    renewHostKey: async () => {
      const sessions = await childrenOf(program?.process.pid);
      await program?.stop();
      for (const session of sessions) endProcess(session);
      sshd.hostKeyFingerprint = await newKey();
      await start();
    },
    ssh: (commands) => timedSsh(folder.path, sshd, commands),
    [Symbol.asyncDispose]: async () => {
      const sessions = await childrenOf(program?.process.pid);
      await program?.stop();
      for (const session of sessions) endProcess(session);
      // The system lets go of a user only when its last process is gone.
      await until(`the user ${user} is removed`, 10_000, () => removed(user), 100);
      await folder[Symbol.asyncDispose]();
    },
  };
  await start();
  return sshd;
}

/** Each connection has a process of its own, which outlives the server. */
async function childrenOf(pid: number | undefined): Promise<number[]> {
  if (pid === undefined) return [];
  // Without children `ps` ends with 1.
  const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.split('\n').map(Number).filter(Boolean);
}

function endProcess(pid: number): void {
  try {
    process.kill(pid);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

const removed = (user: string): Promise<boolean> =>
  run('userdel', [user]).then(
    () => true,
    () => false,
  );

const configuration = (folder: string, port: number, user: string): string =>
  [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${folder}/host_key`,
    `PidFile ${folder}/sshd.pid`,
    'UsePAM no',
    'PasswordAuthentication yes',
    'KbdInteractiveAuthentication no',
    'PubkeyAuthentication no',
    `AllowUsers ${user}`,
    'LogLevel VERBOSE',
    // Keys are exchanged anew in the middle of a print.
    'RekeyLimit 1M',
    `SetEnv PATH=${folder}/bin:/usr/bin:/bin MDSH_SITE=${folder}/site.json NODE_COMPILE_CACHE=${folder}/cache`,
    '',
  ].join('\n');

/** The program gets its password by SSH_ASKPASS, which it takes without a terminal when told to force it. */
async function timedSsh(
  folder: string,
  { port, user, password }: Sshd,
  commands: readonly string[],
): Promise<{ ms: number; bytes: number }> {
  const askpass = join(folder, 'askpass');
  await writeFile(askpass, `#!/bin/sh\necho ${password}\n`, { mode: 0o700 });
  const options = [
    '-oStrictHostKeyChecking=no',
    '-oUserKnownHostsFile=/dev/null',
    '-oLogLevel=ERROR',
    '-p',
    String(port),
  ];
  const shared = [...options, '-S', join(folder, 'shared'), `${user}@127.0.0.1`];
  const env = { ...process.env, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' };
  const started = performance.now();
  await run('ssh', ['-M', '-f', '-N', ...shared], { env });
  let bytes = 0;
  try {
    for (const command of commands) bytes += await output(['ssh', [...shared, command]]);
    return { ms: performance.now() - started, bytes };
  } finally {
    await run('ssh', ['-O', 'exit', ...shared]);
  }
}

function output([command, args]: [string, string[]]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let bytes = 0;
    child.stdout.on('data', (piece: Buffer) => {
      bytes += piece.length;
    });
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(bytes) : reject(new Error(`ssh ended with ${code}`))));
  });
}
