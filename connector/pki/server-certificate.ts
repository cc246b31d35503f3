import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { readFileIfThere, replaceFile } from '#config/atomic-file.ts';
import type { Clock } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { PrivateCa } from './private-ca.ts';

const RENEW_BEFORE_MS = 30 * 86_400_000;

/** What the listener shows: certificate chain and key, both PEM. */
export interface ServerIdentity {
  cert: string;
  key: string;
}

/**
 * The certificate of the listener: the operator's files when given, else one from the private CA, kept in the data
 * folder and issued anew when it ends within 30 days, lacks a name, or is from another CA.
 * @throws DemarcError `config.unreadable`, `config.invalid`
 */
export async function serverIdentity(options: {
  ca: PrivateCa;
  folder: string;
  clock: Clock;
  /** Host names and addresses under which we are reached. */
  hosts: readonly string[];
  files?: { cert: string; key: string };
}): Promise<ServerIdentity> {
  if (options.files) return { cert: await mustRead(options.files.cert), key: await mustRead(options.files.key) };
  const file = join(options.folder, 'server.pem');
  const hosts = [...new Set(options.hosts)];
  const known = await readFileIfThere(file);
  if (known !== undefined && stillGood(known, hosts, options)) return split(known);
  const issued = await options.ca.issueServer(
    hosts[0] ?? 'localhost',
    hosts.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const),
  );
  // One file for both, so that they are replaced together.
  const text = `${issued.certificate}${issued.key}`;
  await replaceFile(file, text, 0o600);
  return { cert: `${issued.certificate}${options.ca.certificate}`, key: issued.key };

  function split(text: string): ServerIdentity {
    const [cert = '', key = ''] = text.split(/(?=-----BEGIN PRIVATE KEY-----)/);
    return { cert: `${cert}${options.ca.certificate}`, key };
  }
}

function stillGood(pem: string, hosts: readonly string[], { ca, clock }: { ca: PrivateCa; clock: Clock }): boolean {
  try {
    const certificate = new X509Certificate(pem);
    const names = (host: string) =>
      isIP(host) === 0
        ? certificate.checkHost(host.replace(/^\*/, 'any'), { subject: 'never' })
        : certificate.checkIP(host);
    return (
      pem.includes('-----BEGIN PRIVATE KEY-----') &&
      certificate.verify(new X509Certificate(ca.certificate).publicKey) &&
      Date.parse(certificate.validTo) - clock.now() > RENEW_BEFORE_MS &&
      Date.parse(certificate.validFrom) <= clock.now() &&
      hosts.every((host) => names(host) !== undefined)
    );
  } catch {
    // A damaged file is replaced like an old one: the gateways trust the CA, not this certificate.
    return false;
  }
}

async function mustRead(file: string): Promise<string> {
  const text = await readFileIfThere(file);
  if (text === undefined) throw new DemarcError('config.unreadable', file);
  return text;
}
