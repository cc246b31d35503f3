import { ulid } from 'ulid';
import type { LaunchPort } from '#connector/api/options.ts';

const NOW = Date.parse('2026-06-15T10:00:00.000Z');
const at = new Date(NOW).toISOString();

/** A desk whose gateways let everybody in: the relay itself is tried in test/e2e/launch.test.ts. */
export const openDesk: LaunchPort = {
  issue: async ({ account, input, person }) => ({
    launch: {
      id: ulid(NOW),
      account,
      gateway: input.gateway,
      tunnel: input.tunnel,
      name: 'PBX 1',
      person: person.id,
      personName: person.name,
      reason: input.reason,
      state: 'waiting',
      createdAt: at,
      expiresAt: at,
      endedAt: null,
      endReason: null,
      endedBy: null,
      requests: 0,
      bytesUp: 0,
      bytesDown: 0,
    },
    url: 'https://demarc.example/launch#token',
    redeemUntil: at,
  }),
  redeem: () => ({
    url: 'https://x.launch.demarc.example/',
    host: 'x.launch.demarc.example',
    ticket: 't',
    scheme: 'https',
  }),
  end: () => true,
};
