import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { CstaAccess } from '#pbx-adapters/channels/csta/settings.ts';
import { LdapMapping, MiVoice5000Connection } from '#pbx-adapters/mivoice-5000/connection.ts';

const Path = z.string().trim().min(1).max(4000).refine(isAbsolute, 'must be an absolute path');

/** How to read the users of a MiVoice Office 400: phones by CSTA, names from its phone book and from an export. */
export const MiVoiceOffice400Connection = z
  .strictObject({
    ...CstaAccess.shape,
    port: CstaAccess.shape.port.default(7001),
    /** Off where the CSTA service is not licensed: then the export or the phone book alone tells who is there. */
    csta: z.boolean().default(true),
    /** The LDAP phone book, with the settings that a directory has; its host is the PBX unless another is named. */
    phoneBook: z.record(z.string(), z.unknown()).optional(),
    /** Which attribute holds which field; learned at the first read and kept here when the phone book does not say it. */
    phoneBookMapping: LdapMapping.optional(),
    phoneBookPassword: z.string().min(1).max(1000).optional(),
    /** The CSV that WebAdmin exports: the file, or a folder whose newest complete one counts. */
    file: Path.optional(),
    folder: Path.optional(),
    /** Counts calls by CSTA. Each watched phone takes a CSTA licence from other applications, so only when wanted. */
    activity: z.strictObject({ maxPhones: z.int().min(1).max(5000).default(50) }).optional(),
    /** What the installer says of the release: CSTA names the manufacturer only. */
    declaredVersion: z.string().trim().min(1).max(64).optional(),
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    path: ['password'],
    message: 'a log-in needs both user and password',
  })
  .refine(({ file, folder }) => file === undefined || folder === undefined, {
    path: ['folder'],
    message: 'needs either a file or a folder',
  })
  .refine(({ csta, phoneBook, file, folder }) => csta || (phoneBook ?? file ?? folder) !== undefined, {
    path: ['csta'],
    message: 'without CSTA a phone book or an export is needed',
  })
  .refine(({ csta, activity }) => csta || activity === undefined, { path: ['activity'], message: 'needs CSTA' })
  .refine(({ phoneBook, phoneBookPassword }) => phoneBook !== undefined || phoneBookPassword === undefined, {
    path: ['phoneBookPassword'],
    message: 'needs the settings of the phone book',
  })
  .transform(({ phoneBook, phoneBookPassword, phoneBookMapping: mapping, ...settings }, context) => {
    if (phoneBook === undefined) return { ...settings, phoneBook: undefined };
    // A password in here would not be kept encrypted.
    const secret = phoneBookPassword === undefined ? {} : { password: phoneBookPassword };
    const kept = mapping === undefined ? {} : { mapping };
    const { password, ...open } = { host: settings.host, ...kept, ...phoneBook } as Record<string, unknown>;
    const directory = MiVoice5000Connection.safeParse({ ...open, ...secret });
    if (password !== undefined) {
      context.addIssue({ code: 'custom', path: ['phoneBook', 'password'], message: 'belongs into phoneBookPassword' });
    }
    for (const { path, message } of directory.error?.issues ?? []) {
      context.addIssue({ code: 'custom', path: ['phoneBook', ...path], message });
    }
    return { ...settings, phoneBook: directory.data };
  });
export type MiVoiceOffice400Connection = z.output<typeof MiVoiceOffice400Connection>;
