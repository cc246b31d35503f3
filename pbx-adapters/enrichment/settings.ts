import { z } from 'zod';
import { LdapAccess, LdapFilter } from '#pbx-adapters/channels/ldap/settings.ts';
import { LdapMapping } from '#pbx-adapters/mivoice-5000/connection.ts';

/** What Active Directory and most others call these. */
const USUAL: z.input<typeof LdapMapping> = {
  extension: ['ipPhone', 'telephoneNumber'],
  name: ['displayName', 'cn'],
  email: ['mail'],
  mobilePhone: ['mobile'],
  department: ['department'],
  loginId: ['sAMAccountName', 'uid'],
};

/** A directory that completes the people of a PBX. Its password is kept beside, with the other secrets of the link. */
export const EnrichingDirectory = z
  .strictObject({
    ...LdapAccess.omit({ password: true }).shape,
    /** 636 with LDAPS, else 389. */
    port: LdapAccess.shape.port.optional(),
    baseDn: z.string().trim().max(1000),
    filter: LdapFilter.default('(objectClass=person)'),
    mapping: LdapMapping.default(LdapMapping.parse(USUAL)),
    /** How many of the last digits of a directory's phone number are the extension; the whole number when left out. */
    extensionDigits: z.int().min(2).max(15).optional(),
    pageSize: z.int().min(1).max(5000).default(500),
  })
  .transform((access) => ({ ...access, port: access.port ?? (access.tls === 'ldaps' ? 636 : 389) }));
export type EnrichingDirectory = z.output<typeof EnrichingDirectory>;
