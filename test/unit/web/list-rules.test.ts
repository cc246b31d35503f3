import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change } from '#contract/api.ts';
import { Change as ChangeSchema } from '#contract/api.ts';
import {
  choiceFilter,
  chosenValues,
  describeFilter,
  type FilterField,
  formatFilter,
  OPERATORS,
  parseFilter,
} from '#web/kit/filters/grammar.ts';
import { affectedBy } from '#web/kit/live/affected.ts';
import { defaultColumns, moveColumn, restoreColumns } from '#web/kit/table/column-state.ts';
import { fromSorting, toSorting } from '#web/kit/table/sort.ts';

describe('filters', () => {
  test('what is written is what is read, also with colons in the value', () => {
    const filter = fc.record({
      field: fc.stringMatching(/^[a-zA-Z]{1,12}$/),
      op: fc.constantFrom(...OPERATORS),
      value: fc.string(),
    });
    fc.assert(
      fc.property(filter, (made) => {
        const bare = made.op === 'missing' || made.op === 'present';
        expect(parseFilter(formatFilter(made))).toEqual(bare ? { ...made, value: '' } : made);
      }),
    );
  });

  test.each(['', 'name', 'name:like:x', ':eq:x', 'name:eq'])('"%s" is no filter', (text) =>
    expect(parseFilter(text)).toBeUndefined(),
  );

  test('one chosen value is eq, several are in, none is no filter', () => {
    expect(choiceFilter('pbx', ['a'])).toEqual({ field: 'pbx', op: 'eq', value: 'a' });
    expect(choiceFilter('pbx', ['a', 'b'])).toEqual({ field: 'pbx', op: 'in', value: 'a,b' });
    expect(choiceFilter('pbx', [])).toBeUndefined();
    expect(chosenValues(choiceFilter('pbx', ['a', 'b']))).toEqual(['a', 'b']);
  });

  test('a chip reads as people speak, an unknown field by its own name', () => {
    const fields: FilterField[] = [
      { field: 'pbx', label: 'PBX', kind: 'choice', choices: [{ value: 'a', label: 'North' }] },
      { field: 'at', label: 'Event date', kind: 'date' },
    ];
    expect(describeFilter({ field: 'pbx', op: 'in', value: 'a,b' }, fields)).toBe('PBX is North, b');
    expect(describeFilter({ field: 'at', op: 'ge', value: '2026-11-22T07:00:00.000Z' }, fields)).toMatch(
      /^Event date from 22 Nov 2026, \d\d:\d0:00 /,
    );
    expect(describeFilter({ field: 'email', op: 'missing', value: '' }, fields)).toBe('email is missing');
  });
});

describe('columns', () => {
  const columns = [{ id: 'name', fixed: true }, { id: 'email' }, { id: 'login', hiddenByDefault: true }, { id: 'pbx' }];

  test('without a saved choice they stand in their own order', () => {
    expect(defaultColumns(columns)).toEqual({ order: ['name', 'email', 'login', 'pbx'], hidden: ['login'] });
  });

  test('a saved choice holds; a fixed column is shown, an unknown one dropped, a new one takes its place', () => {
    const saved = { order: ['pbx', 'gone', 'name', 'email'], hidden: ['name', 'email', 'gone'] };
    expect(restoreColumns(saved, columns)).toEqual({
      order: ['pbx', 'name', 'login', 'email'],
      hidden: ['login', 'email'],
    });
  });

  test('whatever was saved, every column is there exactly once', () => {
    fc.assert(
      fc.property(fc.anything(), fc.array(fc.constantFrom('name', 'email', 'login', 'pbx', 'x')), (junk, order) => {
        for (const saved of [junk, { order, hidden: order }]) {
          expect(restoreColumns(saved, columns).order.toSorted()).toEqual(['email', 'login', 'name', 'pbx']);
          expect(restoreColumns(saved, columns).hidden).not.toContain('name');
        }
      }),
    );
  });

  test('moving stays within the ends', () => {
    expect(moveColumn(['a', 'b', 'c'], 'c', -1)).toEqual(['a', 'c', 'b']);
    expect(moveColumn(['a', 'b', 'c'], 'a', -1)).toEqual(['a', 'b', 'c']);
    expect(moveColumn(['a', 'b', 'c'], 'a', 9)).toEqual(['b', 'c', 'a']);
    expect(moveColumn(['a'], 'x', 1)).toEqual(['a']);
  });
});

test('the sort word and the table’s state are each other’s mirror; an unknown word is no order', () => {
  const columns = [{ id: 'ext', sort: 'extension' }, { id: 'pbx' }];
  expect(toSorting('-extension', columns)).toEqual([{ id: 'ext', desc: true }]);
  expect(fromSorting(toSorting('-extension', columns), columns)).toBe('-extension');
  expect(toSorting('nothing', columns)).toEqual([]);
  expect(fromSorting([{ id: 'pbx', desc: false }], columns)).toBeUndefined();
});

describe('live changes', () => {
  test.each(ChangeSchema.shape.topic.options)('a change of topic %s makes something out of date', (topic) => {
    expect(affectedBy({ topic, account: null, ref: 'x' }).length).toBeGreaterThan(0);
  });

  test('a command’s change reaches its own record and the list of commands, and nothing of users', () => {
    const change: Change = { topic: 'command', account: null, ref: 'c1' };
    expect(affectedBy(change)).toEqual([['commands', 'list'], ['commands', 'one', 'c1'], ['notifications']]);
  });
});
