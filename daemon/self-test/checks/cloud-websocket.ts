import { randomBytes } from 'node:crypto';
import { type Check, NO_CLOUD, ok, problem, skipped } from '../check.ts';
import { exchange, openTls } from '../reach.ts';

/** Whether the way to the cloud lets a WebSocket upgrade through (RFC 6455 section 4.1) and `/mqtt` takes it. */
export const cloudWebSocket: Check = {
  id: 'cloud.websocket',
  title: 'WebSocket to the cloud',
  effect: 'The gateway stays offline: commands do not arrive, and records wait on its disk.',
  limitMs: 12_000,
  async run({ cloud, identity }, signal) {
    if (!cloud) return skipped(NO_CLOUD);
    const socket = await openTls(cloud, { verify: true, identity }, signal);
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-protocol': 'mqtt',
      'sec-websocket-key': randomBytes(16).toString('base64'),
    };
    const answer = await exchange(socket, { url: cloud.url, path: '/mqtt', headers }, signal);
    const status = answer.statusCode ?? 0;
    if (status === 101) return ok(`${cloud.url.host} accepted the WebSocket`);
    if (!identity && (status === 401 || status === 403)) {
      return skipped('the cloud answers; it accepts the WebSocket once this gateway is enrolled');
    }
    return problem('error', 'check.websocket', `${cloud.url.host} answered ${status}`, this.effect);
  },
};
