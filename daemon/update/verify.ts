/** Whether a release may be installed: a pure rule over its bytes, the trusted keys and this gateway. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { describe } from '#config/document.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { compareVersions, ReleaseManifest, type SignedRelease } from '#contract/update.ts';

/** A public key from PEM; undefined for what is none of Ed25519. */
export function releaseKey(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The manifest of a release whose signature is one of a trusted key. Nothing of it is looked at before.
 * @throws DemarcError `update.no-keys`, `update.bad-signature`, `update.bad-manifest`
 */
export function verifiedManifest(
  release: SignedRelease,
  { keys, platform }: { keys: readonly KeyObject[]; platform: string },
): ReleaseManifest {
  if (keys.length === 0) throw new DemarcError('update.no-keys');
  const bytes = Buffer.from(release.manifest, 'utf8');
  const signature = Buffer.from(release.signature, 'base64');
  if (!keys.some((key) => verify(null, bytes, key, signature))) throw new DemarcError('update.bad-signature');
  const manifest = ReleaseManifest.safeParse(json(release.manifest));
  if (!manifest.success) throw new DemarcError('update.bad-manifest', describe(manifest.error));
  if (manifest.data.platform !== platform) {
    throw new DemarcError('update.bad-manifest', `it is for ${manifest.data.platform}, this is ${platform}`);
  }
  return manifest.data;
}

/**
 * Whether a gateway of version `current` may go to the release. Back only when that very version was asked for by force.
 * @throws DemarcError `update.older`, `update.too-old`
 */
export function mayInstall(
  { version, minVersion }: Pick<ReleaseManifest, 'version' | 'minVersion'>,
  current: string,
  wanted: { version?: string | undefined; force: boolean },
): void {
  const forced = wanted.force && wanted.version === version;
  if (compareVersions(version, current) <= 0 && !forced) {
    throw new DemarcError('update.older', `${version}; ${current} runs`);
  }
  if (minVersion !== undefined && compareVersions(current, minVersion) < 0 && !forced) {
    throw new DemarcError('update.too-old', `${version} needs ${minVersion}; ${current} runs`);
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
