import { isAbsolute } from 'node:path';
import { z } from 'zod';

const Path = z.string().trim().min(1).max(4000).refine(isAbsolute, 'must be an absolute path');

/** Where the form exports of a MiVoice Business are. */
export const MiVoiceBusinessConnection = z
  .strictObject({
    /** A folder into which exports are dropped; the newest complete file of each form counts. */
    folder: Path.optional(),
    /** The exports themselves: users, or users and directory, in any order. */
    files: z.array(Path).min(1).max(2).optional(),
    /** ISO 3166-1 alpha-2 country of the site, for numbers without a country code. */
    country: z
      .string()
      .regex(/^[A-Za-z]{2}$/, 'must be two letters')
      .transform((code) => code.toUpperCase())
      .optional(),
  })
  .refine(({ folder, files }) => (folder === undefined) !== (files === undefined), {
    message: 'needs either a folder or files',
  });
export type MiVoiceBusinessConnection = z.output<typeof MiVoiceBusinessConnection>;
