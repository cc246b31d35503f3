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
