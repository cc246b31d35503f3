import { spawn } from 'node:child_process';
import { createHash, createPublicKey, generateKeyPair, type KeyObject, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { groupFingerprint } from '#contract/fingerprint.ts';

const DEADLINE_MS = 30_000;

/** A new P-256 key, PEM (PKCS #8). */
export async function makeKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/**
 * A certificate request (PKCS #10, RFC 2986) for a key, PEM. Made in a process of its own that ends at once: the library
 * for it would cost the daemon 20 MB for something that happens every two months.
 * @throws DemarcError `enrolment.bad-request`
 */
export function makeCertificateRequest(keyPem: string): Promise<string> {
  const script = new URL('certificate-request-child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'pipe'], timeout: DEADLINE_MS, env: {} });
  return new Promise((resolve, reject) => {
    let output = '';
    let problem = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(0, 8192);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      problem = (problem + chunk.toString('utf8')).slice(0, 500);
    });
    const fail = (cause: unknown) => reject(new DemarcError('enrolment.bad-request', problem || undefined, { cause }));
    child.once('error', fail);
    child.stdin.once('error', fail);
    child.once('close', (code, signal) => {
      if (code === 0 && output.includes('END CERTIFICATE REQUEST')) resolve(output);
      else fail(new Error(`ended with ${code ?? signal}`));
    });
    child.stdin.end(keyPem);
  });
}

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });

/** The fingerprint of a key as the console shows it, so that the admin can compare the two. */
export const keyFingerprint = (keyPem: string): string =>
  groupFingerprint(
    createHash('sha256')
      .update(spki(createPublicKey(keyPem)))
      .digest('hex'),
  );

/** Whether a certificate is for this key. */
export function fits(certificate: string, keyPem: string): boolean {
  try {
    return spki(new X509Certificate(certificate).publicKey).equals(spki(createPublicKey(keyPem)));
  } catch {
    return false;
  }
}
