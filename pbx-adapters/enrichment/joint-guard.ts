import type { LoginGuard } from '#pbx-adapters/login-guard.ts';

/**
 * One count of refusals for a link with two log-ins. It is cleared only when both were accepted since the last refusal:
 * else the good password of one would hide for ever that the other's account is being locked.
 */
export function jointGuards(whole: LoginGuard): { first: LoginGuard; second: LoginGuard } {
  const accepted = new Set<string>();
  const door = (name: string): LoginGuard => ({
    allow: () => whole.allow(),
    inTurn: (signal, work) => whole.inTurn(signal, work),
    refused: () => {
      accepted.clear();
      return whole.refused();
    },
    accepted: async () => {
      accepted.add(name);
      if (accepted.size === 2) await whole.accepted();
    },
  });
  return { first: door('first'), second: door('second') };
}
