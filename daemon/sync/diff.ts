/** Comparing two generations of users in flat memory: both are read side by side, in the order of their keys. */
import { hash } from 'node:crypto';
import type { UserRecord } from '#contract/users.ts';
import type { StoredUser } from './records.ts';

/** What became of one key from the previous generation to the next. */
export type Difference =
  | { kind: 'added' | 'changed' | 'unchanged'; key: string; next: StoredUser }
  | { kind: 'removed'; key: string; previous: StoredUser };

type Entries = AsyncIterable<[string, StoredUser]>;

/** A hash of everything that the cloud is sent of a user. */
export function contentHash(user: UserRecord): string {
  const content = [
    user.key,
    user.name,
    user.firstName,
    user.lastName,
    user.email,
    user.extension,
    user.workPhone,
    user.mobilePhone,
    user.loginId,
    user.department,
    user.irregularities,
  ];
  return hash('sha256', JSON.stringify(content), 'base64url').slice(0, 22);
}

/** The order in which the store yields keys: by their UTF-8 bytes, which is not that of JavaScript's `<`. */
export function compareKeys(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** A merge join of two generations, both in the order of `compareKeys`. @throws the signal's reason */
export async function* compareGenerations(
  previous: Entries,
  next: Entries,
  signal?: AbortSignal,
): AsyncGenerator<Difference> {
  const before = previous[Symbol.asyncIterator]();
  const after = next[Symbol.asyncIterator]();
  try {
    let old = await take(before);
    let fresh = await take(after);
    while (old !== undefined || fresh !== undefined) {
      signal?.throwIfAborted();
      const order = old === undefined ? 1 : fresh === undefined ? -1 : compareKeys(old[0], fresh[0]);
      if (fresh === undefined || (old !== undefined && order < 0)) {
        if (old !== undefined) yield { kind: 'removed', key: old[0], previous: old[1] };
        old = await take(before);
      } else if (old === undefined || order > 0) {
        yield { kind: 'added', key: fresh[0], next: fresh[1] };
        fresh = await take(after);
      } else {
        yield { kind: old[1].hash === fresh[1].hash ? 'unchanged' : 'changed', key: fresh[0], next: fresh[1] };
        old = await take(before);
        fresh = await take(after);
      }
    }
  } finally {
    await before.return?.();
    await after.return?.();
  }
}

async function take<T>(iterator: AsyncIterator<T>): Promise<T | undefined> {
  const result = await iterator.next();
  return result.done === true ? undefined : result.value;
}
