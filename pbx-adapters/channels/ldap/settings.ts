import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { isFilter } from './filter.ts';

/** How to reach and log in to a directory. `password` is the one secret. Times in milliseconds. */
export const LdapAccess = z.object({
  host: z
    .string()
    .trim()
    .regex(/^[^\s/]{1,253}$/, 'must be a name or an address, without ldap:// before it'),
  port: z.int().min(1).max(65535),
  tls: z.enum(['none', 'starttls', 'ldaps']).default('starttls'),
  /** The CA certificates (PEM) that are trusted for this directory; the public ones when left out. */
  caPem: z.string().max(200_000).refine(isCertificate, 'must be a certificate in PEM form').optional(),
  /** Left out: anonymous. */
  bindDn: z.string().trim().min(1).max(1000).optional(),
  password: z.string().min(1).max(1000).optional(),
  connectMs: z.int().min(100).max(120_000).default(10_000),
  operationMs: z.int().min(100).max(600_000).default(60_000),
});
export type LdapAccess = z.infer<typeof LdapAccess>;

/** A search filter (RFC 4515). */
export const LdapFilter = z.string().trim().min(1).max(4000).refine(isFilter, 'must be a filter such as (mail=*)');

/** A name of an attribute or object class (RFC 4512 section 1.4). */
export const LdapName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}(;[A-Za-z0-9-]{1,64})*$/, 'must be a name such as mail');

function isCertificate(pem: string): boolean {
  try {
    return pem.includes('-----BEGIN') && new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}
