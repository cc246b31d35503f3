/** Reads a private key (PEM) from stdin and writes a certificate request (PEM) to stdout. */
import 'reflect-metadata';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';

const P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;

const pem = await text(process.stdin);
const secret = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
const open = createPublicKey(pem).export({ type: 'spki', format: 'der' });
const request = await Pkcs10CertificateRequestGenerator.create({
  // The cloud decides the names; it takes only the key from here.
  name: 'CN=demarc-gateway',
  keys: {
    privateKey: await crypto.subtle.importKey('pkcs8', new Uint8Array(secret), P256, false, ['sign']),
    publicKey: await crypto.subtle.importKey('spki', new Uint8Array(open), P256, true, ['verify']),
  },
  signingAlgorithm: { ...P256, hash: 'SHA-256' },
});
process.stdout.write(`${request.toString('pem')}\n`);
