import type { FastifyInstance } from 'fastify';
import type { Clock } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { Store } from '../store/store.ts';

const HOUR_MS = 3_600_000;
/** How long a stream can be taken up again (design section 7). */
const CHANGES_MS = 48 * HOUR_MS;
const IDEMPOTENCY_MS = 24 * HOUR_MS;

/** Removes what has served its time: ended sessions, old changes, old idempotency keys. */
export async function housekeep({ store, clock }: { store: Store; clock: Clock }): Promise<void> {
  const before = (age: number) => new Date(clock.now() - age).toISOString();
  await store.write(async ({ db }) => {
    await db.deleteFrom('session').where('expires_at', '<', before(0)).execute();
    await db.deleteFrom('change').where('at', '<', before(CHANGES_MS)).execute();
    await db.deleteFrom('idempotency').where('created_at', '<', before(IDEMPOTENCY_MS)).execute();
  });
}

/** Does so every hour for as long as the app is open. */
export function housekeeping(app: FastifyInstance, parts: { store: Store; clock: Clock; log: Log }): void {
  const timer = setInterval(() => {
    housekeep(parts).catch((error: unknown) => {
      parts.log.warn(
        { code: 'api.housekeeping-failed', err: error },
        'old rows were not removed; tried again in an hour',
      );
    });
  }, HOUR_MS);
  timer.unref();
  app.addHook('onClose', async () => clearInterval(timer));
}
