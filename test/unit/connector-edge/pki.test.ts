import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import * as fc from 'fast-check';
import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { readCertificateRequest } from '#connector/pki/certificate-request.ts';
import { certificateFingerprint } from '#connector/pki/fingerprint.ts';
import { gatewayOf } from '#connector/pki/gateway-certificate.ts';
import { PrivateCa } from '#connector/pki/private-ca.ts';
import { serverIdentity } from '#connector/pki/server-certificate.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { temporaryFolder } from '#test/support/program.ts';

const run = promisify(execFile);
const DAY_MS = 86_400_000;
const clockAt = (now: number) => ({ now: () => now });
const NOW = Date.parse('2026-06-01T12:00:00.000Z');

async function openssl(folder: string, ...args: string[]): Promise<string> {
  return (await run('openssl', args, { cwd: folder })).stdout;
}

async function requestOf(folder: string, ...key: string[]): Promise<string> {
  await openssl(folder, 'req', '-new', '-nodes', '-subj', '/CN=whatever', '-keyout', 'k.pem', '-out', 'r.pem', ...key);
  return readFile(join(folder, 'r.pem'), 'utf8');
}
const EC = (curve: string) => ['-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${curve}`];

describe('a certificate request', () => {
  it('of a P-256 key is taken, whatever names it asks for', async () => {
    await using folder = await temporaryFolder('csr');
    const { fingerprint } = await readCertificateRequest(await requestOf(folder.path, ...EC('prime256v1')));
    await openssl(folder.path, 'pkey', '-in', 'k.pem', '-pubout', '-outform', 'DER', '-out', 'k.der');
    const sum = (await openssl(folder.path, 'dgst', '-sha256', '-r', 'k.der')).slice(0, 64).toUpperCase();
    expect(fingerprint.replaceAll(' ', '')).toBe(sum);
    expect(fingerprint).toMatch(/^([0-9A-F]{4} ){15}[0-9A-F]{4}$/);
  });

  it.each([
    ['a P-384 key', EC('secp384r1')],
    ['a secp256k1 key', EC('secp256k1')],
    ['an RSA key', ['-newkey', 'rsa:2048']],
    ['an Ed25519 key', ['-newkey', 'ed25519']],
  ])('of %s is refused', async (_what, key) => {
    await using folder = await temporaryFolder('csr');
    const request = await requestOf(folder.path, ...key);
    await expect(readCertificateRequest(request)).rejects.toMatchObject({ code: 'enrolment.bad-request' });
  });

  it('that was signed by another key is refused', async () => {
    const [own, other] = await Promise.all(
      [1, 2].map(() => crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])),
    );
    if (!own || !other) throw new Error('no keys');
    const request = await Pkcs10CertificateRequestGenerator.create({
      keys: { publicKey: own.publicKey, privateKey: other.privateKey },
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    });
    await expect(readCertificateRequest(request.toString('pem'))).rejects.toMatchObject({
      code: 'enrolment.bad-request',
    });
  });

  it('of any other bytes is refused and never crashes', async () => {
    const pem = (body: string) => `-----BEGIN CERTIFICATE REQUEST-----\n${body}\n-----END CERTIFICATE REQUEST-----\n`;
    const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => pem(Buffer.from(array).toString('base64')));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.string().map(pem), bytes), async (text) => {
        await expect(readCertificateRequest(text)).rejects.toMatchObject({ code: 'enrolment.bad-request' });
      }),
      { numRuns: 200 },
    );
  });

  it('with one bit flipped anywhere never proves another key', async () => {
    await using folder = await temporaryFolder('csr');
    const text = await requestOf(folder.path, ...EC('prime256v1'));
    const { fingerprint } = await readCertificateRequest(text);
    const der = Buffer.from(text.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
    await fc.assert(
      fc.asyncProperty(fc.nat(der.length - 1), fc.nat(7), async (at, bit) => {
        const bent = Buffer.from(der);
        bent[at] = (bent[at] ?? 0) ^ (1 << bit);
        const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${bent.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
        // Lengths outside of what is signed may be read kindly; the proof of the key still holds then.
        const outcome = await readCertificateRequest(pem).then(
          (request) => request.fingerprint,
          (error: unknown) => (error instanceof DemarcError ? error.code : error),
        );
        expect([fingerprint, 'enrolment.bad-request']).toContain(outcome);
      }),
      { numRuns: 150 },
    );
  });
});

