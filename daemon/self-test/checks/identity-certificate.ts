import { X509Certificate } from 'node:crypto';
import { type Check, ok, problem, skipped } from '../check.ts';
import { clockOffset } from './cloud-clock.ts';

const DAY_MS = 86_400_000;
/** Renewal begins at two thirds of 90 days; with fewer days left than this it has failed for over a week. */
const WARN_DAYS = 21;

/**
 * How long the gateway's own certificate is still valid. Before it is said to have expired the cloud is asked for the
 * time: a wrong clock must not send anybody to enrol again.
 */
export const identityCertificate: Check = {
  id: 'identity.certificate',
  title: 'Certificate of this gateway',
  effect: 'After its expiry the cloud refuses this gateway until it is enrolled again.',
  limitMs: 12_000,
  async run({ identity, clock, cloud }, signal) {
    if (!identity) return skipped('this gateway is not enrolled yet');
    const certificate = new X509Certificate(identity.certificate);
    let left = certificate.validToDate.getTime() - clock.now();
    const until = certificate.validToDate.toISOString().slice(0, 10);
    if (left <= 0 && cloud) {
      const offset = await clockOffset(cloud, clock, signal).catch(() => undefined);
      if (offset === undefined) {
        const detail = `by this clock it ended on ${until}, but the cloud could not be asked for the time`;
        return problem('warning', 'check.clock', detail, this.effect);
      }
      left += offset;
    }
    if (left <= 0) return problem('error', 'identity.expired', `since ${until}`, this.effect);
    const days = Math.floor(left / DAY_MS);
    if (days < WARN_DAYS) {
      return problem('warning', 'check.certificate-expiring', `${days} days left`, this.effect);
    }
    return ok(`valid until ${until}, ${days} days left`);
  },
};
