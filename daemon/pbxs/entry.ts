import { z } from 'zod';
import { PbxConfig } from '#config/daemon-settings.ts';

const { type, name, connection } = PbxConfig.shape;
const syncMinutes = z.int().min(1).max(10_080);

/** What the wizard or the command line gives for a new PBX (ONB-33); `connection` has the secrets in clear text. */
export const NewPbx = z.strictObject({
  type,
  name: name.trim(),
  syncMinutes: syncMinutes.default(20),
  connection,
});
export type NewPbx = z.infer<typeof NewPbx>;

/** A change. A secret that is left out of `connection` stays as it is; every other setting is as given. */
export const PbxChange = z.strictObject({
  name: name.trim().optional(),
  syncMinutes: syncMinutes.optional(),
  connection: connection.optional(),
});
export type PbxChange = z.infer<typeof PbxChange>;

/** Encrypts and decrypts with the device's key. */
export interface Sealer {
  seal(plain: string): string;
  /** @throws DemarcError `secret.unreadable` */
  open(sealed: string): string;
}

/** The settings as they are kept: the secrets sealed and apart. */
export function parted(
  settings: Record<string, unknown>,
  secretNames: readonly string[],
  sealer: Sealer,
): Pick<PbxConfig, 'connection' | 'secrets'> {
  const connection: Record<string, unknown> = {};
  const secrets: Record<string, string> = {};
  for (const [key, value] of Object.entries(settings)) {
    if (!secretNames.includes(key)) connection[key] = value;
    else if (typeof value === 'string') secrets[key] = sealer.seal(value);
  }
  return { connection, secrets };
}

/** The settings whole, for the adapter alone. @throws DemarcError `secret.unreadable` */
export function joined({ connection, secrets }: Pick<PbxConfig, 'connection' | 'secrets'>, sealer: Sealer) {
  const open = Object.entries(secrets).map(([key, value]) => [key, sealer.open(value)]);
  return { ...connection, ...Object.fromEntries(open) } as Record<string, unknown>;
}
