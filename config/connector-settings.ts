import { z } from 'zod';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { describe } from './document.ts';

/** The mail server that alerts go out by; `secure` is TLS from the start (RFC 8314 section 3.3). */
export const MailSettings = z.object({
  host: z.string().min(1),
  port: z.int().min(1).max(65_535),
  secure: z.boolean(),
  user: z.string().optional(),
  password: z.string().optional(),
  from: z
    .string()
    .regex(/^[^\s<>]+@[^\s<>]+$|^[^<>\r\n]*<[^\s<>]+@[^\s<>]+>$/, 'must be an address, or Name <address>'),
});
export type MailSettings = z.infer<typeof MailSettings>;

/** The connector's settings, all from the environment (design section 11). */
export const ConnectorSettings = z.object({
  dataFolder: z.string().min(1),
  port: z.coerce.number().int().min(0).max(65_535).default(8443),
  host: z.string().default('0.0.0.0'),
  /** The address under which gateways and browsers reach the connector; made from host name and port when not given. */
  publicUrl: z.url().optional(),
  /** The domain below which every launch has a host name of its own; made from the public address when not given. */
  launchDomain: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i, 'must be a domain such as launch.example.com')
    .optional(),
  store: z
    .string()
    .regex(/^(sqlite:|postgres:\/\/)/, 'must begin with sqlite: or postgres://')
    .optional(),
  bus: z
    .string()
    .regex(/^(embedded$|mqtts?:\/\/)/, 'must be embedded, or begin with mqtt:// or mqtts://')
    .default('embedded'),
  /** Where the data is kept, as accounts show it (ACC-9), such as EU or Frankfurt. */
  cloudLocation: z.string().min(1).max(64).optional(),
  /** PEM files of a certificate from a public CA; without them the connector's own CA issues one. */
  tlsCertFile: z.string().optional(),
  tlsKeyFile: z.string().optional(),
  mail: MailSettings.optional(),
  /** Lets webhooks lead into private networks, and to plain http on this machine. */
  webhookPrivate: z.enum(['refuse', 'allow']).optional(),
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
    launchDomain: env['DEMARC_LAUNCH_DOMAIN'],
    store: env['DEMARC_STORE'],
    bus: env['DEMARC_BUS'],
    cloudLocation: env['DEMARC_CLOUD_LOCATION'],
    tlsCertFile: env['DEMARC_TLS_CERT'],
    tlsKeyFile: env['DEMARC_TLS_KEY'],
    mail: mailSettings(env['DEMARC_SMTP_URL'], env['DEMARC_SMTP_FROM']),
    webhookPrivate: env['DEMARC_WEBHOOK_PRIVATE'],
    logLevel: env['DEMARC_LOG_LEVEL'],
  });
  if (!parsed.success) throw new DemarcError('config.invalid', describe(parsed.error));
  return parsed.data;
}

/**
 * `smtp://[user:password@]host[:port]` (587, STARTTLS) or `smtps://` (465). The address holds a password: no message
 * repeats it. @throws DemarcError `config.invalid`
 */
function mailSettings(text: string | undefined, from: string | undefined): z.input<typeof MailSettings> | undefined {
  if (text === undefined || text === '') return undefined;
  const url = URL.parse(text);
  if (url === null || !/^smtps?:$/.test(url.protocol) || url.hostname === '') {
    throw new DemarcError('config.invalid', 'DEMARC_SMTP_URL must be smtp://HOST or smtps://HOST');
  }
  if (from === undefined) throw new DemarcError('config.invalid', 'DEMARC_SMTP_URL needs DEMARC_SMTP_FROM');
  const secure = url.protocol === 'smtps:';
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    ...(url.username !== '' && { user: decoded(url.username), password: decoded(url.password) }),
    from,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new DemarcError('config.invalid', 'DEMARC_SMTP_URL: a % in user name or password must be written as %25');
  }
}
