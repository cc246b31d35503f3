import { spawnSync } from 'node:child_process';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { freePort, type Program, startProgram, temporaryFolder, until } from '#test/support/program.ts';

const NODE = process.execPath;

/** A real daemon of its own state folder, and the real command line beside it. */
async function gateway() {
  const folder = await temporaryFolder('daemon');
  const state = join(folder.path, 'state');
  const env = {
    DEMARC_DAEMON_STATE: state,
    DEMARC_WEB_PORT: String(await freePort()),
    DEMARC_WEB_HOST: '127.0.0.1',
  };
  const programs: Program[] = [];
  const start = async () => {
    const program = startProgram(NODE, ['bin/demarc-daemon.mjs'], { env });
    programs.push(program);
    await until('the daemon is ready', 30_000, () => {
      if (program.process.exitCode !== null) throw new Error(program.output());
      return program.output().includes('daemon ready');
    });
    return program;
  };
  const cli = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(NODE, ['bin/demarc.mjs', ...args], {
      env: { ...process.env, ...env },
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { code: status, out: stdout, error: stderr };
  };
  return {
    state,
    folder: folder.path,
    env,
    start,
    cli,
    async [Symbol.asyncDispose]() {
      for (const program of programs) await program.stop('SIGKILL');
      await folder[Symbol.asyncDispose]();
    },
  };
}

const EXPORT = 'Last Name,First Name,Number,Email\nMuster,Anna,1001,anna@example.com\nBeck,Jan,1002,\n';

describe('the daemon as a program', { timeout: 120_000 }, () => {
  test('starts and serves without cloud, identity and PBX; the command line sees it; SIGTERM ends it in time', async () => {
    await using g = await gateway();
    const missing = g.cli('status');
    expect([missing.code, missing.out]).toEqual([1, '']);
    expect(missing.error).toContain('Start it');
    const daemon = await g.start();
    expect((await stat(g.state)).mode & 0o777).toBe(0o700);
    expect((await stat(join(g.state, 'admin-token'))).mode & 0o777).toBe(0o600);
    const status = g.cli('status', '--json');
    expect(status.code).toBe(0);
    expect(JSON.parse(status.out)).toMatchObject({
      cloud: { url: null, state: 'offline' },
      enrolment: { state: 'unclaimed' },
      pbxs: [],
    });
    const check = g.cli('check', '--json');
    const { checks } = JSON.parse(check.out) as { checks: { id: string; status: string }[] };
    expect(checks.find((result) => result.id === 'store.writable')?.status).toBe('ok');
    expect(check.code).toBe(checks.some((result) => result.status === 'error') ? 1 : 0);
    const link = g.cli('link', '--json');
    expect([link.code, (JSON.parse(link.out) as { error: { code: string } }).error.code]).toEqual([
      1,
      'enrolment.no-cloud',
    ]);
    expect(g.cli('logs', '--text', 'daemon ready').out).toContain('daemon ready');
    expect(g.cli('sync', 'nobody').code).toBe(1);
    expect(`${status.out}${check.out}${daemon.output()}`).not.toContain(
      (await readFile(join(g.state, 'admin-token'), 'utf8')).trim(),
    );
    const started = performance.now();
    await daemon.stop('SIGTERM');
    expect(daemon.process.exitCode).toBe(0);
    expect(performance.now() - started).toBeLessThan(5000);
    expect(g.cli('status').code).toBe(1);
  });

  test('a second daemon on the same state folder ends with one clear line and leaves the first alone', async () => {
    await using g = await gateway();
    await g.start();
    const second = startProgram(NODE, ['bin/demarc-daemon.mjs'], { env: { ...g.env, DEMARC_WEB_PORT: '0' } });
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain('demarc-daemon: Another process has the store open');
    expect(g.cli('status').code).toBe(0);
  });

  test('a PBX survives kill -9 with its users; sync by name works and a wrong one is refused', async () => {
    await using g = await gateway();
    const exports = join(g.folder, 'exports');
    await mkdir(exports);
    await writeFile(join(exports, 'users.csv'), EXPORT);
    await mkdir(g.state, { recursive: true });
    const pbx = {
      id: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
      type: 'mivoice-business',
      name: 'Branch',
      connection: { folder: exports },
    };
    await writeFile(join(g.state, 'config.json'), JSON.stringify({ version: 1, pbxs: [pbx] }));
    const daemon = await g.start();
    const sync = g.cli('sync', 'branch', '--json');
    expect(JSON.parse(sync.out)).toMatchObject({ runs: [{ name: 'Branch', run: { counts: { read: 2 } } }] });
    expect(sync.code).toBe(0);
    await daemon.stop('SIGKILL');
    await g.start();
    expect(JSON.parse(g.cli('status', '--json').out)).toMatchObject({
      pbxs: [{ name: 'Branch', users: 2, irregularities: { 'no-email': 1 } }],
    });
    expect(g.cli('sync', 'other').error).toContain('no PBX with this id');
  });

  test.each([
    ['a damaged configuration', { file: 'config.json', text: '{"version":1,"pbxs":[{}]}' }, {}, 2, 'pbxs.0'],
    ['a wrong port', undefined, { DEMARC_WEB_PORT: 'many' }, 2, 'DEMARC_WEB_PORT'],
    ['a wrong redirect port', undefined, { DEMARC_WEB_REDIRECT_PORT: '99999' }, 2, 'DEMARC_WEB_REDIRECT_PORT'],
  ])('%s ends the start with exit code and one line that names it', async (_what, file, env, code, words) => {
    await using g = await gateway();
    await mkdir(g.state, { recursive: true });
    if (file) await writeFile(join(g.state, file.file), file.text);
    const program = startProgram(NODE, ['bin/demarc-daemon.mjs'], { env: { ...g.env, ...env } });
    expect(await program.exited).toBe(code);
    const line = program
      .output()
      .split('\n')
      .find((text) => text.startsWith('demarc-daemon:'));
    expect(line).toContain(words);
  });

  test('--help is 0 and an unknown word 2', () => {
    const run = (...args: string[]) => spawnSync(NODE, ['bin/demarc-daemon.mjs', ...args], { encoding: 'utf8' });
    expect([run('--help').status, run('--help').stdout]).toEqual([0, expect.stringContaining('DEMARC_DAEMON_STATE')]);
    expect(run('now').status).toBe(2);
  });
});
