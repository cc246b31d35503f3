import { describe, expect, test } from 'vitest';
import { TooManyTries, Tries } from '#daemon/wizard/tries.ts';

function rig() {
  const clock = { at: 1_000_000, now: () => clock.at };
  const tries = new Tries(clock);
  const wrong = (address: string) => tries.begin(address);
  return { clock, tries, wrong };
}

describe('wrong tries', () => {
  test('three are free, then each doubles the wait up to five minutes', () => {
    const { clock, tries, wrong } = rig();
    const waits: number[] = [];
    for (let n = 0; n < 14; n += 1) {
      const wait = tries.waitSeconds('192.0.2.1');
      waits.push(wait);
      clock.at += wait * 1000;
      wrong('192.0.2.1');
    }
    expect(waits).toEqual([0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  test('a try before its time is not judged, and says how long to wait', () => {
    const { wrong } = rig();
    for (let n = 0; n < 3; n += 1) wrong('192.0.2.1');
    expect(() => wrong('192.0.2.1')).toThrow(TooManyTries);
    expect(() => wrong('192.0.2.2')).not.toThrow();
  });

  test('whoever has a network of addresses counts as one, and many sources together are slowed down too', () => {
    const { tries, wrong } = rig();
    for (let n = 0; n < 3; n += 1) wrong(`2001:db8:1:2::${n}`);
    expect(tries.waitSeconds('2001:db8:1:2:ffff::9')).toBe(1);
    expect(tries.waitSeconds('2001:db8:1:3::9')).toBe(0);
    for (let n = 0; n < 17; n += 1) wrong(`192.0.2.${n}`);
    expect(tries.waitSeconds('198.51.100.1')).toBe(1);
  });

  test('a right one forgets those of its source; a quarter of an hour forgets all', () => {
    const { clock, tries, wrong } = rig();
    for (let n = 0; n < 3; n += 1) wrong('192.0.2.1');
    clock.at += 1000;
    wrong('192.0.2.1');
    tries.right('192.0.2.1');
    expect(tries.waitSeconds('192.0.2.1')).toBe(0);
    for (let n = 0; n < 3; n += 1) wrong('192.0.2.3');
    clock.at += 15 * 60_000 + 1;
    expect(tries.waitSeconds('192.0.2.3')).toBe(0);
  });

  test('a clock that was set back makes nobody wait longer than the wait itself', () => {
    const { clock, tries, wrong } = rig();
    for (let n = 0; n < 3; n += 1) wrong('192.0.2.1');
    clock.at -= 600_000;
    expect(tries.waitSeconds('192.0.2.1')).toBeLessThanOrEqual(1);
  });
});
