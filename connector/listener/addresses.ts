import { hostname } from 'node:os';
import type { ConnectorSettings } from '#config/connector-settings.ts';

const isAnywhere = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** The address that gateways and browsers are told: the configured one, else made from host name and port. */
export function publicUrl({ publicUrl, host }: ConnectorSettings, port: number): string {
  if (publicUrl !== undefined) return publicUrl.replace(/\/+$/, '');
  const name = isAnywhere(host) ? hostname() : host;
  return `https://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** Every name and address for which the listener's own certificate must hold. */
export function hostsOf({ publicUrl, host }: ConnectorSettings): string[] {
  const bound = isAnywhere(host) ? [] : [host];
  const named = publicUrl === undefined ? [] : [new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')];
  return ['localhost', hostname(), '127.0.0.1', '::1', ...bound, ...named];
}
