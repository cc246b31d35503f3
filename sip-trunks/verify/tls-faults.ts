/** Why there is no way to a peer, by what Node and OpenSSL say, as an administrator is told it. */
import type { PeerCertificate } from 'node:tls';
import type { ErrorCode } from '#contract/errors/catalogue.ts';
import type { SipConnectError, SipFailure } from '../client/transport.ts';

/** Parts of the codes: OpenSSL has changed what stands before the name of an alert more than once. */
const BY_CODE: Readonly<Record<string, ErrorCode>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: 'trunk.not-tls',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'trunk.not-tls',
  ERR_SSL_HTTP_REQUEST: 'trunk.not-tls',
  SELF_SIGNED_CERT_IN_CHAIN: 'trunk.ca-unknown',
  UNABLE_TO_GET_ISSUER_CERT: 'trunk.ca-unknown',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'trunk.ca-unknown',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'trunk.certificate-self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'trunk.intermediate-missing',
  CERT_HAS_EXPIRED: 'trunk.certificate-expired',
  CERT_NOT_YET_VALID: 'trunk.certificate-not-yet-valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'trunk.certificate-name',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'trunk.tls-ours-refused',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'trunk.tls-too-old',
  ERR_SSL_VERSION_TOO_LOW: 'trunk.tls-too-old',
  ALERT_CERTIFICATE_REQUIRED: 'trunk.client-certificate-missing',
  ALERT_UNKNOWN_CA: 'trunk.client-certificate-refused',
  ALERT_BAD_CERTIFICATE: 'trunk.client-certificate-refused',
  ALERT_UNSUPPORTED_CERTIFICATE: 'trunk.client-certificate-refused',
  ALERT_CERTIFICATE_EXPIRED: 'trunk.client-certificate-refused',
  ALERT_CERTIFICATE_UNKNOWN: 'trunk.client-certificate-refused',
  ALERT_CERTIFICATE_REVOKED: 'trunk.client-certificate-refused',
};

const BY_FAILURE: Readonly<Record<SipFailure, ErrorCode>> = {
  timeout: 'trunk.port-filtered',
  refused: 'trunk.port-closed',
  unreachable: 'trunk.unreachable',
  closed: 'trunk.connection-lost',
  tls: 'trunk.tls-failed',
  'not-sip': 'trunk.not-sip',
  canceled: 'command.canceled',
};

/** A fault with what was met, for a person. */
export interface Fault {
  code: ErrorCode;
  detail: string;
}

/** When a failure happened: what a broken connection means depends on it. */
interface Circumstances {
  /** With TLS: in the handshake or after it, and nothing had been answered yet. */
  afterHandshake?: boolean;
  /** A request was sent over a way that was open. */
  asked?: boolean;
  /** What the trunk is set to. */
  host: string;
  hasClientCertificate: boolean;
}

/** The fault that a failure of the connection stands for. */
export function connectionFault(error: SipConnectError, met: Circumstances): Fault {
  const code = Object.keys(BY_CODE).find((one) => error.message.includes(one));
  const detail = error.message;
  if (code !== undefined) {
    const known = BY_CODE[code] ?? 'trunk.tls-failed';
    const certificate = error.certificate;
    return { code: known, detail: certificate ? certificateDetail(known, certificate, met.host, code) : detail };
  }
  // A peer that wants a certificate may say no more than that the handshake failed (TLS 1.2).
  if (detail.includes('HANDSHAKE_FAILURE') && !met.hasClientCertificate) {
    return { code: 'trunk.client-certificate-missing', detail: `${detail}; or the two ends have no cipher in common` };
  }
  if (error.failure === 'closed' && met.afterHandshake) {
    return met.hasClientCertificate
      ? { code: 'trunk.closed-after-handshake', detail }
      : {
          code: 'trunk.closed-after-handshake',
          detail: `${detail}; the gateway has no certificate of its own to show`,
        };
  }
  // The step before has shown that the port accepts TCP.
  if (error.failure === 'timeout' && met.afterHandshake && !met.asked) {
    return { code: 'trunk.not-tls', detail: 'it accepts the connection and does not answer the handshake' };
  }
  if (error.failure === 'timeout' && met.asked) return { code: 'trunk.silent', detail };
  return { code: BY_FAILURE[error.failure], detail };
}

function certificateDetail(code: ErrorCode, certificate: PeerCertificate, host: string, raw: string): string {
  if (code === 'trunk.certificate-expired') return `valid until ${certificate.valid_to}`;
  if (code === 'trunk.certificate-not-yet-valid') return `valid from ${certificate.valid_from}`;
  if (code === 'trunk.certificate-name') return `it is for ${namesOf(certificate)}, the trunk is set to ${host}`;
  return `${raw}; issued by ${issuerOf(certificate)}`;
}

const first = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

/** The names in a certificate, shortened. */
export const namesOf = ({ subjectaltname, subject }: PeerCertificate): string =>
  (subjectaltname ?? first(subject?.CN) ?? 'nobody').replaceAll(/(?:DNS|IP Address):/g, '').slice(0, 200);

/** Who signed a certificate. */
export const issuerOf = ({ issuer }: PeerCertificate): string =>
  (first(issuer?.CN) ?? first(issuer?.O) ?? 'an authority without a name').slice(0, 100);
