import { z } from 'zod';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { Reply, type Route, route } from '../api/route.ts';
import { NetworkSettings, PortName } from './settings.ts';
import type { SiteNetwork } from './site-network.ts';

const ErrorText = z.object({ code: z.string(), message: z.string(), nextStep: z.string() });

/** `GET /api/network`, for the command line and the wizard. */
export const NetworkAnswer = z.looseObject({
  unsupported: z.string().nullable(),
  ports: z.array(
    z.looseObject({
      name: z.string(),
      mac: z.string(),
      addresses: z.array(z.string()),
      settings: NetworkSettings.nullable(),
    }),
  ),
  pending: z
    .looseObject({
      port: z.string(),
      settings: NetworkSettings,
      phase: z.enum(['applying', 'applied']),
      until: z.string(),
    })
    .nullable(),
  last: z
    .looseObject({
      port: z.string(),
      outcome: z.enum(['confirmed', 'reverted', 'failed']),
      at: z.string(),
      error: ErrorText.optional(),
    })
    .nullable(),
});
export type NetworkAnswer = z.infer<typeof NetworkAnswer>;

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
