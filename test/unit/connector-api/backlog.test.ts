import { expect, test } from 'vitest';
import { backlogNow } from '#connector/lists/backlog.ts';

const told = {
  low: 5,
  next: 9,
  records: 4,
  bytes: 2048,
  oldestAt: '2026-11-22T08:00:00.000Z',
  drops: { 'bulk.bytes': 2 },
};

test.each([
  { acked: 0, records: 4 },
  { acked: 7, records: 4 },
  { acked: 8, records: 0 },
  { acked: 90, records: 0 },
])('a queue of numbers 5 to 8 with $acked committed shows $records records', ({ acked, records }) => {
  const now = backlogNow(told, acked);
  expect(now?.records).toBe(records);
  expect(now?.oldestAt === null).toBe(records === 0);
  expect(now?.drops, 'what was dropped stays told').toEqual(told.drops);
});

test('a gateway that told nothing has no known backlog', () => {
  expect(backlogNow(null, 10)).toBeNull();
});
