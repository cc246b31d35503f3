import { connect, type PeerCertificate } from 'node:tls';
import type { CertificateEvidence, Evidence } from '../evidence.ts';
import type { HostSignal } from './signal.ts';

const LIMIT_MS = 3000;

/** A certificate is only looked at here, never trusted; systems of this age may speak no more than TLS 1.0. */
export const LOOK_ONLY = { rejectUnauthorized: false, minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;

/** The names of a certificate as evidence; undefined when the peer showed none. */
export function certificateEvidence(
  address: string,
  port: number,
  certificate: PeerCertificate,
): CertificateEvidence | undefined {
  if (!certificate.fingerprint256) return undefined;
  const expires = Date.parse(certificate.valid_to);
  return {
    signal: 'certificate',
    address,
    port,
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    fingerprint: certificate.fingerprint256,
    ...(Number.isNaN(expires) ? {} : { expiresAt: new Date(expires).toISOString() }),
  };
}

function nameOf(name: PeerCertificate['subject'] | undefined): string {
  const parts = Object.entries(name ?? {}).map(([key, value]) => `${key}=${[value].flat().join('+')}`);
  return (parts.join(', ') || 'nobody').slice(0, 200);
}

/** TLS ports whose protocol is not ours: the handshake alone shows the certificate. */
export const certificateSignal: HostSignal = {
  name: 'certificate',
  async *probe({ address, open }, context): AsyncIterable<Evidence> {
    for (const port of context.ports.tls) {
      if (!open.has(port)) continue;
      await context.take();
      const certificate = await shake(address, port, context.signal);
      const evidence = certificate && certificateEvidence(address, port, certificate);
      if (evidence) yield evidence;
    }
  },
};

function shake(host: string, port: number, signal: AbortSignal): Promise<PeerCertificate | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, ...LOOK_ONLY });
    const end = (certificate?: PeerCertificate) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(certificate);
    };
    const onAbort = () => end();
    const timer = setTimeout(onAbort, LIMIT_MS);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('secureConnect', () => end(socket.getPeerCertificate()));
    socket.on('error', onAbort);
  });
}
