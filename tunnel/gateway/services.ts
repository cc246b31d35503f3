import { z } from 'zod';
import { ServiceId } from '../carrier/wire.ts';

/** One system at the site that a tunnel may lead to; made from what the gateway knows, never from what the cloud says. */
export const Service = z.strictObject({
  id: ServiceId,
  /** A name or an address, as the installer entered it or discovery found it. */
  host: z.string().min(1).max(253),
  port: z.int().min(1).max(65_535),
  /** `tcp` is passed on as it is, for `demarc connect`. */
  scheme: z.enum(['http', 'https', 'tcp']),
  /** TLS 1.0 and 1.1 and old ciphers, for this system alone, because its installer said so. */
  oldTls: z.boolean().default(false),
});
export type Service = z.infer<typeof Service>;

const STANDARD_PORT: Readonly<Record<Service['scheme'], number>> = { http: 80, https: 443, tcp: 0 };

/** Host and port as the system's own pages name it. */
export function authorityOf({ host, port, scheme }: Pick<Service, 'host' | 'port' | 'scheme'>): string {
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return port === STANDARD_PORT[scheme] ? name : `${name}:${port}`;
}