describe('the private CA', () => {
  it('stays the same over restarts, with a key that only its owner may read', async () => {
    await using folder = await temporaryFolder('ca');
    const first = await PrivateCa.open({ folder: folder.path, clock: clockAt(NOW) });
    const again = await PrivateCa.open({ folder: folder.path, clock: clockAt(NOW + DAY_MS) });
    expect(again.certificate).toBe(first.certificate);
    expect((await stat(join(folder.path, 'ca-key.pem'))).mode & 0o777).toBe(0o600);
    const parsed = new X509Certificate(first.certificate);
    expect(parsed.ca).toBe(true);
    expect(Date.parse(parsed.validTo)).toBeGreaterThan(NOW + 19.9 * 365 * DAY_MS);
    expect(await readFile(first.certificateFile, 'utf8')).toBe(first.certificate);
  });

  it('goes on with its key when the start was killed before the certificate was written', async () => {
    await using folder = await temporaryFolder('ca');
    const first = await PrivateCa.open({ folder: folder.path, clock: clockAt(NOW) });
    await rm(first.certificateFile);
    const again = await PrivateCa.open({ folder: folder.path, clock: clockAt(NOW) });
    const key = (pem: string) => certificateFingerprint(new X509Certificate(pem));
    expect(key(again.certificate)).toBe(key(first.certificate));
  });

  it.each([
    ['is gone', async (file: string) => rm(file)],
    ['is damaged', async (file: string) => writeFile(file, 'nothing')],
  ])('refuses to start, and does not make itself anew, when its key %s', async (_what, harm) => {
    await using folder = await temporaryFolder('ca');
    await PrivateCa.open({ folder: folder.path, clock: clockAt(NOW) });
    await harm(join(folder.path, 'ca-key.pem'));
    await expect(PrivateCa.open({ folder: folder.path, clock: clockAt(NOW) })).rejects.toMatchObject({
      code: 'config.unreadable',
    });
  });

  it('issues a client certificate for 90 days that OpenSSL accepts as one, and not for a server', async () => {
    await using folder = await temporaryFolder('ca');
    const ca = await PrivateCa.open({ folder: folder.path, clock: clockAt(Date.now()) });
    const { publicKey } = await readCertificateRequest(await requestOf(folder.path, ...EC('prime256v1')));
    const address = { account: ulid(), gateway: ulid() };
    const issued = await ca.issueClient(publicKey, address);
    await writeFile(join(folder.path, 'c.pem'), issued.certificate);
    const verify = (purpose: string) =>
      openssl(folder.path, 'verify', '-CAfile', 'ca.pem', '-purpose', purpose, 'c.pem');
    expect(await verify('sslclient')).toContain('OK');
    await expect(verify('sslserver')).rejects.toThrow();
    const parsed = new X509Certificate(issued.certificate);
    expect(gatewayOf(parsed)).toEqual(address);
    expect(issued.serial).toMatch(/^[0-9A-F]{32}$/);
    expect(Math.round((Date.parse(issued.expiresAt) - Date.now()) / DAY_MS)).toBe(90);
    expect((await ca.issueClient(publicKey, address)).serial).not.toBe(issued.serial);
  });
});

describe('the certificate of the listener', () => {
  async function lab() {
    const folder = await temporaryFolder('server');
    const ca = await PrivateCa.open({ folder: folder.path, clock: clockAt(NOW) });
    const at = (now: number, hosts = ['localhost', '127.0.0.1', '::1']) =>
      serverIdentity({ ca, folder: folder.path, clock: clockAt(now), hosts });
    return { folder, at, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
  }

  it('is kept until 30 days before its end, then issued anew', async () => {
    await using bench = await lab();
    const first = await bench.at(NOW);
    const end = Date.parse(new X509Certificate(first.cert).validTo);
    expect(await bench.at(end - 31 * DAY_MS)).toEqual(first);
    expect(await bench.at(end - 29 * DAY_MS)).not.toEqual(first);
  });

  it('is issued anew for a new host name, and holds for every name and address', async () => {
    await using bench = await lab();
    const first = await bench.at(NOW);
    const second = await bench.at(NOW, ['localhost', '127.0.0.1', '::1', 'cloud.example.org']);
    expect(second).not.toEqual(first);
    const parsed = new X509Certificate(second.cert);
    expect(parsed.checkHost('cloud.example.org')).toBe('cloud.example.org');
    expect(parsed.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(parsed.subjectAltName).toContain('IP Address:0:0:0:0:0:0:0:1');
  });

  it('is replaced when its file is damaged', async () => {
    await using bench = await lab();
    await bench.at(NOW);
    await writeFile(join(bench.folder.path, 'server.pem'), 'damaged');
    expect((await bench.at(NOW)).key).toContain('PRIVATE KEY');
  });

  it('comes from the operator’s files when they are given', async () => {
    await using folder = await temporaryFolder('server');
    const ca = await PrivateCa.open({ folder: folder.path, clock: clockAt(NOW) });
    await writeFile(join(folder.path, 'own.pem'), 'certificate');
    await writeFile(join(folder.path, 'own.key'), 'key');
    const files = { cert: join(folder.path, 'own.pem'), key: join(folder.path, 'own.key') };
    const options = { ca, folder: folder.path, clock: clockAt(NOW), hosts: ['localhost'] };
    expect(await serverIdentity({ ...options, files })).toEqual({ cert: 'certificate', key: 'key' });
    await expect(serverIdentity({ ...options, files: { ...files, key: '/nowhere' } })).rejects.toMatchObject({
      code: 'config.unreadable',
    });
  });
});
