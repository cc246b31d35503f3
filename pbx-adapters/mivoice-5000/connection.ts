import { z } from 'zod';
import { LdapAccess, LdapFilter, LdapName } from '#pbx-adapters/channels/ldap/settings.ts';

/** The fields of a person that a directory attribute can be mapped to. */
export const MAPPED_FIELDS = [
  'key',
  'name',
  'firstName',
  'lastName',
  'email',
  'extension',
  'workPhone',
  'mobilePhone',
  'department',
  'loginId',
] as const;
export type MappedField = (typeof MAPPED_FIELDS)[number];

/** Several attributes for one field: the first that an entry has counts (record types have tables of their own). */
const Attributes = z.union([LdapName.transform((name) => [name]), z.array(LdapName).min(1).max(5)]);

/** Which attribute holds which field. A field that is not here is not read. */
export const LdapMapping = z.partialRecord(z.enum(MAPPED_FIELDS), Attributes);
export type LdapMapping = z.output<typeof LdapMapping>;

/** How to read the people of a MiVoice 5000 from its directory. */
export const MiVoice5000Connection = z
  .strictObject({
    ...LdapAccess.shape,
    /** 636 with LDAPS, else 389. */
    port: LdapAccess.shape.port.optional(),
    baseDn: z.string().trim().max(1000),
    filter: LdapFilter.optional(),
    /** An entry of any of these classes is a person. */
    objectClasses: z.array(LdapName).min(1).max(10).default(['contactRecord', 'person']),
    /** As the installer set it. Left out: learned from samples at each run. */
    mapping: LdapMapping.optional(),
    pageSize: z.int().min(1).max(5000).default(500),
    /** HTTPS port of Web Admin at the same host; left out, the test of the link does not look at it. */
    adminPort: z.int().min(1).max(65535).optional(),
    /** What the installer says of the release: the directory does not tell it. */
    declaredVersion: z.string().trim().min(1).max(64).optional(),
  })
  .refine((access) => access.bindDn === undefined || access.password !== undefined, {
    path: ['password'],
    message: 'a log-in needs a password',
  })
  .refine((access) => !access.mapping || access.mapping.key !== undefined || access.mapping.extension !== undefined, {
    path: ['mapping'],
    message: 'needs the attribute of the key or of the extension',
  })
  .transform((access) => ({ ...access, port: access.port ?? (access.tls === 'ldaps' ? 636 : 389) }));
export type MiVoice5000Connection = z.output<typeof MiVoice5000Connection>;

/** The search filter for people: the installer's own and the object classes together. */
export function peopleFilter(connection: Pick<MiVoice5000Connection, 'filter' | 'objectClasses'>): string {
  const classes = connection.objectClasses.map((name) => `(objectClass=${name})`);
  const person = classes.length === 1 ? (classes[0] ?? '') : `(|${classes.join('')})`;
  const own = connection.filter;
  return own === undefined ? person : `(&${person}${own.startsWith('(') ? own : `(${own})`})`;
}
