import { z } from 'zod';

/** A fingerprint of a host key as OpenSSH prints it (RFC 4648 base64 of a SHA-256, without padding). */
const Fingerprint = z
  .string()
  .trim()
  .regex(/^SHA256:[A-Za-z0-9+/]{43}=?$/, 'must look like SHA256:… as ssh-keygen -l prints it')
  .transform((text) => text.replace(/=$/, ''));

/** How to reach and log in to a shell account. `password` is the one secret. Times in milliseconds. */
export const SshAccess = z.object({
  host: z
    .string()
    .trim()
    .regex(/^[^\s/]{1,253}$/, 'must be a name or an address'),
  port: z.int().min(1).max(65535).default(22),
  user: z.string().trim().min(1).max(256),
  password: z.string().min(1).max(1000),
  /** The host key that a person has confirmed. Left out: nothing is sent to the peer but the greeting. */
  hostKeyFingerprint: Fingerprint.optional(),
  connectMs: z.int().min(100).max(120_000).default(10_000),
  /** How long the peer may let us wait in one command, in all. */
  commandMs: z.int().min(100).max(3_600_000).default(120_000),
});
export type SshAccess = z.output<typeof SshAccess>;
