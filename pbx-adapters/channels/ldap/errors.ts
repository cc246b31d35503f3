import type { ErrorCode } from '#contract/errors/catalogue.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';

/** LDAP result codes (RFC 4511 appendix A) that have an entry of their own; all others are `ldap.refused`. */
const byResultCode: Readonly<Record<number, ErrorCode>> = {
  2: 'ldap.protocol',
  3: 'pbx.timeout',
  4: 'ldap.size-limit',
  8: 'ldap.tls-required',
  10: 'ldap.referral',
  11: 'ldap.size-limit',
  13: 'ldap.tls-required',
  32: 'ldap.base-missing',
  49: 'pbx.bad-credentials',
  50: 'ldap.no-access',
  51: 'pbx.timeout',
  52: 'pbx.unreachable',
};

/** A result that is not success as ours, with the server's own words. */
export function resultError(result: { code: number; text: string; referrals: readonly string[] }): DemarcError {
  if (result.code === 10) return referralError(result.referrals);
  const detail = [`result ${result.code}`, result.text].filter(Boolean).join(': ');
  return new DemarcError(byResultCode[result.code] ?? 'ldap.refused', detail);
}

/** Names the host that the directory points at. */
export function referralError(urls: readonly string[]): DemarcError {
  const hosts = urls.map((url) => (URL.canParse(url) ? new URL(url).host || url : url).slice(0, 200));
  return new DemarcError(
    'ldap.referral',
    hosts.length > 0 ? `to ${[...new Set(hosts)].join(', ')}` : 'to nowhere named',
  );
}
