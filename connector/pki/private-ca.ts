import 'reflect-metadata';
import {
  createPrivateKey,
  createPublicKey,
  KeyObject,
  X509Certificate as ParsedCertificate,
  randomBytes,
} from 'node:crypto';
import { join } from 'node:path';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { readFileIfThere, replaceFile } from '#config/atomic-file.ts';
import type { Clock } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { GatewayAddress } from '#contract/topics.ts';
import { accountUri } from './gateway-certificate.ts';

const DAY_MS = 86_400_000;
const CA_DAYS = 20 * 365;
const CLIENT_DAYS = 90;
/** Beneath the longest that common TLS clients take from a private CA. */
const SERVER_DAYS = 800;
/** A gateway whose clock is behind must not find our certificate not valid yet. */
const BACKDATE_MS = DAY_MS;

const P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** A certificate as issued. */
export interface Issued {
  certificate: string;
  /** As node:crypto prints it: hex in capitals. */
  serial: string;
  expiresAt: string;
}

/**
 * The connector's own certificate authority: public CAs no longer issue certificates for clients, so the gateways' come
 * from here (design section 3). Its key never leaves the data folder.
 */
export class PrivateCa {
  /** The CA's certificate in PEM: what gateways trust, and what the listener judges client certificates by. */
  readonly certificate: string;
  /** Where that certificate lies, for installers to take. */
  readonly certificateFile: string;
  readonly #parsed: X509Certificate;
  readonly #key: CryptoKey;
  readonly #clock: Clock;

  private constructor(file: string, certificate: X509Certificate, key: CryptoKey, clock: Clock) {
    this.certificateFile = file;
    this.certificate = `${certificate.toString('pem')}\n`;
    this.#parsed = certificate;
    this.#key = key;
    this.#clock = clock;
  }

  /**
   * Opens the CA in the folder, or makes it there at the first start.
   * @throws DemarcError `config.unreadable` when one of its two files is missing or damaged: a new CA in its place would
   * lock every gateway out, so that is never done silently
   */
  static async open(options: { folder: string; clock: Clock }): Promise<PrivateCa> {
    const certificateFile = join(options.folder, 'ca.pem');
    const keyFile = join(options.folder, 'ca-key.pem');
    const certificatePem = await readFileIfThere(certificateFile);
    const keyPem = await readFileIfThere(keyFile);
    if (certificatePem !== undefined && keyPem === undefined) throw new DemarcError('config.unreadable', keyFile);
    const key = keyPem === undefined ? await makeKey() : await readKey(keyPem, keyFile);
    // The key is written first: a start that is cut short between the two goes on with the same key.
    if (keyPem === undefined) await replaceFile(keyFile, await keyText(key), 0o600);
    const certificate =
      certificatePem === undefined
        ? await makeCaCertificate(key, options.clock)
        : readCertificate(certificatePem, certificateFile);
    if (certificatePem === undefined) await replaceFile(certificateFile, `${certificate.toString('pem')}\n`, 0o644);
    if (!new ParsedCertificate(certificate.toString('pem')).checkPrivateKey(KeyObject.from(key.privateKey))) {
      throw new DemarcError('config.unreadable', `${keyFile} is not the key of ${certificateFile}`);
    }
    return new PrivateCa(certificateFile, certificate, key.privateKey, options.clock);
  }

  /** A 90-day client certificate: subject is the gateway, the account stands in the alternative name. */
  issueClient(publicKey: CryptoKey, address: GatewayAddress): Promise<Issued> {
    return this.#issue({
      publicKey,
      commonName: address.gateway,
      names: [{ type: 'url', value: accountUri(address.account) }],
      usage: ExtendedKeyUsage.clientAuth,
      days: CLIENT_DAYS,
    });
  }

  /** A certificate and its new key for the connector's own listener. */
  async issueServer(commonName: string, names: JsonGeneralName[]): Promise<Issued & { key: string }> {
    const pair = await makeKey();
    const issued = await this.#issue({
      publicKey: pair.publicKey,
      commonName,
      names,
      usage: ExtendedKeyUsage.serverAuth,
      days: SERVER_DAYS,
    });
    return { ...issued, key: await keyText(pair) };
  }

  async #issue(wanted: {
    publicKey: CryptoKey;
    commonName: string;
    names: JsonGeneralName[];
    usage: ExtendedKeyUsage;
    days: number;
  }): Promise<Issued> {
    const now = this.#clock.now();
    const certificate = await X509CertificateGenerator.create({
      serialNumber: randomSerial(),
      issuer: this.#parsed.subject,
      subject: [{ CN: [wanted.commonName] }],
      notBefore: new Date(now - BACKDATE_MS),
      notAfter: new Date(now + wanted.days * DAY_MS),
      publicKey: wanted.publicKey,
      signingKey: this.#key,
      signingAlgorithm: SIGNATURE,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([wanted.usage]),
        new SubjectAlternativeNameExtension(wanted.names),
        await SubjectKeyIdentifierExtension.create(wanted.publicKey),
        await AuthorityKeyIdentifierExtension.create(this.#parsed.publicKey),
      ],
    });
    const pem = `${certificate.toString('pem')}\n`;
    return {
      certificate: pem,
      serial: new ParsedCertificate(pem).serialNumber,
      expiresAt: certificate.notAfter.toISOString(),
    };
  }
}

/** 128 bits; positive and without leading zeros in DER, so that every program prints the same 32 digits. */
function randomSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

async function makeKey(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
}

async function keyText(pair: CryptoKeyPair): Promise<string> {
  return `${PemConverter.encode(await crypto.subtle.exportKey('pkcs8', pair.privateKey), 'PRIVATE KEY')}\n`;
}

async function readKey(pem: string, file: string): Promise<CryptoKeyPair> {
  try {
    const key = createPrivateKey(pem);
    const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
    const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
    return {
      privateKey: await crypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), P256, true, ['sign']),
      publicKey: await crypto.subtle.importKey('spki', new Uint8Array(spki), P256, true, ['verify']),
    };
  } catch (error) {
    throw new DemarcError('config.unreadable', file, { cause: error });
  }
}

function readCertificate(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new DemarcError('config.unreadable', file, { cause: error });
  }
}

async function makeCaCertificate(key: CryptoKeyPair, clock: Clock): Promise<X509Certificate> {
  const now = clock.now();
  return X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerial(),
    name: [{ CN: ['Demarc private CA'] }],
    notBefore: new Date(now - BACKDATE_MS),
    notAfter: new Date(now + CA_DAYS * DAY_MS),
    keys: key,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(key.publicKey),
    ],
  });
}
