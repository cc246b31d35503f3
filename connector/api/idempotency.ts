import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { type Clock, instant } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { Store, Work } from '../store/store.ts';

/** An Idempotency-Key with whose it is and what was asked for. */
export interface Idempotent {
  key: string;
  person: string;
  request: unknown;
}

/**
 * Does the work once per key: the key is stored in the same transaction as what the work writes, and a repetition gets
 * the first answer (without `row`). Without a key the work is just done.
 * @throws DemarcError `api.idempotency-mismatch` when the key came with another request
 */
export async function once<S extends z.ZodType, R>(
  { store, clock }: { store: Store; clock: Clock },
  idempotent: Idempotent | undefined,
  schema: S,
  work: (unit: Work) => Promise<{ answer: z.output<S>; row: R }>,
): Promise<{ answer: z.output<S>; row?: R }> {
  if (idempotent === undefined) return store.write(work);
  const { key, person } = idempotent;
  const hash = createHash('sha256').update(JSON.stringify(idempotent.request)).digest('base64url');
  return store.write(async (unit) => {
    const known = await unit.db
      .selectFrom('idempotency')
      .select(['request_hash', 'body'])
      .where('key', '=', key)
      .where('person_id', '=', person)
      .executeTakeFirst();
    if (known !== undefined) {
      if (known.request_hash !== hash) throw new DemarcError('api.idempotency-mismatch');
      return { answer: schema.parse(JSON.parse(known.body)) };
    }
    const done = await work(unit);
    await unit.db
      .insertInto('idempotency')
      .values({
        key,
        person_id: person,
        request_hash: hash,
        status: 202,
        body: JSON.stringify(done.answer),
        created_at: instant(clock),
      })
      .execute();
    return done;
  });
}
