import { type Check, NO_CLOUD, ok, skipped } from '../check.ts';
import { openTunnel } from '../reach.ts';

/** Whether the web proxy lets the gateway through to the cloud. */
export const cloudProxy: Check = {
  id: 'cloud.proxy',
  title: 'Web proxy',
  effect: 'The gateway cannot connect to the cloud through this proxy.',
  limitMs: 10_000,
  async run({ cloud }, signal) {
    if (!cloud) return skipped(NO_CLOUD);
    if (!cloud.proxy) return skipped('no web proxy is set; the gateway connects directly');
    const socket = await openTunnel(cloud.proxy, cloud.url, signal);
    socket.destroy();
    return ok(`${cloud.proxy.host} lets connections to ${cloud.url.host} through`);
  },
};
