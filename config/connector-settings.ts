import { z } from 'zod';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { describe } from './document.ts';

/** The connector's settings, all from the environment (design section 11). */
export const ConnectorSettings = z.object({
  dataFolder: z.string().min(1),
  port: z.coerce.number().int().min(0).max(65_535).default(8443),
  host: z.string().default('0.0.0.0'),
  /** The address under which gateways and browsers reach the connector; made from host name and port when not given. */
  publicUrl: z.url().optional(),
  store: z
    .string()
    .regex(/^(sqlite:|postgres:\/\/)/, 'must begin with sqlite: or postgres://')
    .optional(),
  bus: z
    .string()
    .regex(/^(embedded$|mqtts?:\/\/)/, 'must be embedded, or begin with mqtt:// or mqtts://')
    .default('embedded'),
  /** PEM files of a certificate from a public CA; without them the connector's own CA issues one. */
  tlsCertFile: z.string().optional(),
  tlsKeyFile: z.string().optional(),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
});
export type ConnectorSettings = z.infer<typeof ConnectorSettings>;

/** @throws DemarcError `config.invalid` naming the variable */
export function connectorSettings(env: NodeJS.ProcessEnv): ConnectorSettings {
  const parsed = ConnectorSettings.safeParse({
    dataFolder: env['DEMARC_CONNECTOR_DATA'] ?? './connector-data',
    port: env['DEMARC_CONNECTOR_PORT'],
    host: env['DEMARC_CONNECTOR_HOST'],
    publicUrl: env['DEMARC_CONNECTOR_URL'],
    store: env['DEMARC_STORE'],
    bus: env['DEMARC_BUS'],
    tlsCertFile: env['DEMARC_TLS_CERT'],
    tlsKeyFile: env['DEMARC_TLS_KEY'],
    logLevel: env['DEMARC_LOG_LEVEL'],
  });
  if (!parsed.success) throw new DemarcError('config.invalid', describe(parsed.error));
  return parsed.data;
}
