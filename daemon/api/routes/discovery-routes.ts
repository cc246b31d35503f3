import { DiscoveryRequest } from '#contract/discovery.ts';
import type { DiscoveryKeeper } from '../../discovery.ts';
import { Reply, type Route, route } from '../route.ts';

/** The search for telephone systems: start, progress with candidates, cancel (ONB-27). */
export function discoveryRoutes(discovery: Pick<DiscoveryKeeper, 'state' | 'start' | 'cancel'>): Route[] {
  return [
    route({ method: 'GET', path: '/api/discovery', handle: async () => discovery.state() }),
    route({
      method: 'POST',
      path: '/api/discovery',
      body: DiscoveryRequest.optional(),
      handle: async ({ body }) => new Reply(202, await discovery.start(body ?? {})),
    }),
    route({ method: 'DELETE', path: '/api/discovery', handle: () => discovery.cancel() }),
  ];
}
