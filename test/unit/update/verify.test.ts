/** Which releases a gateway takes. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { compareVersions, type SignedRelease } from '#contract/update.ts';
import { mayInstall, releaseKey, verifiedManifest } from '#daemon/update/verify.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('ed25519');

const MANIFEST = {
  product: 'demarc-gateway',
  version: '1.2.3',
  platform: 'linux-x64',
  createdAt: '2026-03-01T12:00:00.000Z',
  archive: { file: 'demarc-1.2.3-linux-x64.tar.gz', bytes: 10, sha256: 'a'.repeat(64) },
  unpacked: { files: 1, bytes: 10 },
};

function signed(manifest: object | string, key: KeyObject = privateKey): SignedRelease {
  const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
  return { manifest: text, signature: sign(null, Buffer.from(text), key).toString('base64') };
}

const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'ok';
  } catch (error) {
    return error instanceof DemarcError ? error.code : String(error);
  }
};

const verified = (release: SignedRelease, keys: KeyObject[] = [publicKey]) =>
  codeOf(() => verifiedManifest(release, { keys, platform: 'linux-x64' }));

describe('a release', () => {
  it.each<[string, SignedRelease, KeyObject[], string]>([
    ['that is as it should be', signed(MANIFEST), [publicKey], 'ok'],
    ['signed by the second of the trusted keys', signed(MANIFEST), [other.publicKey, publicKey], 'ok'],
    ['for a gateway without keys', signed(MANIFEST), [], 'update.no-keys'],
    ['signed by somebody else', signed(MANIFEST, other.privateKey), [publicKey], 'update.bad-signature'],
    ['without a signature', { ...signed(MANIFEST), signature: '' }, [publicKey], 'update.bad-signature'],
    ['of another platform', signed({ ...MANIFEST, platform: 'linux-arm64' }), [publicKey], 'update.bad-manifest'],
    ['of another product', signed({ ...MANIFEST, product: 'demarc-connector' }), [publicKey], 'update.bad-manifest'],
    ['that is no JSON', signed('{'), [publicKey], 'update.bad-manifest'],
    [
      'whose archive lies elsewhere',
      signed({ ...MANIFEST, archive: { ...MANIFEST.archive, file: '../x.tar.gz' } }),
      [publicKey],
      'update.bad-manifest',
    ],
  ])('%s', (_what, release, keys, code) => {
    expect(verified(release, keys)).toBe(code);
  });

  it('is refused when any one byte of its manifest differs', () => {
    const release = signed(MANIFEST);
    fc.assert(
      fc.property(fc.nat(release.manifest.length - 1), fc.integer({ min: 1, max: 94 }), (at, by) => {
        const letter = release.manifest.charCodeAt(at);
        const changed = String.fromCharCode(((letter - 32 + by) % 95) + 32);
        const manifest = release.manifest.slice(0, at) + changed + release.manifest.slice(at + 1);
        expect(verified({ ...release, manifest })).toBe('update.bad-signature');
      }),
    );
  });

  it('is judged by Ed25519 keys alone', () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
    expect(releaseKey(pem(ec.publicKey))).toBeUndefined();
    expect(releaseKey('nonsense')).toBeUndefined();
    expect(releaseKey(pem(publicKey))?.asymmetricKeyType).toBe('ed25519');
  });
});

describe('whether a gateway may go to a version', () => {
  it.each<[string, string, { version?: string; force: boolean }, string]>([
    ['1.2.4', '1.2.3', { force: false }, 'ok'],
    ['1.2.3', '1.2.3', { force: false }, 'update.older'],
    ['1.2.2', '1.2.3', { version: '1.2.2', force: false }, 'update.older'],
    ['1.2.2', '1.2.3', { force: true }, 'update.older'],
    ['1.2.2', '1.2.3', { version: '1.2.2', force: true }, 'ok'],
    ['1.2.3-rc.1', '1.2.3', { force: false }, 'update.older'],
  ])('%s from %s with %j', (version, current, wanted, code) => {
    expect(codeOf(() => mayInstall({ version }, current, wanted))).toBe(code);
  });

  it('a gateway that is too old goes by the version in between', () => {
    const release = { version: '3.0.0', minVersion: '2.0.0' };
    expect(codeOf(() => mayInstall(release, '1.9.9', { force: false }))).toBe('update.too-old');
    expect(codeOf(() => mayInstall(release, '2.0.0', { force: false }))).toBe('ok');
  });
});

describe('the order of versions', () => {
  // The example of Semantic Versioning 2.0.0, section 11.
  const ORDER = [
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.0.1',
    '1.10.0',
    '2.0.0',
  ];

  it('is that of Semantic Versioning; builds are alike, and what is no version is older than all', () => {
    for (const [i, a] of ORDER.entries())
      for (const [j, b] of ORDER.entries()) expect(Math.sign(compareVersions(a, b))).toBe(Math.sign(i - j));
    expect(compareVersions('1.0.0+1', '1.0.0+2')).toBe(0);
    expect(compareVersions('latest', '0.0.1')).toBe(-1);
  });
});
