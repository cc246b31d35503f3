import { hostAndPort } from '../../link/addresses.ts';
import { type Check, NO_CLOUD, ok, problem, skipped } from '../check.ts';
import { openTls } from '../reach.ts';

const DAY_MS = 86_400_000;
const WARN_DAYS = 14;

/** Whether the cloud's certificate chain, name and dates are right. */
export const cloudTls: Check = {
  id: 'cloud.tls',
  title: 'Certificate of the cloud',
  effect: 'The gateway refuses to connect, because it cannot be sure to whom it would talk.',
  limitMs: 12_000,
  async run({ cloud, clock }, signal) {
    if (!cloud) return skipped(NO_CLOUD);
    const socket = await openTls(cloud, { verify: true }, signal);
    const certificate = socket.getPeerX509Certificate();
    const protocol = socket.getProtocol() ?? 'TLS';
    socket.destroy();
    const { host } = hostAndPort(cloud.url);
    if (!certificate) return problem('error', 'link.tls', `${host} showed no certificate`, this.effect);
    const days = Math.floor((certificate.validToDate.getTime() - clock.now()) / DAY_MS);
    if (days < WARN_DAYS) {
      const effect = 'When it has expired, no gateway can connect any more.';
      return problem('warning', 'check.tls-expiring', `${host}, ${days} days left`, effect);
    }
    return ok(`${host} is trusted, ${protocol}, ${days} days left`);
  },
};
