import { z } from 'zod';
import { SshAccess } from '#pbx-adapters/channels/ssh/settings.ts';
import { EnrichingDirectory } from '#pbx-adapters/enrichment/settings.ts';

/** How to read an MX-ONE over the shell of its Service Node. Secrets: `password`, `directoryPassword`, `managerPassword`. */
export const MxOneConnection = z
  .strictObject({
    ...SshAccess.shape,
    /** Which of name1 and name2 is the first name at this site; without it they are only joined. */
    nameOrder: z.enum(['first-last', 'last-first']).optional(),
    /** Where e-mail addresses come from: the Service Node has none. */
    directory: EnrichingDirectory.optional(),
    directoryPassword: z.string().min(1).max(1000).optional(),
    /**
     * The Provisioning Manager (HTTPS), at the same host unless another is named; for the test only. With a user it also
     * logs in, to the certificate with this fingerprint (SHA-256, as the test shows it) and to no other.
     */
    manager: z
      .strictObject({
        host: SshAccess.shape.host.optional(),
        port: z.int().min(1).max(65535).default(443),
        user: z.string().min(1).max(256).optional(),
        certificateFingerprint: z
          .string()
          .regex(/^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/, 'SHA-256, as 32 pairs of hex digits with colons')
          .optional(),
      })
      .optional(),
    managerPassword: z.string().min(1).max(1000).optional(),
    /** Counts calls by CSTA at the same host. */
    activity: z
      .strictObject({
        port: z.int().min(1).max(65535).default(8882),
        maxPhones: z.int().min(1).max(5000).default(50),
      })
      .optional(),
  })
  .refine(({ directory, directoryPassword }) => directory?.bindDn === undefined || directoryPassword !== undefined, {
    path: ['directoryPassword'],
    message: 'a log-in needs a password',
  })
  .refine(({ manager, managerPassword }) => manager?.user === undefined || managerPassword !== undefined, {
    path: ['managerPassword'],
    message: 'a log-in needs a password',
  });
export type MxOneConnection = z.output<typeof MxOneConnection>;
