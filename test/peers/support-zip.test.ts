import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { type ZipMember, zip } from '#connector/support/zip.ts';
import { temporaryFolder } from '#test/support/program.ts';

const run = promisify(execFile);
const LOOK = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    print(json.dumps([[i.filename, i.file_size, oct(i.external_attr >> 16), list(i.date_time)] for i in z.infolist()]))
`;
const hasPython = await run('python3', ['-c', 'import zipfile']).then(
  () => true,
  () => false,
);

const member = (name: string, chunks: Buffer[]): ZipMember => ({
  name,
  bytes: chunks.reduce((sum, one) => sum + one.length, 0),
  modified: new Date('2026-06-15T10:20:30.000Z'),
  async *read() {
    yield* chunks;
  },
});

test.skipIf(!hasPython)(
  'Python reads a zip of ours without complaint: names, sizes, times, rights, checksums',
  async () => {
    await using folder = await temporaryFolder('zip');
    const path = join(folder.path, 'log.zip');
    const members = [
      member('report.txt', [Buffer.from('Größe: 3 µm\n')]),
      member('attachments/1-b.tar.gz', [randomBytes(70_000), randomBytes(11)]),
      member('Ünïcode.txt', []),
    ];
    await writeFile(path, zip(members));
    const { stdout } = await run('python3', ['-c', LOOK, path]);
    const time = [2026, 6, 15, 10, 20, 30];
    expect(JSON.parse(stdout)).toEqual(members.map(({ name, bytes }) => [name, bytes, '0o100644', time]));
  },
);
