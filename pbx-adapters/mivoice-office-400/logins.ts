import type { LoginGuard } from '#pbx-adapters/login-guard.ts';

/**
 * One guard for several log-ins of one PBX link: only when all of them were accepted is the count of refusals lifted.
 * Otherwise the log-in that works would forgive the one that does not, and that account would be locked.
 */
export function sharedGuard(guard: LoginGuard, logins: number): LoginGuard {
  let accepted = 0;
  return {
    allow: () => guard.allow(),
    inTurn: (signal, work) => guard.inTurn(signal, work),
    refused: () => guard.refused(),
    async accepted() {
      accepted += 1;
      if (accepted >= logins) await guard.accepted();
    },
  };
}
