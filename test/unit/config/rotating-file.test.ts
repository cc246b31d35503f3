import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RotatingFile } from '#config/rotating-file.ts';
import { temporaryFolder } from '#test/support/program.ts';

const open = (folder: string, limits: { maxBytes?: number; files?: number } = {}) =>
  new RotatingFile({
    file: join(folder, 'daemon.log'),
    maxBytes: limits.maxBytes ?? 1000,
    files: limits.files ?? 3,
    lost: (lines) => `lost ${lines}\n`,
  });

const names = (folder: string) => readdirSync(folder).sort();

describe('the rotating file of a log', () => {
  it('keeps no more files and no more bytes than it may, and the newest lines', async () => {
    await using folder = await temporaryFolder('log');
    const file = open(folder.path, { maxBytes: 100, files: 3 });
    for (let line = 0; line < 1000; line += 1) file.write(`line ${String(line).padStart(4, '0')}\n`);
    file.close();
    expect(names(folder.path)).toHaveLength(3);
    const text = names(folder.path)
      .map((name) => readFileSync(join(folder.path, name), 'utf8'))
      .join('');
    expect(text.length).toBeLessThanOrEqual(3 * 110);
    expect(text).toContain('line 0999\n');
  });

  it('goes on with the newest file after a restart, by number and not by name', async () => {
    await using folder = await temporaryFolder('log');
    writeFileSync(join(folder.path, 'daemon.9.log'), 'nine\n');
    writeFileSync(join(folder.path, 'daemon.10.log'), 'ten\n');
    writeFileSync(join(folder.path, 'daemon.log'), 'somebody else’s\n');
    const file = open(folder.path);
    file.write('new\n');
    file.close();
    expect(readFileSync(join(folder.path, 'daemon.10.log'), 'utf8')).toBe('ten\nnew\n');
  });

  it('is readable by its owner only', async () => {
    await using folder = await temporaryFolder('log');
    open(folder.path).close();
    expect(statSync(join(folder.path, 'daemon.1.log')).mode & 0o077).toBe(0);
  });

  it('says how many lines were lost once the disk takes lines again, and never throws', async () => {
    await using folder = await temporaryFolder('log');
    const at = join(folder.path, 'gone');
    const file = open(at, { maxBytes: 10 });
    file.write('0123456789\n');
    rmSync(at, { recursive: true });
    file.write('a\n');
    file.write('b\n');
    mkdirSync(at);
    file.write('c\n');
    file.close();
    expect(names(at).map((name) => readFileSync(join(at, name), 'utf8'))).toEqual(['lost 2\nc\n']);
  });
});
