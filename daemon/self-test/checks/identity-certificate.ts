import { X509Certificate } from 'node:crypto';
import { type Check, ok, problem, skipped } from '../check.ts';

const DAY_MS = 86_400_000;
/** Renewal begins at two thirds of 90 days; with fewer days left than this it has failed for over a week. */
const WARN_DAYS = 21;

/** How long the gateway's own certificate is still valid. */
export const identityCertificate: Check = {
  id: 'identity.certificate',
  title: 'Certificate of this gateway',
  effect: 'After its expiry the cloud refuses this gateway until it is enrolled again.',
  limitMs: 2000,
  async run({ identity, clock }) {
    if (!identity) return skipped('this gateway is not enrolled yet');
    const certificate = new X509Certificate(identity.certificate);
    const left = certificate.validToDate.getTime() - clock.now();
    const until = certificate.validToDate.toISOString().slice(0, 10);
    if (left <= 0) return problem('error', 'identity.expired', `since ${until}`, this.effect);
    const days = Math.floor(left / DAY_MS);
    if (days < WARN_DAYS) {
      return problem('warning', 'check.certificate-expiring', `${days} days left`, this.effect);
    }
    return ok(`valid until ${until}, ${days} days left`);
  },
};
