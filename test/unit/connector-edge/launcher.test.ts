import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { freePort, startProgram, temporaryFolder, until } from '#test/support/program.ts';

const PROGRAM = fileURLToPath(new URL('../../../bin/demarc-connector.mjs', import.meta.url));
const OLD_NODE = '/usr/bin/node';

function run(node: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  return spawnSync(node, [PROGRAM, ...args], { encoding: 'utf8', env: { ...process.env, ...env } });
}

const major = Number(/^v(\d+)/.exec(spawnSync(OLD_NODE, ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1] ?? 99);

describe('demarc-connector', () => {
  it('explains itself and exits 0', () => {
    const { status, stdout } = run(process.execPath, ['--help']);
    expect(status).toBe(0);
    expect(stdout).toContain('DEMARC_CONNECTOR_DATA');
  });

  it('exits 2 with one line for an unknown word', () => {
    const { status, stderr } = run(process.execPath, ['--colour']);
    expect(status).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('exits 2 for settings that cannot be', () => {
    const { status, stderr } = run(process.execPath, [], { DEMARC_CONNECTOR_PORT: 'http' });
    expect(status).toBe(2);
    expect(stderr).toContain('port');
  });

  it.each([
    ['this Node', process.execPath, false],
    ['an older Node, by the project’s own', OLD_NODE, major > 21],
  ])('prints the set-up link as a log line and stops in order at SIGTERM, under %s', async (_what, node, skip) => {
    if (skip) return;
    await using folder = await temporaryFolder('launcher');
    const port = await freePort();
    const env = {
      DEMARC_CONNECTOR_DATA: folder.path,
      DEMARC_CONNECTOR_PORT: String(port),
      DEMARC_CONNECTOR_HOST: '127.0.0.1',
    };
    await using program = startProgram(node, [PROGRAM], { env });
    await until('the link is printed', 15_000, () => program.output().includes('"msg":"set-up link"'));
    const line =
      program
        .output()
        .split('\n')
        .find((text) => text.includes('set-up link')) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({
      unit: 'connector',
      level: 'info',
      link: expect.stringMatching(new RegExp(`^https://127\\.0\\.0\\.1:${port}/setup#token=[\\w-]{43}$`)) as string,
    });
    await program.stop();
    await until('it says so', 5000, () => program.output().includes('"msg":"stopping"'));
    if (node === process.execPath) expect(await program.exited).toBe(0);
  });
});
