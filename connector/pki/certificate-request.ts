import 'reflect-metadata';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { keyFingerprint } from './fingerprint.ts';

/** What of a certificate request counts: the key, proven to be the sender's. Names in it are ignored. */
export interface CertificateRequest {
  publicKey: CryptoKey;
  fingerprint: string;
}

const P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/**
 * Reads a PKCS #10 request (RFC 2986) in PEM and proves that its sender has the key.
 * @throws DemarcError `enrolment.bad-request` for anything but a request signed with its own P-256 key
 */
export async function readCertificateRequest(pem: string): Promise<CertificateRequest> {
  try {
    const request = new Pkcs10CertificateRequest(pem);
    // Importing as P-256 refuses every other kind of key, and a point that is not on the curve.
    const publicKey = await request.publicKey.export(P256, ['verify']);
    if (!(await request.verify()))
      throw new DemarcError('enrolment.bad-request', 'the signature is not that of its key');
    return { publicKey, fingerprint: keyFingerprint(new Uint8Array(request.publicKey.rawData)) };
  } catch (error) {
    if (error instanceof DemarcError) throw error;
    throw new DemarcError('enrolment.bad-request', 'not a certificate request of a P-256 key', { cause: error });
  }
}
