import { hostAndPort } from '../../link/addresses.ts';
import { type Check, NO_CLOUD, ok, skipped } from '../check.ts';
import { openTcp } from '../reach.ts';

/** Whether a TCP connection to the cloud, or to the web proxy in front of it, is accepted. */
export const cloudTcp: Check = {
  id: 'cloud.tcp',
  title: 'TCP connection to the cloud',
  effect: 'The gateway cannot connect to the cloud; what it collects waits on its disk.',
  limitMs: 10_000,
  async run({ cloud }, signal) {
    if (!cloud) return skipped(NO_CLOUD);
    const target = cloud.proxy ?? cloud.url;
    const socket = await openTcp(target, signal);
    socket.destroy();
    const { host, port } = hostAndPort(target);
    return ok(`${cloud.proxy ? 'the proxy ' : ''}${host}:${port} accepts connections`);
  },
};
