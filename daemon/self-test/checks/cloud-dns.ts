import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { hostAndPort } from '../../link/addresses.ts';
import { connectionError } from '../../link/connection-errors.ts';
import { type Check, NO_CLOUD, ok, skipped } from '../check.ts';

/** Whether the name of the cloud (or of the web proxy, which then resolves the cloud's) has an address. */
export const cloudDns: Check = {
  id: 'cloud.dns',
  title: 'Name of the cloud',
  effect: 'The gateway cannot connect to the cloud; what it collects waits on its disk.',
  limitMs: 8000,
  async run({ cloud }) {
    if (!cloud) return skipped(NO_CLOUD);
    const { host } = hostAndPort(cloud.proxy ?? cloud.url);
    if (isIP(host) !== 0) return ok(`${host} is an address, nothing to resolve`);
    try {
      const found = await lookup(host, { all: true });
      return ok(`${host} is ${found.map((entry) => entry.address).join(', ')}`);
    } catch (error) {
      throw connectionError(error, { where: host });
    }
  },
};
