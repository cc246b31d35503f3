/** A PostgreSQL of the test's own: a cluster in a temporary folder, on a free loopback port, a fresh database for each taker. */
import { execFile } from 'node:child_process';
import { chown, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { freePort, startProgram, temporaryFolder, until } from './program.ts';

const run = promisify(execFile);
const VERSIONS = '/usr/lib/postgresql';
const USER = 'demarc';

/** Where Debian keeps the newest server's programs; undefined when there is none, for `describe.skipIf`. */
export async function postgresPrograms(): Promise<string | undefined> {
  const versions = (await readdir(VERSIONS).catch(() => [])).map(Number).sort((a, b) => b - a);
  return versions[0] === undefined ? undefined : join(VERSIONS, String(versions[0]), 'bin');
}

export interface Postgres extends AsyncDisposable {
  /** A fresh, empty database; its address for `DEMARC_STORE`. */
  database(): Promise<string>;
  /** Ends the server at once, as a power cut does; `start` brings it back with what was committed. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** Makes a cluster and starts it. The server refuses to run as root: then it runs as the user that its package made. */
export async function startPostgres(programs: string): Promise<Postgres> {
  const folder = await temporaryFolder('postgres');
  const data = join(folder.path, 'data');
  const port = await freePort();
  await mkdir(data);
  const asRoot = process.getuid?.() === 0;
  const { command, before } = asRoot
    ? { command: 'setpriv', before: ['--reuid=postgres', '--regid=postgres', '--clear-groups'] }
    : { command: 'env', before: [] };
  if (asRoot) {
    const id = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout);
    const [uid, gid] = [await id('-u'), await id('-g')];
    await chown(folder.path, uid, gid);
    await chown(data, uid, gid);
  }
  await run(command, [...before, join(programs, 'initdb'), '-D', data, '-U', USER, '-A', 'trust', '-N', '-E', 'UTF8']);
  // A thrifty server: this one serves a test.
  const settings = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', shared_buffers: '16MB' };
  const words = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const url = (name: string) => `postgres://${USER}@127.0.0.1:${port}/${name}`;
  const ask = async (query: string) => {
    const client = new Client({ connectionString: url('postgres') });
    await client.connect();
    try {
      await client.query(query);
    } finally {
      await client.end();
    }
  };
  const start = async () => {
    const program = startProgram(command, [...before, join(programs, 'postgres'), '-D', data, ...words]);
    const answers = () =>
      ask('select 1').then(
        () => true,
        () => false,
      );
    await until('PostgreSQL answers', 20_000, answers).catch(async (error: unknown) => {
      await program.stop('SIGQUIT');
      throw new Error(`${String(error)}\n${program.output()}`);
    });
    return program;
  };
  let server = await start();
  let databases = 0;
  return {
    database: async () => {
      databases += 1;
      await ask(`create database t${databases}`);
      return url(`t${databases}`);
    },
    // SIGQUIT: no checkpoint, no farewell; the children go too, which SIGKILL of the parent alone would leave behind.
    kill: () => server.stop('SIGQUIT'),
    start: async () => {
      server = await start();
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop('SIGINT');
      await folder[Symbol.asyncDispose]();
    },
  };
}
