/** Real programs for the tests: started, waited for and ended by the test that started them, and only those. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether a program is on the PATH (or in /usr/sbin), for `describe.skipIf`. */
export const hasProgram = (name: string): boolean =>
  spawnSync('sh', ['-c', `PATH="$PATH:/usr/sbin:/sbin" command -v ${name}`]).status === 0;

/** A folder of its own under /tmp, removed by `await using`. */
export async function temporaryFolder(name: string): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), `demarc-${name}-`));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A port on 127.0.0.1 that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** The same for UDP. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', resolve);
  });
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

/** Waits until a TCP port accepts. @throws Error after the time limit */
export async function portOpen(port: number, limitMs = 10_000, host = '127.0.0.1'): Promise<void> {
  await until(
    `port ${port} accepts`,
    limitMs,
    () =>
      new Promise<boolean>((resolve) => {
        const socket = connect(port, host);
        socket.once('connect', () => {
          socket.destroy();
          resolve(true);
        });
        socket.once('error', () => resolve(false));
      }),
  );
}

/** Waits until the condition holds, looking every few milliseconds. @throws Error naming what did not happen */
export async function until(
  what: string,
  limitMs: number,
  condition: () => boolean | Promise<boolean>,
  everyMs = 20,
): Promise<void> {
  const end = Date.now() + limitMs;
  for (;;) {
    if (await condition()) return;
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`);
    await sleep(everyMs);
  }
}

/** A running program. Its output is kept for the message of a failing test. */
export interface Program extends AsyncDisposable {
  process: ChildProcess;
  output(): string;
  exited: Promise<number | null>;
  /** Sends the signal and waits for the end; SIGKILL after five seconds. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a program with its output collected (the last 200,000 characters). */
export function startProgram(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Program {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin`, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-200_000);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const exited = new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      output += `\n${error.message}`;
      resolve(null);
    });
    child.once('exit', (code) => resolve(code));
  });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    const killer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await exited;
    clearTimeout(killer);
  };
  return { process: child, output: () => output, exited, stop, [Symbol.asyncDispose]: () => stop() };
}
