/** Which form of the daemon is started, and that it becomes the process that was started. */
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startProgram, temporaryFolder, until } from '#test/support/program.ts';
// @ts-expect-error plain JavaScript, because any Node must be able to run it
import { SOURCES_FILE, programPath as untyped } from '../../../bin/form.mjs';

const programPath: (options: { root: string; built: string; source: string; form?: string | undefined }) => string =
  untyped;

const BUILT_AT = 1_700_000_000;

/** A folder with files, each changed so many seconds after the build. */
function fill(root: string, files: Record<string, number>): void {
  const sources = JSON.stringify(['daemon/process.ts', 'contract/ids.ts']);
  for (const [path, age] of Object.entries({ [`dist/daemon/${SOURCES_FILE}`]: 0, ...files })) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, sources);
    utimesSync(file, BUILT_AT + age, BUILT_AT + age);
  }
}

const chosen = (root: string, form?: string) =>
  programPath({ root, built: 'dist/daemon/main.mjs', source: 'daemon/process.ts', form }).slice(root.length + 1);

const BUILT = 'dist/daemon/main.mjs';
const SOURCE = 'daemon/process.ts';

describe('which form of a program is started', () => {
  it.each([
    ['the built one while no source is newer', { [SOURCE]: -10, 'contract/ids.ts': -1 }, undefined, BUILT],
    [
      'the sources when one of them is newer than the build',
      { [SOURCE]: -10, 'contract/ids.ts': 1 },
      undefined,
      SOURCE,
    ],
    ['the sources when one of them is gone', { [SOURCE]: -10 }, undefined, SOURCE],
    ['the built one where no sources were shipped', {}, undefined, BUILT],
    ['the sources when they are asked for', { [SOURCE]: -10, 'contract/ids.ts': -1 }, 'source', SOURCE],
    ['the built one when it is asked for', { [SOURCE]: 10, 'contract/ids.ts': 10 }, 'built', BUILT],
  ])('%s', async (_rule, files, form, expected) => {
    await using folder = await temporaryFolder('form');
    fill(folder.path, files);
    expect(chosen(folder.path, form)).toBe(expected);
  });

  it('the sources when nothing was built', async () => {
    await using folder = await temporaryFolder('form');
    mkdirSync(join(folder.path, 'daemon'));
    writeFileSync(join(folder.path, SOURCE), '');
    expect(chosen(folder.path)).toBe(SOURCE);
  });
});

describe('ensureNode with flags and an environment', () => {
  const script = `
    import { ensureNode } from ${JSON.stringify(new URL('../../../bin/start.mjs', import.meta.url).href)};
    ensureNode({ flags: ['--max-semi-space-size=1'], env: { DEMARC_TEST_SET: '2' } });
    process.once('SIGTERM', () => process.exit(7));
    setInterval(() => {}, 1000);
    console.log('up', process.env.DEMARC_TEST_SET, process.argv.slice(2).join());
  `;

  it('keeps the process id, the arguments, the signals and the exit code', async () => {
    await using folder = await temporaryFolder('launcher');
    const path = join(folder.path, 'program.mjs');
    writeFileSync(path, script);
    await using program = startProgram(process.execPath, [path, 'a', 'b']);
    await until('the program is up', 10_000, () => program.output().includes('up 2 a,b'));
    const words = readFileSync(`/proc/${program.process.pid}/cmdline`, 'utf8').split('\0');
    expect(words).toContain('--max-semi-space-size=1');
    program.process.kill('SIGTERM');
    expect(await program.exited).toBe(7);
  });
});
