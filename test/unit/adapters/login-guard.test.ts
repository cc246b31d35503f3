/** The rule of two refusals. */
import { describe, expect, it } from 'vitest';
import { createLoginGuard, type LoginGuardState, loginFingerprint } from '#pbx-adapters/login-guard.ts';

const guardOf = (fingerprint: string, kept: { state?: LoginGuardState | undefined } = {}) =>
  createLoginGuard({
    fingerprint,
    state: kept.state,
    save: async (state) => {
      kept.state = state;
    },
  });

describe('login guard', () => {
  it('stops after two refusals, over a restart, until the password is another', async () => {
    const kept: { state?: LoginGuardState } = {};
    await guardOf('old', kept).refused();
    expect(() => guardOf('old', kept).allow()).not.toThrow();
    await guardOf('old', kept).refused();
    expect(() => guardOf('old', kept).allow()).toThrow(expect.objectContaining({ code: 'pbx.login-stopped' }));
    expect(() => guardOf('new', kept).allow()).not.toThrow();
  });

  it('counts from nought after an accepted log-in', async () => {
    const kept: { state?: LoginGuardState } = {};
    const guard = guardOf('a', kept);
    await guard.refused();
    await guard.accepted();
    await guard.refused();
    expect(() => guard.allow()).not.toThrow();
    expect(kept.state).toEqual({ fingerprint: 'a', refusals: 1 });
  });

  it('a fingerprint changes with user, password and device, and holds none of them', () => {
    const prints = [
      loginFingerprint('user', 'secret', 'k'),
      loginFingerprint('user', 'secret2', 'k'),
      loginFingerprint('user2', 'secret', 'k'),
      loginFingerprint('user', 'secret', 'k2'),
    ];
    expect(new Set(prints).size).toBe(4);
    expect(prints[0]).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('log-ins that begin together', () => {
  it('are made one after the other, and stop after the second refusal', async () => {
    const guard = guardOf('a');
    const { signal } = new AbortController();
    let [open, most, tried] = [0, 0, 0];
    const logIn = () =>
      guard.inTurn(signal, async () => {
        guard.allow();
        tried += 1;
        open += 1;
        most = Math.max(most, open);
        await new Promise((resolve) => setImmediate(resolve));
        open -= 1;
        await guard.refused();
      });
    const ends = await Promise.allSettled([logIn(), logIn(), logIn(), logIn()]);
    expect([tried, most]).toEqual([2, 1]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
  });

  it('a wait that is given up does not let others pass the one that goes on', async () => {
    const guard = guardOf('a');
    const first = Promise.withResolvers<void>();
    const order: string[] = [];
    const one = guard.inTurn(new AbortController().signal, async () => {
      await first.promise;
      order.push('first');
    });
    const impatient = new AbortController();
    const two = guard.inTurn(impatient.signal, async () => order.push('never'));
    const three = guard.inTurn(new AbortController().signal, async () => order.push('third'));
    impatient.abort();
    await expect(two).rejects.toMatchObject({ code: 'pbx.canceled' });
    first.resolve();
    await Promise.all([one, three]);
    expect(order).toEqual(['first', 'third']);
  });
});
