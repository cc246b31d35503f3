import type { X509Certificate } from 'node:crypto';
import { Id } from '#contract/ids.ts';
import type { GatewayAddress } from '#contract/topics.ts';

const ACCOUNT_URI = 'urn:demarc:account:';

/** The name under which a client certificate carries its account (subject alternative name, a URI). */
export const accountUri = (account: string): string => `${ACCOUNT_URI}${account}`;

/**
 * Whose certificate it is: gateway from the common name, account from the one URI. Undefined when it is not the
 * certificate of a gateway. The caller has proven that our CA issued it.
 */
export function gatewayOf(certificate: X509Certificate): GatewayAddress | undefined {
  const gateway = Id.safeParse(/^CN=([^\n]*)$/.exec(certificate.subject)?.[1]);
  const account = Id.safeParse(
    new RegExp(`^URI:${ACCOUNT_URI}([^,\\s]*)$`).exec(certificate.subjectAltName ?? '')?.[1],
  );
  return gateway.success && account.success ? { account: account.data, gateway: gateway.data } : undefined;
}
