import { z } from 'zod';

/** How to ask an SNMP agent: version 2c with a community, or version 3 with a user (RFC 3414). Times in milliseconds. */
export interface SnmpAccess {
  host: string;
  port: number;
  community?: string | undefined;
  user?: string | undefined;
  authPassword?: string | undefined;
  privPassword?: string | undefined;
  timeoutMs: number;
  retries: number;
}

/** The settings of a link that asks by SNMP. Community and the two passwords are secrets. */
export const snmpSettings = {
  snmpPort: z.int().min(1).max(65535).default(161),
  snmpCommunity: z.string().min(1).max(128).optional(),
  /** Version 3 with SHA-1 and AES-128, which old and new agents have in common. */
  snmpUser: z.string().min(1).max(32).optional(),
  snmpAuthPassword: z.string().min(8).max(128).optional(),
  snmpPrivPassword: z.string().min(8).max(128).optional(),
  snmpTimeoutMs: z.int().min(100).max(60_000).default(2000),
  snmpRetries: z.int().min(0).max(10).default(2),
};
const SnmpSettings = z.object({ host: z.string().optional(), ...snmpSettings });

/** What to ask with; undefined when the settings hold neither a community nor a user. */
export function snmpAccess(settings: z.output<typeof SnmpSettings>): SnmpAccess | undefined {
  const { host, snmpCommunity, snmpUser } = settings;
  if (host === undefined || (snmpCommunity ?? snmpUser) === undefined) return undefined;
  return {
    host,
    port: settings.snmpPort,
    community: snmpCommunity,
    user: snmpUser,
    authPassword: settings.snmpAuthPassword,
    privPassword: settings.snmpPrivPassword,
    timeoutMs: settings.snmpTimeoutMs,
    retries: settings.snmpRetries,
  };
}
