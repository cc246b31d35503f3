import { z } from 'zod';
import { Reply, type Route, route } from '../api/route.ts';
import type { Reset } from './reset.ts';

/** What is asked for on site, and how it then stands. */
export const ResetAnswer = z.looseObject({
  kind: z.enum(['wipe', 'release', 'move']),
  phase: z.enum(['wanted', 'due']),
});

/** Reset and release on site. Whoever has the token may wipe a virtual machine, too. */
export function resetRoutes(reset: Pick<Reset, 'want' | 'wish'>): Route[] {
  const wanted = (kind: 'wipe' | 'release') => async () => {
    await reset.want({ kind, by: 'site' });
    return new Reply(202, reset.wish());
  };
  return [
    route({
      method: 'POST',
      path: '/api/reset',
      body: z.strictObject({ confirm: z.literal('revert', 'must be the word revert') }),
      handle: wanted('wipe'),
    }),
    route({ method: 'POST', path: '/api/release', handle: wanted('release') }),
  ];
}
