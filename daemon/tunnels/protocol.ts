/** What daemon and tunnel process say to each other, one JSON value a line on a socket that only their user can open. */
import { z } from 'zod';
import { EndReason, GatewaySession, Grant } from '#tunnel/gateway/grants.ts';
import { Service } from '#tunnel/gateway/services.ts';

/** The way to the cloud with what this gateway shows there; held in memory only. */
export const CloudAccess = z.object({
  target: z.object({
    url: z.url(),
    caFile: z.string().optional(),
    fingerprint: z.string().optional(),
    proxy: z.object({ url: z.url(), user: z.string().optional(), password: z.string().optional() }).optional(),
  }),
  certificate: z.string(),
  key: z.string(),
});
export type CloudAccess = z.infer<typeof CloudAccess>;

export const Order = z.discriminatedUnion('do', [
  z.object({ do: z.literal('configure'), services: z.array(Service).max(200), cloud: CloudAccess.optional() }),
  z.object({ do: z.literal('grant'), grant: Grant }),
  z.object({ do: z.literal('end'), session: z.string().max(64), reason: EndReason }),
  z.object({ do: z.literal('cut') }),
  z.object({ do: z.literal('quit') }),
  z.object({ do: z.literal('status') }),
  z.object({ do: z.literal('accept'), service: z.string().max(100), certificate: z.string().max(64) }),
]);
export type Order = z.infer<typeof Order>;

export const NumberedOrder = z.object({ id: z.int(), order: Order });

/** What a session at the site came to, for the outbox and the customer's own record. */
export const SessionNews = z.object({ session: GatewaySession, ended: EndReason.optional() });
export type SessionNews = z.infer<typeof SessionNews>;

export const ChildStatus = z.object({ state: z.string(), sessions: z.array(GatewaySession) });
export type ChildStatus = z.infer<typeof ChildStatus>;

/** From the tunnel process: an answer by the order's number, or news. */
export const ChildLine = z.union([
  z.object({ id: z.int(), result: z.unknown() }),
  z.object({ id: z.int(), error: z.object({ code: z.string(), detail: z.string().optional() }) }),
  z.object({ news: SessionNews }),
  z.object({ changed: z.string() }),
  z.object({ trusted: z.string() }),
]);

export type ChildLine = z.infer<typeof ChildLine>;

/** Files of the tunnels in the state folder. */
export const FILES = {
  table: 'tunnels.json',
  off: 'tunnels-off',
  pins: 'tunnel-pins.json',
  socket: 'tunnel.sock',
  record: 'tunnel-sessions.ndjson',
} as const;

/** A line may be this long; longer ones are nobody's. */
export const MAX_LINE = 512 * 1024;

/** Lines of a socket, each parsed; what is no JSON ends it. */
export async function* lines(socket: AsyncIterable<Buffer>): AsyncIterable<unknown> {
  let rest = '';
  for await (const chunk of socket) {
    const parts = (rest + chunk.toString('utf8')).split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > MAX_LINE) return;
    for (const part of parts) yield JSON.parse(part);
  }
}
