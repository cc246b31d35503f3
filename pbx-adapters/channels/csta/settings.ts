import { z } from 'zod';

/** How to reach a CSTA III interface. `password` is the one secret. Times in milliseconds. */
export const CstaAccess = z.object({
  host: z
    .string()
    .trim()
    .regex(/^[^\s/]{1,253}$/, 'must be a name or an address, without anything before it'),
  port: z.int().min(1).max(65535),
  /**
   * Log-in of the application session. The standard leaves its form to the vendor; user and password are sent as plain
   * elements, which is the commonest form.
   */
  user: z.string().trim().min(1).max(200).optional(),
  password: z.string().min(1).max(200).optional(),
  /** Whether to open an application session (ECMA-354): `auto` tries it when the PBX does not greet by itself. */
  session: z.enum(['auto', 'always', 'never']).default('auto'),
  /** How long the PBX may take to greet with its status; after that the gateway speaks first. */
  greetingMs: z.int().min(10).max(30_000).default(2000),
  connectMs: z.int().min(100).max(120_000).default(10_000),
  operationMs: z.int().min(100).max(600_000).default(30_000),
});
export type CstaAccess = z.infer<typeof CstaAccess>;
