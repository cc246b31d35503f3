import 'reflect-metadata';
import { createHash } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;

async function privatePem(key: CryptoKey): Promise<string> {
  const bytes = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${(bytes.match(/.{1,64}/g) ?? []).join('\n')}\n-----END PRIVATE KEY-----\n`;
}

export interface Period {
  notBefore?: Date;
  notAfter?: Date;
}

/** A private CA of the test, as the connector has one. */
export class TestCa {
  readonly pem: string;
  readonly #keys: CryptoKeyPair;
  readonly #certificate: X509Certificate;

  private constructor(keys: CryptoKeyPair, certificate: X509Certificate) {
    this.#keys = keys;
    this.#certificate = certificate;
    this.pem = certificate.toString('pem');
  }

  static async make(name = 'Test CA'): Promise<TestCa> {
    const keys = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name: `CN=${name}`,
      keys,
      signingAlgorithm: P256,
      notBefore: new Date(Date.now() - DAY),
      notAfter: new Date(Date.now() + 400 * DAY),
      extensions: [new BasicConstraintsExtension(true, 1, true)],
    });
    return new TestCa(keys, certificate);
  }

  async server(): Promise<{ certificate: string; key: string }> {
    const keys = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
    const names = new SubjectAlternativeNameExtension([
      { type: 'dns', value: 'localhost' },
      { type: 'ip', value: '127.0.0.1' },
    ]);
    const usage = new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]);
    return {
      certificate: await this.#issue('localhost', keys.publicKey, [names, usage]),
      key: await privatePem(keys.privateKey),
    };
  }

  async client(gateway: string, period: Period = {}): Promise<{ certificate: string; key: string }> {
    const keys = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
    const certificate = await this.#issue(gateway, keys.publicKey, [clientUse()], period);
    return { certificate, key: await privatePem(keys.privateKey) };
  }

  /** What the connector does with a request: the key counts, its names do not. */
  async sign(csr: string, gateway: string, period: Period = {}): Promise<string> {
    const request = new Pkcs10CertificateRequest(csr);
    if (!(await request.verify())) throw new Error('the request is not signed with its key');
    return this.#issue(gateway, await request.publicKey.export(P256, ['verify']), [clientUse()], period);
  }

  async #issue(
    name: string,
    publicKey: CryptoKey,
    extensions: (ExtendedKeyUsageExtension | SubjectAlternativeNameExtension)[],
    period: Period = {},
  ): Promise<string> {
    const certificate = await X509CertificateGenerator.create({
      subject: `CN=${name}`,
      issuer: this.#certificate.subject,
      publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: P256,
      notBefore: period.notBefore ?? new Date(Date.now() - DAY),
      notAfter: period.notAfter ?? new Date(Date.now() + 90 * DAY),
      extensions,
    });
    return certificate.toString('pem');
  }
}

const clientUse = () => new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]);

/** SHA-256 of the public key of a request, in hex: what the connector makes the fingerprint of. */
export const requestedKeyDigest = (csr: string): string =>
  createHash('sha256')
    .update(new Uint8Array(new Pkcs10CertificateRequest(csr).publicKey.rawData))
    .digest('hex');
