import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SupervisionRule } from '#contract/trunks.ts';
import { ProbeHistory, SLOT_MS } from '#sip-trunks/supervise/history.ts';
import {
  countsAsUp,
  type EndState,
  newEnd,
  note,
  observe,
  type ProbeResult,
  type StateChange,
  waitAfter,
} from '#sip-trunks/supervise/state.ts';

const RULE = SupervisionRule.parse({});
const DAY = 24 * 3_600_000;
const answer = (status: number, at = 0): ProbeResult => ({ at, answered: true, status, reason: 'x', roundTripMs: 12 });
const silence = (at = 0): ProbeResult => ({ at, answered: false, failure: 'timeout', detail: '' });

function run(results: readonly ProbeResult[], rule = RULE, from = newEnd()): { state: EndState; news: StateChange[] } {
  const news: StateChange[] = [];
  let state = from;
  for (const result of results) {
    const step = observe(state, result, rule);
    state = step.after;
    news.push(...step.news);
  }
  return { state, news };
}
const kinds = (results: readonly ProbeResult[], rule = RULE) => run(results, rule).news.map(({ kind }) => kind);

describe('what counts as up is the rule of the trunk', () => {
  test.each([
    ['answer', answer(503), true],
    ['answer', silence(), false],
    ['available', answer(404), true],
    ['available', answer(401), true],
    ['available', answer(408), false],
    ['available', answer(500), false],
    ['available', answer(503), false],
    ['available', answer(504), false],
    ['accepted', answer(200), true],
    ['accepted', answer(404), false],
    ['accepted', answer(302), false],
  ] as const)('%s', (up, result, expected) => {
    expect(countsAsUp(result, up)).toBe(expected);
  });
});

describe('hysteresis', () => {
  test('three bad results in a row take it down, two good ones up again, and each is told once', () => {
    const up = [answer(200), answer(200)];
    expect(kinds([...up, silence(), silence()])).toEqual([]);
    expect(kinds([...up, silence(), silence(), silence(), silence()])).toEqual(['down']);
    expect(kinds([...up, silence(), silence(), answer(200), silence(), silence()])).toEqual([]);
    expect(kinds([...up, silence(), silence(), silence(), answer(200), silence(), answer(200)])).toEqual(['down']);
    expect(kinds([...up, silence(), silence(), silence(), answer(200), answer(200)])).toEqual(['down', 'up']);
  });

  test('the first answers after the beginning are no news, a trunk that never answered is', () => {
    expect(kinds([answer(200), answer(200)])).toEqual([]);
    expect(kinds([silence(), silence(), silence()])).toEqual(['down']);
  });

  test('the recovery says how long it was down', () => {
    const { news } = run([silence(0), silence(1), silence(1000), answer(200, 60_000), answer(200, 61_000)]);
    expect(news[1]).toMatchObject({ kind: 'up', downFor: 60_000 });
  });

  test('whatever comes, down and up are told in turn, and never twice in a row', () => {
    const results = fc.array(fc.constantFrom(answer(200), answer(503), answer(404), silence()), { maxLength: 60 });
    const rules = fc.record({ downAfter: fc.integer({ min: 1, max: 5 }), upAfter: fc.integer({ min: 1, max: 5 }) });
    fc.assert(
      fc.property(results, rules, (list, rule) => {
        const told = kinds(list, { ...RULE, ...rule });
        for (const [index, kind] of told.entries()) expect(kind).toBe(index % 2 === 0 ? 'down' : 'up');
      }),
    );
  });
});

test('reachable, accepted, registered and call-proven are different facts', () => {
  const { state } = run([answer(200, 1), answer(503, 2), silence(3), answer(403, 4)]);
  expect(state).toMatchObject({
    reachable: { is: true, since: 4 },
    accepted: { is: false, since: 2 },
    registered: null,
    callProven: null,
  });
  const noted = note(note(state, 'registered', true, 5), 'registered', true, 9);
  expect(noted).toMatchObject({ registered: { is: true, since: 5, at: 9 }, callProven: null });
});

test('a certificate is told of once, 30 days ahead, and anew when the next one ends', () => {
  const with_ = (at: number, certificateExpiresAt: number): ProbeResult => ({
    ...answer(200, at),
    certificateExpiresAt,
  });
  const first = 100 * DAY;
  const { news } = run([
    with_(0, first),
    with_(69 * DAY, first),
    with_(71 * DAY, first),
    with_(72 * DAY, first),
    with_(73 * DAY, first + 365 * DAY),
    with_(440 * DAY, first + 365 * DAY),
  ]);
  expect(news.map((one) => one.kind === 'certificate-expiring' && one.expiresAt)).toEqual([first, first + 365 * DAY]);
});

test('it asks by the interval while all is well, and fast while it fails or is not settled', () => {
  const settled = run([answer(200), answer(200)]).state;
  expect([0, 0.5, 0.999].map((random) => Math.round(waitAfter(settled, RULE, random)))).toEqual([
    27_000, 30_000, 32_994,
  ]);
  expect(waitAfter(run([silence()], RULE, settled).state, RULE, 0.5)).toBe(5000);
  expect(waitAfter(newEnd(), RULE, 0.5)).toBe(5000);
});

describe('the history of a day', () => {
  test('counts, averages and forgets after 24 hours, and is the same after a restart', () => {
    const history = new ProbeHistory();
    history.add({ ...answer(200, 10), roundTripMs: 10 } as ProbeResult);
    history.add({ ...answer(503, 20), roundTripMs: 20 } as ProbeResult);
    history.add(silence(30));
    history.add(silence(2 * SLOT_MS));
    const copy = new ProbeHistory(history.encode());
    expect(copy.points(0)).toEqual({ from: 0, points: [[3, 2, 1, 15, 20], null, [1, 0, 0, 0, 0]] });
    copy.add(answer(200, DAY + SLOT_MS));
    const later = copy.points(0);
    expect([later.from, later.points.length, later.points[0], later.points.at(-1)]).toEqual([
      2,
      288,
      [1, 0, 0, 0, 0],
      [1, 1, 1, 12, 12],
    ]);
  });

  test('a clock that goes back a little loses nothing, one that was years off begins anew', () => {
    const history = new ProbeHistory();
    history.add(answer(200, 10 * SLOT_MS));
    history.add(answer(200, 9 * SLOT_MS));
    expect(history.points(9).points).toEqual([
      [1, 1, 1, 12, 12],
      [1, 1, 1, 12, 12],
    ]);
    history.add(answer(200, 5000 * SLOT_MS));
    history.add(answer(200, 20 * SLOT_MS));
    expect(history.points(0).points.filter((point) => point !== null)).toEqual([[1, 1, 1, 12, 12]]);
  });

  test('a damaged text begins anew', () => {
    expect(new ProbeHistory({ newest: 5, ring: 'AAAA' }).points(0).points).toEqual([]);
  });
});
