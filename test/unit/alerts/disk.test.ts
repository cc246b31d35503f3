import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { diskOf, healthDocument } from '#daemon/sections/builders.ts';

test('the health of a gateway tells the same room on the disk as df, and none where there is no answer', async () => {
  const [, line = ''] = execFileSync('df', ['-B1', '--output=avail,size', '/tmp'], { encoding: 'utf8' }).split('\n');
  const [free = Number.NaN, total = Number.NaN] = line.trim().split(/\s+/).map(Number);
  const disk = await diskOf('/tmp');
  expect(disk?.totalBytes).toBe(total);
  // Others write to it in the meantime.
  expect(Math.abs((disk?.freeBytes ?? 0) - free)).toBeLessThan(total / 20);
  expect(await diskOf('/tmp/nothing/here')).toBeUndefined();
  const facts = {
    outbox: { low: 1, next: 1, records: 0, bytes: 0, oldestAt: null, drops: {} },
    store: { status: 'ok', at: null } as const,
    clockOffsetMs: null,
    memoryBytes: 1,
    checks: [],
    checkedAt: null,
  };
  expect(healthDocument({ ...facts, disk }).disk).toEqual(disk);
  expect(Object.hasOwn(healthDocument({ ...facts, disk: undefined }), 'disk')).toBe(false);
});
