/**
 * A program of its own, run once per device: makes the self-signed certificate of the local pages and prints it as JSON.
 * The library takes 20 MB of memory that the daemon would never give back.
 */
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

const DAYS = 820;
const names = process.argv.slice(2);
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
const now = Date.now();
const certificate = await X509CertificateGenerator.createSelfSigned({
  serialNumber: `01${randomBytes(15).toString('hex')}`,
  name: [{ O: ['Demarc gateway'] }, { CN: [names[0] ?? 'localhost'] }],
  // A day back, for browsers whose clock is behind the gateway's.
  notBefore: new Date(now - 86_400_000),
  notAfter: new Date(now + DAYS * 86_400_000),
  signingAlgorithm: algorithm,
  keys,
  extensions: [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(
      names.map((name) => ({ type: isIP(name) === 0 ? ('dns' as const) : ('ip' as const), value: name })),
    ),
  ],
});
const key = PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
process.stdout.write(JSON.stringify({ certificate: certificate.toString('pem'), key }));
