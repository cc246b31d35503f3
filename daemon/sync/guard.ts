import { looksLikeAccident, type RemovalGuard } from '#contract/users.ts';

/** What a run would remove, and what a person said about it. `outsiders` were not on the list that was decided about. */
export interface Removal {
  removed: number;
  known: number;
  guard: RemovalGuard;
  decision: 'remove' | 'keep' | undefined;
  outsiders: number;
}

/**
 * Whether nothing may be applied until a person decides (design section 6). A confirmed removal covers the users on the
 * list that the person saw and nobody else.
 */
export function mustHold({ removed, known, guard, decision, outsiders }: Removal): boolean {
  return decision === 'remove' ? outsiders > 0 : looksLikeAccident(removed, known, guard);
}
