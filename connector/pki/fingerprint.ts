import { createHash, type X509Certificate } from 'node:crypto';
import { groupFingerprint } from '#contract/fingerprint.ts';

/** The fingerprint of a public key, from its SubjectPublicKeyInfo in DER. It stays when the certificate is renewed. */
export const keyFingerprint = (spki: Uint8Array): string =>
  groupFingerprint(createHash('sha256').update(spki).digest('hex'));

/** The fingerprint of a certificate's key. */
export const certificateFingerprint = (certificate: X509Certificate): string =>
  keyFingerprint(certificate.publicKey.export({ type: 'spki', format: 'der' }));
