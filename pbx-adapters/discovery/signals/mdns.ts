import makeMdns from 'multicast-dns';
import type { MdnsEvidence } from '../evidence.ts';
import { type OwnNetwork, toNumber } from '../targets.ts';
import type { SignalContext } from './signal.ts';

/** Services that the systems we look for could announce; none is known to, so that nothing depends on this signal. */
const SERVICES = ['_sip._udp', '_sip._tcp', '_sips._tcp', '_http._tcp', '_https._tcp', '_ldap._tcp', '_ssh._tcp'].map(
  (service) => `${service}.local`,
);
/** More than this from one address is a flood, not an announcement. */
const MOST_PER_ADDRESS = 16;

/**
 * Asks twice what is announced on each own network (RFC 6763) and listens until the signal ends. A socket hears every
 * network of the machine, so that answers are taken only from the network that was asked.
 */
export async function browse(
  networks: readonly OwnNetwork[],
  context: SignalContext,
  onFound: (evidence: MdnsEvidence) => void,
  wait: (ms: number) => Promise<void>,
): Promise<string[]> {
  if (networks.length === 0) return [];
  const problems: string[] = [];
  const counts = new Map<string, number>();
  const sockets = networks.map((network) => {
    const socket = makeMdns({ interface: network.address, bind: '0.0.0.0', loopback: false });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      problems.push(`No mDNS on ${network.address}: ${error.code ?? error.message}.`);
    });
    socket.on('warning', () => undefined);
    socket.on('response', (response, { address }) => {
      const isFromThere = (toNumber(address) & network.mask) >>> 0 === network.base;
      if (!isFromThere || address === network.address) return;
      for (const record of [...(response.answers ?? []), ...(response.additionals ?? [])]) {
        if (record.type !== 'PTR' || !SERVICES.includes(record.name) || typeof record.data !== 'string') continue;
        const count = (counts.get(address) ?? 0) + 1;
        counts.set(address, count);
        if (count > MOST_PER_ADDRESS) return;
        const instance = record.data.slice(0, 200).replace(`.${record.name}`, '');
        onFound({ signal: 'mdns', address, service: record.name.replace('.local', ''), instance });
      }
    });
    return socket;
  });
  try {
    for (let round = 0; round < 2; round += 1) {
      for (const socket of sockets) {
        await context.take();
        socket.query({ questions: SERVICES.map((name) => ({ name, type: 'PTR' })) });
      }
      await wait(1000);
    }
  } finally {
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.destroy(() => resolve()))));
  }
  return problems;
}
