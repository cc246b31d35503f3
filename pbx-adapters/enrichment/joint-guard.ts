import type { LoginGuard } from '#pbx-adapters/login-guard.ts';

/**
 * One count of refusals for a link with several log-ins. It is cleared only when all of them were accepted since the last
 * refusal: else the good password of one would hide for ever that another's account is being locked.
 */
export function jointGuards<N extends string>(whole: LoginGuard, names: readonly N[]): (name: N) => LoginGuard {
  const accepted = new Set<N>();
  return (name) => ({
    allow: () => whole.allow(),
    inTurn: (signal, work) => whole.inTurn(signal, work),
    refused: () => {
      accepted.clear();
      return whole.refused();
    },
    accepted: async () => {
      accepted.add(name);
      if (names.every((each) => accepted.has(each))) await whole.accepted();
    },
  });
}
