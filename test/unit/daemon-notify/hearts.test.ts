import { describe, expect, it } from 'vitest';
import { Hearts } from '#daemon/notify/hearts.ts';

describe('the daemon’s own timers', () => {
  it('count as stopped after three missed beats, each by its own measure', () => {
    let now = 0;
    const hearts = new Hearts(() => now);
    const minute = hearts.add('schedule', 60_000);
    const second = hearts.add('pump', 1000);
    now = 3000;
    expect(hearts.stopped()).toBeUndefined();
    now = 3001;
    expect(hearts.stopped()).toBe('pump');
    second();
    expect(hearts.stopped()).toBeUndefined();
    now = 180_001;
    second();
    expect(hearts.stopped()).toBe('schedule');
    minute();
    expect(hearts.stopped()).toBeUndefined();
  });

  it('do not count when there are none', () => {
    expect(new Hearts(() => 1e12).stopped()).toBeUndefined();
  });
});
