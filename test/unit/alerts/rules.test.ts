import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BACK_MS,
  findings,
  type GatewayFacts,
  GRACE_MS,
  LOST_QUIET_MS,
  type OpenAlert,
  stepsFor,
  type Verdict,
} from '#connector/alerts/rules.ts';
import { type AlertRuleName, AlertRules } from '#contract/alerts.ts';
import { Presence } from '#contract/words.ts';

const NOW = Date.parse('2026-06-15T10:00:00.000Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const RULES = AlertRules.parse({});
/** A connector that has been watching for long. */
const MOMENT = { now: NOW, startedAt: NOW - 30 * DAY };

const PBX = {
  id: 'p1',
  name: 'Main',
  syncMinutes: 20,
  lastSuccessAt: NOW - 5 * MINUTE,
  knownSince: NOW - DAY,
  held: false,
};
const WELL: GatewayFacts = {
  account: 'a',
  gateway: 'g',
  watched: true,
  presence: 'Online',
  presenceSince: NOW - DAY,
  certificateExpiresAt: NOW + 60 * DAY,
  backlog: { low: 1, next: 1, records: 0, bytes: 0, oldestAt: null, drops: {} },
  lost: 0,
  lostAt: null,
  disk: { freeBytes: 50e9, totalBytes: 100e9 },
  diskCheck: 'ok',
  pbxs: [PBX],
  trunks: [],
  commands: [],
};
const away = (minutes: number): Partial<GatewayFacts> => ({
  presence: 'Offline',
  presenceSince: NOW - minutes * MINUTE,
});
const queue = (more: object) => ({
  backlog: { low: 1, next: 9, records: 1, bytes: 1, oldestAt: null, drops: {}, ...more },
});
const pbx = (more: object) => ({ pbxs: [{ ...PBX, ...more }] });
const trunk = (minutes: number | null): Partial<GatewayFacts> => {
  const down = minutes === null ? null : { end: 'far-end' as const, since: NOW - minutes * MINUTE, what: 'timeout' };
  return { trunks: [{ id: 't', name: 'Cloud', down }] };
};
const GIB = 1_073_741_824;

function verdict(
  rule: AlertRuleName,
  facts: Partial<GatewayFacts>,
  moment = MOMENT,
  rules = RULES,
): Verdict['is'] | 'none' {
  const found = findings({ ...WELL, ...facts }, rules, moment).find((one) => one.rule === rule);
  return found?.verdict.is ?? 'none';
}

describe('a rule says', () => {
  const table: [AlertRuleName, string, Partial<GatewayFacts>, Verdict['is']][] = [
    ['trunk-down', 'up', trunk(null), 'good'],
    ['trunk-down', 'down for a minute', trunk(1), 'unsure'],
    ['trunk-down', 'down for two minutes', trunk(2), 'bad'],
    ['trunk-down', 'down as a gateway last told that is away', { ...trunk(60), ...away(30) }, 'unsure'],
    ['gateway-offline', 'online for a day', {}, 'good'],
    ['gateway-offline', 'offline for 14 minutes', away(14), 'unsure'],
    ['gateway-offline', 'offline for 15 minutes', away(15), 'bad'],
    ['gateway-offline', 'back for less than it takes to be believed', { presenceSince: NOW - BACK_MS + 1 }, 'unsure'],
    ['gateway-offline', 'back for long enough', { presenceSince: NOW - BACK_MS }, 'good'],
    ['gateway-offline', 'updating for an hour', { ...away(60), presence: 'Updating' }, 'unsure'],
    ['gateway-offline', 'never connected', { presence: 'Never connected', presenceSince: null }, 'good'],
    ['sync-missed', 'a success five minutes ago', {}, 'good'],
    ['sync-missed', 'three periods without success', pbx({ lastSuccessAt: NOW - HOUR }), 'bad'],
    ['sync-missed', 'a minute less', pbx({ lastSuccessAt: NOW - 59 * MINUTE }), 'good'],
    ['sync-missed', 'never a success, known for a day', pbx({ lastSuccessAt: null }), 'bad'],
    [
      'sync-missed',
      'never a success, known for a minute',
      pbx({ lastSuccessAt: null, knownSince: NOW - MINUTE }),
      'unsure',
    ],
    [
      'sync-missed',
      'the gateway is away, which is another alert',
      { ...away(300), ...pbx({ lastSuccessAt: NOW - DAY }) },
      'unsure',
    ],
    [
      'sync-missed',
      'the gateway came back a quarter of an hour ago',
      { presenceSince: NOW - 15 * MINUTE, ...pbx({ lastSuccessAt: NOW - DAY }) },
      'unsure',
    ],
    [
      'sync-missed',
      'a Held run waits, which is another alert',
      pbx({ lastSuccessAt: NOW - DAY, held: true }),
      'unsure',
    ],
    ['sync-held', 'a Held run waits', pbx({ held: true }), 'bad'],
    ['sync-held', 'none waits', {}, 'good'],
    ['certificate-expiring', '13 days left', { certificateExpiresAt: NOW + 13 * DAY }, 'bad'],
    ['certificate-expiring', 'expired', { certificateExpiresAt: NOW - DAY }, 'bad'],
    ['certificate-expiring', '14 days and a half left', { certificateExpiresAt: NOW + 14.5 * DAY }, 'unsure'],
    ['certificate-expiring', '60 days left', {}, 'good'],
    ['disk-low', 'half free', {}, 'good'],
    ['disk-low', '4 % free', { disk: { freeBytes: 4e9, totalBytes: 100e9 } }, 'bad'],
    ['disk-low', '20 % of a disk of 2 GiB free', { disk: { freeBytes: 0.4 * GIB, totalBytes: 2 * GIB } }, 'bad'],
    ['disk-low', 'just above the limit', { disk: { freeBytes: 5.5e9, totalBytes: 100e9 } }, 'unsure'],
    ['disk-low', 'no figure, the self-test warns', { disk: null, diskCheck: 'warning' }, 'bad'],
    ['disk-low', 'a figure that is fine outweighs an old self-test', { diskCheck: 'error' }, 'good'],
    [
      'disk-low',
      'what was last known of one that is away',
      { ...away(60), disk: { freeBytes: 1, totalBytes: 100e9 } },
      'unsure',
    ],
    ['queue-growing', 'an empty queue', {}, 'good'],
    ['queue-growing', '20,000 records', queue({ records: 20_000 }), 'bad'],
    ['queue-growing', 'between the thresholds', queue({ records: 15_000 }), 'unsure'],
    ['queue-growing', '100 MiB', queue({ bytes: 104_857_600 }), 'bad'],
    ['queue-growing', 'the oldest two hours old', queue({ oldestAt: new Date(NOW - 2 * HOUR).toISOString() }), 'bad'],
    [
      'queue-growing',
      'one that has just come back may send first',
      { ...queue({ records: 20_000 }), presenceSince: NOW - MINUTE },
      'unsure',
    ],
    ['records-lost', 'none', {}, 'good'],
    ['records-lost', 'half an hour ago', { lost: 3, lostAt: NOW - HOUR / 2 }, 'bad'],
    ['records-lost', 'quiet since then', { lost: 3, lostAt: NOW - LOST_QUIET_MS }, 'good'],
  ];
  test.each(table)('%s, %s', (rule, _case, facts, expected) => {
    expect(verdict(rule, facts)).toBe(expected);
  });

  test('command-failed is off until somebody wants it, then the last end counts', () => {
    const failed = { commands: [{ name: 'gateway.reboot', failed: true, message: 'no' }] };
    expect(verdict('command-failed', failed)).toBe('none');
    const rules = AlertRules.parse({ 'command-failed': { on: true } });
    expect(verdict('command-failed', failed, MOMENT, rules)).toBe('bad');
  });

  test('nothing of a gateway that is not watched, and nothing by a rule that is off', () => {
    expect(findings({ ...WELL, ...away(600), watched: false }, RULES, MOMENT)).toEqual([]);
    const off = AlertRules.parse({ 'gateway-offline': { on: false } });
    expect(verdict('gateway-offline', away(600), MOMENT, off)).toBe('none');
  });

  test('no absence in the grace after the connector’s own start, and then it counts from the start', () => {
    const started = (ago: number) => ({ now: NOW, startedAt: NOW - ago });
    const quick = AlertRules.parse({ 'gateway-offline': { minutes: 1 } });
    expect(verdict('gateway-offline', away(600), started(GRACE_MS - 1), quick)).toBe('unsure');
    expect(verdict('gateway-offline', away(600), started(GRACE_MS), quick)).toBe('bad');
    expect(verdict('gateway-offline', away(600), started(14 * MINUTE))).toBe('unsure');
    expect(verdict('gateway-offline', away(600), started(15 * MINUTE))).toBe('bad');
    expect(verdict('sync-missed', pbx({ lastSuccessAt: NOW - DAY }), started(30 * MINUTE))).toBe('unsure');
  });
});

const facts: fc.Arbitrary<GatewayFacts> = fc.record({
  account: fc.constant('a'),
  gateway: fc.constant('g'),
  watched: fc.boolean(),
  presence: fc.constantFrom(...Presence.options),
  presenceSince: fc.option(fc.integer({ min: NOW - DAY, max: NOW + HOUR })),
  certificateExpiresAt: fc.option(fc.integer({ min: NOW - DAY, max: NOW + 90 * DAY })),
  backlog: fc.option(
    fc.record({
      low: fc.nat(),
      next: fc.nat(),
      records: fc.nat(50_000),
      bytes: fc.nat(200_000_000),
      oldestAt: fc.option(fc.integer({ min: NOW - DAY, max: NOW }).map((at) => new Date(at).toISOString())),
      drops: fc.constant({}),
    }),
  ),
  lost: fc.nat(),
  lostAt: fc.option(fc.integer({ min: NOW - DAY, max: NOW })),
  disk: fc.option(fc.record({ freeBytes: fc.nat(100), totalBytes: fc.nat(100) })),
  diskCheck: fc.constantFrom('ok', 'warning', 'error', null),
  pbxs: fc
    .array(
      fc.record({
        id: fc.constantFrom('p1', 'p2'),
        name: fc.string(),
        syncMinutes: fc.integer({ min: 1, max: 60 }),
        lastSuccessAt: fc.option(fc.integer({ min: NOW - DAY, max: NOW })),
        knownSince: fc.integer({ min: NOW - DAY, max: NOW }),
        held: fc.boolean(),
      }),
      { maxLength: 2 },
    )
    .filter((pbxs) => new Set(pbxs.map(({ id }) => id)).size === pbxs.length),
  trunks: fc.constant([]),
  commands: fc.constant([]),
});

describe('whatever the facts are,', () => {
  const apply = (found: ReturnType<typeof findings>, open: readonly OpenAlert[]) => {
    const steps = stepsFor(found, open);
    const closed = new Set([...steps.clear, ...steps.dismiss]);
    const opened = steps.open.map(({ rule, subject }) => ({ id: `${rule} ${subject}`, rule, subject }));
    return { steps, open: [...open.filter((alert) => !closed.has(alert)), ...opened] };
  };

  test('a second look at the same changes nothing, and no subject is ever open twice', () => {
    fc.assert(
      fc.property(fc.array(facts, { minLength: 1, maxLength: 6 }), (sequence) => {
        let open: OpenAlert[] = [];
        for (const one of sequence) {
          const found = findings(one, RULES, MOMENT);
          open = apply(found, open).open;
          const again = apply(found, open).steps;
          expect([again.open, again.clear, again.dismiss]).toEqual([[], [], []]);
          expect(new Set(open.map(({ rule, subject }) => `${rule} ${subject}`)).size).toBe(open.length);
        }
      }),
    );
  });

  test('nothing is open of a gateway that is not watched, and unsure never moves anything', () => {
    fc.assert(
      fc.property(facts, facts, (before, after) => {
        const { open } = apply(findings(before, RULES, MOMENT), []);
        const found = findings(after, RULES, MOMENT);
        const next = apply(found, open);
        if (!after.watched) expect(next.open).toEqual([]);
        for (const {
          rule,
          subject,
          verdict: { is },
        } of found) {
          const has = (alerts: readonly OpenAlert[]) =>
            alerts.some((one) => one.rule === rule && one.subject === subject);
          if (is === 'unsure') expect(has(next.open)).toBe(has(open));
          else expect(has(next.open)).toBe(is === 'bad');
        }
      }),
    );
  });
});
