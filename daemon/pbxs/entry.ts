import type { PbxConfig } from '#config/daemon-settings.ts';

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
