import { z } from 'zod';
import { TunnelId } from '#contract/tunnels.ts';
import type { TunnelsAnswer } from '#contract/wizard/gateway.ts';
import { type Route, route } from '../api/route.ts';
import { TunnelEntry } from './entries.ts';
import type { Tunnels } from './tunnels.ts';

const ById = z.object({ id: TunnelId });
const { host, port, scheme, cloudMayStart } = TunnelEntry.shape;
const Change = z.strictObject({
  host: host.unwrap().optional(),
  port: port.optional(),
  scheme: scheme.optional(),
  oldTls: z.boolean().optional(),
  cloudMayStart: cloudMayStart.unwrap().optional(),
});
/** Whoever starts a tunnel says so (TUN-7). */
const Confirmed = z.strictObject({ confirm: z.literal('yes') });

/** The table of tunnels, its switch, and who is in (TUN-1 to TUN-10). */
export function tunnelRoutes(tunnels: Tunnels): Route[] {
  // Typed as what the pages read: an answer that they cannot read shows nobody, just when somebody is in.
  const table = async (): Promise<TunnelsAnswer> => ({
    ...(await tunnels.document()),
    sessions: (await tunnels.sessions()).map((one) => ({ ...one, tunnel: one.service })),
  });
  const done = async (work: Promise<void>) => {
    await work;
    return await table();
  };
  return [
    route({ method: 'GET', path: '/api/tunnels', handle: table }),
    route({ method: 'POST', path: '/api/tunnels/start', body: Confirmed, handle: () => done(tunnels.setAll(true)) }),
    route({ method: 'POST', path: '/api/tunnels/stop', handle: () => done(tunnels.setAll(false)) }),
    route({ method: 'POST', path: '/api/tunnels/off', handle: () => done(tunnels.switch(true, 'local API')) }),
    route({
      method: 'POST',
      path: '/api/tunnels/on',
      body: Confirmed,
      handle: () => done(tunnels.switch(false, 'local API')),
    }),
    route({
      method: 'PATCH',
      path: '/api/tunnels/:id',
      params: ById,
      body: Change,
      handle: ({ params, body }) => {
        const given = Object.entries(body).filter(([, value]) => value !== undefined);
        return done(tunnels.change(params.id, Object.fromEntries(given)));
      },
    }),
    route({
      method: 'POST',
      path: '/api/tunnels/:id/start',
      params: ById,
      body: Confirmed,
      handle: ({ params }) => done(tunnels.start(params.id)),
    }),
    route({
      method: 'POST',
      path: '/api/tunnels/:id/stop',
      params: ById,
      handle: ({ params }) => done(tunnels.stop(params.id)),
    }),
    route({
      method: 'POST',
      path: '/api/tunnels/:id/certificate',
      params: ById,
      body: z.strictObject({ certificate: z.string().regex(/^[0-9a-f]{64}$/) }),
      handle: ({ params, body }) => done(tunnels.acceptCertificate(params.id, body.certificate)),
    }),
    route({
      method: 'DELETE',
      path: '/api/tunnel-sessions/:id',
      params: z.object({ id: z.string().max(64) }),
      handle: ({ params }) => done(tunnels.endSession(params.id)),
    }),
  ];
}
