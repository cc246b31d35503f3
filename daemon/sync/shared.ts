import type { UserRecord } from '#contract/users.ts';
import type { Irregularity } from '#contract/words.ts';

/** The record with the two irregularities that only the whole of the users can tell, in a stable order. */
export function withShared(user: UserRecord, shared: { email: boolean; extension: boolean }): UserRecord {
  const own = user.irregularities.filter((found) => found === 'no-email' || found === 'invalid-email');
  const irregularities: Irregularity[] = [...own];
  if (shared.email) irregularities.push('email-not-unique');
  if (shared.extension) irregularities.push('duplicate-extension');
  return { ...user, irregularities };
}
