import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NumberRun } from '#contract/numbers.ts';
import { NumberIntake, toRuns } from '#daemon/pbxs/number-runs.ts';
import { numbersDocument } from '#daemon/sections/numbers.ts';

/** Every number of a block with where it leads. */
function spread({ from, to, target, targetTo }: NumberRun): [string, string | undefined][] {
  const plus = from.startsWith('+') ? '+' : '';
  const first = BigInt(from.replace('+', ''));
  const last = BigInt((to ?? from).replace('+', ''));
  return Array.from({ length: Number(last - first) + 1 }, (_, n) => [
    plus + (first + BigInt(n)).toString().padStart(from.length - plus.length, '0'),
    target === undefined || targetTo === undefined
      ? target
      : (BigInt(target) + BigInt(n)).toString().padStart(target.length, '0'),
  ]);
}

describe('numbers made into blocks', () => {
  test.each<[string, NumberRun[], NumberRun[]]>([
    [
      'that count up with their targets are one',
      [
        { from: '+4351001', target: '01' },
        { from: '+4351002', target: '02' },
        { from: '+4351000', target: '00' },
      ],
      [{ from: '+4351000', to: '+4351002', target: '00', targetTo: '02' }],
    ],
    [
      'that lead to one place are one, without an end of targets',
      [
        { from: '100', target: '9' },
        { from: '101', target: '9' },
        { from: '102', target: '9' },
      ],
      [{ from: '100', to: '102', target: '9' }],
    ],
    ['that lead nowhere are one', [{ from: '098' }, { from: '099' }, { from: '100' }], [{ from: '098', to: '100' }]],
    [
      'break off where the targets do',
      [
        { from: '10', target: '1' },
        { from: '11', target: '2' },
        { from: '12', target: '2' },
      ],
      [
        { from: '10', to: '11', target: '1', targetTo: '2' },
        { from: '12', target: '2' },
      ],
    ],
    [
      'leave a block of the PBX as it is',
      [
        { from: '10', to: '19', target: '5' },
        { from: '20', target: '5' },
      ],
      [
        { from: '10', to: '19', target: '5' },
        { from: '20', target: '5' },
      ],
    ],
    [
      'do not run over the last number of their length',
      [{ from: '99' }, { from: '00' }],
      [{ from: '00' }, { from: '99' }],
    ],
    [
      'do not mix those with a plus sign and those without',
      [{ from: '+11' }, { from: '112' }],
      [{ from: '+11' }, { from: '112' }],
    ],
  ])('%s', (_, numbers, runs) => {
    expect(toRuns(numbers)).toEqual(runs);
  });

  test('say of every number what the PBX said', () => {
    const number = fc.record({
      from: fc.integer({ min: 0, max: 300 }).map((n) => String(n).padStart(3, '0')),
      target: fc.option(
        fc.integer({ min: 0, max: 120 }).map((n) => String(n).padStart(2, '0')),
        { nil: undefined },
      ),
    });
    fc.assert(
      fc.property(fc.uniqueArray(number, { selector: ({ from }) => from, maxLength: 80 }), (numbers) => {
        const given = numbers.map(({ from, target }) => ({ from, ...(target !== undefined && { target }) }));
        const told = toRuns(given).flatMap(spread);
        const said = given.map(({ from, target }): [string, string | undefined] => [from, target]);
        expect(new Map(told)).toEqual(new Map(said));
        expect(told).toHaveLength(said.length);
      }),
    );
  });
});

describe('the intake of numbers', () => {
  test('takes away what people put between digits, and only counts what is no number', () => {
    const intake = new NumberIntake();
    intake.add({ kind: 'did', from: '+43 (512) 99-01', target: '01' });
    intake.add({ kind: 'did', from: 'reception' });
    intake.add({ kind: 'extension-range', from: '100', to: '199' });
    expect(intake.count).toBe(3);
    expect(intake.result()).toEqual({
      dids: [{ from: '+435129901', target: '01' }],
      ranges: [{ from: '100', to: '199' }],
      omitted: 1,
    });
  });
});

describe('section numbers', () => {
  test('stays below the size of a message and counts what it leaves out', async () => {
    const dids = Array.from({ length: 4000 }, (_, n) => ({ from: `+4351290${n * 3}`, target: String(9999 - n) }));
    const list = { readAt: '2026-03-01T12:00:00.000Z', dids, ranges: [{ from: '100', to: '199' }], omitted: 2 };
    const pbxs = ['A', 'B'].map((name) => ({ id: name, type: 'mivoice-business' as const, name }));
    const document = await numbersDocument(pbxs, async () => list);
    expect(Buffer.byteLength(JSON.stringify(document))).toBeLessThan(63 * 1024);
    for (const pbx of document.pbxs) {
      expect(pbx.ranges).toHaveLength(1);
      expect(pbx.dids.length).toBeGreaterThan(500);
      expect(pbx.dids.length + pbx.omitted).toBe(4002);
    }
  });

  test('has no entry for a PBX that told none', async () => {
    const pbxs = [{ id: 'A', type: 'mivoice-5000' as const, name: 'A' }];
    expect(await numbersDocument(pbxs, async () => undefined)).toEqual({ pbxs: [] });
  });
});
