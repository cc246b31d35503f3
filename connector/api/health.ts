import type { FastifyInstance } from 'fastify';
import { type Clock, instant } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { Store } from '../store/store.ts';

/** `/healthz`: the process answers. `/readyz`: it can also write to its store, so it may get work. */
export function health(app: FastifyInstance, { store, clock }: { store: Store; clock: Clock }): void {
  const open = { config: { access: 'public' }, schema: { hide: true } } as const;
  app.get('/healthz', open, async () => ({ status: 'ok' }));
  app.get('/readyz', open, async () => {
    try {
      // Removing what has expired anyway takes the write lock and touches the file, and leaves nothing behind.
      await store.write(({ db }) => db.deleteFrom('session').where('expires_at', '<', instant(clock)).execute());
    } catch (error) {
      throw new DemarcError('api.unavailable', 'store', { cause: error });
    }
    return { status: 'ready' };
  });
}
