import { z } from 'zod';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { NetworkSettings, PortName } from '#contract/wizard/network.ts';
import { Reply, type Route, route } from '../api/route.ts';

import type { SiteNetwork } from './site-network.ts';

/**
 * The site's network, only ever from here. `webHost` is where the local API listens: on one fixed address nobody could
 * confirm through another.
 */
export function networkRoutes(open: () => Promise<SiteNetwork>, webHost: string): Route[] {
  return [
    route({ method: 'GET', path: '/api/network', handle: async () => (await open()).state() }),
    route({
      method: 'PUT',
      path: '/api/network/:port',
      params: z.object({ port: PortName }),
      body: NetworkSettings,
      handle: async ({ params, body }) => {
        if (webHost !== '0.0.0.0' && webHost !== '::') {
          throw new DemarcError('network.not-supported', `the local pages are on ${webHost} only (DEMARC_WEB_HOST)`);
        }
        const network = await open();
        await network.set(params.port, body);
        return new Reply(202, await network.state());
      },
    }),
    route({
      method: 'POST',
      path: '/api/network/confirm',
      handle: async ({ request }) => {
        const network = await open();
        await network.confirm(request.socket.localAddress ?? '');
        return network.state();
      },
    }),
  ];
}
