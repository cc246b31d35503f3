/** Squid as a customer runs it: CONNECT to the cloud's port only, for people who log in. */
import { spawnSync } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasProgram, portOpen, startProgram } from './program.ts';

const AUTHENTICATOR = '/usr/lib/squid/basic_ncsa_auth';

/** Whether squid and what makes its passwords are here. */
export const hasSquid = (): boolean => hasProgram('squid') && hasProgram('openssl');

/** Starts squid on the port; its one account is `demarc`. `folder` is its own and gets open to everybody. */
export async function startSquid(options: {
  folder: string;
  port: number;
  allowedPort: number;
  password: string;
}): Promise<AsyncDisposable & { port: number }> {
  const { folder, port, allowedPort, password } = options;
  const users = join(folder, 'users');
  const hash = spawnSync('openssl', ['passwd', '-apr1', password]).stdout.toString().trim();
  await writeFile(users, `demarc:${hash}\n`);
  const config = join(folder, 'squid.conf');
  await writeFile(
    config,
    [
      `http_port 127.0.0.1:${port}`,
      `pid_filename ${folder}/squid.pid`,
      `cache_log ${folder}/cache.log`,
      `access_log none`,
      `coredump_dir ${folder}`,
      'cache deny all',
      'shutdown_lifetime 0 seconds',
      `auth_param basic program ${AUTHENTICATOR} ${users}`,
      'auth_param basic realm Customer',
      'acl people proxy_auth REQUIRED',
      `acl cloud port ${allowedPort}`,
      'http_access deny !cloud',
      'http_access allow people',
      'http_access deny all',
      '',
    ].join('\n'),
  );
  // Squid gives up root for an account that must be able to write here.
  await chmod(folder, 0o777);
  const program = startProgram('squid', ['-N', '-f', config]);
  try {
    await portOpen(port, 20_000);
  } catch (error) {
    await program.stop();
    throw new Error(program.output(), { cause: error });
  }
  return { port, [Symbol.asyncDispose]: () => program.stop() };
}
