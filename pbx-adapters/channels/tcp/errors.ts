import type { ErrorCode } from '#contract/errors/catalogue.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';

const byNetworkCode: Readonly<Record<string, ErrorCode>> = {
  ENOTFOUND: 'pbx.unknown-host',
  EAI_AGAIN: 'pbx.unknown-host',
  EAI_NONAME: 'pbx.unknown-host',
  ETIMEDOUT: 'pbx.timeout',
  CERT_HAS_EXPIRED: 'pbx.tls-expired',
  CERT_NOT_YET_VALID: 'pbx.tls-expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'pbx.tls-name',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'pbx.tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'pbx.tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'pbx.tls-untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'pbx.tls-untrusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'pbx.tls-untrusted',
  CERT_SIGNATURE_FAILURE: 'pbx.tls-untrusted',
  CERT_UNTRUSTED: 'pbx.tls-untrusted',
  INVALID_CA: 'pbx.tls-untrusted',
  INVALID_PURPOSE: 'pbx.tls-untrusted',
  CERT_REVOKED: 'pbx.tls-untrusted',
};

/** An error of resolving, connecting or TLS as ours. `otherwise` is for causes that have no entry of their own. */
export function networkError(thrown: unknown, where: string, otherwise: ErrorCode): DemarcError {
  if (thrown instanceof DemarcError) return thrown;
  const cause = thrown instanceof AggregateError && thrown.errors.length > 0 ? (thrown.errors[0] as unknown) : thrown;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const detail = code || (cause instanceof Error ? cause.message : String(cause)).slice(0, 200);
  return new DemarcError(byNetworkCode[code] ?? otherwise, `${where}: ${detail}`, { cause: thrown });
}
