/** From the name of a peer to the addresses to try, in their order (RFC 3263 section 4). */
import { isIP } from 'node:net';
import type { Random } from '#config/clock.ts';
import type { SipTarget, Transport } from '../client/transport.ts';
import type { Dns, Naptr, Srv } from './dns.ts';

interface ResolveOptions {
  host: string;
  /** With a port only the address is looked for. */
  port?: number;
  /** Without one NAPTR decides. */
  transport?: Transport;
  dns: Dns;
  random: Random;
}

/** What to try, and how it was found, for a person. */
export interface Resolved {
  targets: SipTarget[];
  /** Such as `_sips._tcp.example.com: sbc1.example.com:5061 (priority 10, weight 60)`. */
  records: string[];
  /** DNS says in so many words that there is no such service (RFC 2782: a target of "."). */
  isRefused: boolean;
}

/** `SIPS+D2T` is TLS (RFC 3263 section 4.1). */
const SERVICES: Readonly<Record<string, Transport>> = { 'SIP+D2U': 'udp', 'SIP+D2T': 'tcp', 'SIPS+D2T': 'tls' };
const SRV_NAMES: Readonly<Record<Transport, string>> = { udp: '_sip._udp.', tcp: '_sip._tcp.', tls: '_sips._tcp.' };
const MOST_SERVERS = 16;
const MOST_TARGETS = 32;

/** The port of a transport when nobody names one (RFC 3261 section 19.1.2). */
const defaultPort = (transport: Transport): number => (transport === 'tls' ? 5061 : 5060);

/**
 * The addresses of a peer, those that DNS prefers first; none when the name leads nowhere. The name to be found in a
 * certificate is always the one that was asked for (RFC 5922 section 4).
 * @throws Error with the code of node:dns when the name servers fail
 */
export async function resolveTargets({ host, port, transport, dns, random }: ResolveOptions): Promise<Resolved> {
  const name = host.replace(/^\[|\]$/g, '');
  if (isIP(name)) {
    const over = transport ?? 'udp';
    const target = { transport: over, address: name, port: port ?? defaultPort(over), name };
    return { targets: [target], records: [], isRefused: false };
  }
  if (port !== undefined) return atPort(name, port, transport ?? 'udp', dns);
  const records: string[] = [];
  const services = await servicesOf(name, transport, dns, records);
  const targets: SipTarget[] = [];
  let isRefused = false;
  for (const { transport: over, srvName } of services) {
    const found = (await dns.srv(srvName)).slice(0, MOST_SERVERS);
    const servers = byPriorityAndWeight(found, random);
    if (found.length > 0 && found.every(({ name: to }) => to === '' || to === '.')) isRefused = true;
    for (const server of servers) {
      records.push(`${srvName}: ${server.name}:${server.port} (priority ${server.priority}, weight ${server.weight})`);
      for (const address of await dns.addresses(server.name)) {
        targets.push({ transport: over, address, port: server.port, name });
      }
    }
  }
  if (targets.length > 0 || isRefused) return { targets: targets.slice(0, MOST_TARGETS), records, isRefused };
  const over = transport ?? 'udp';
  const plain = await atPort(name, defaultPort(over), over, dns);
  return { ...plain, records: [...records, ...plain.records] };
}

async function atPort(name: string, port: number, transport: Transport, dns: Dns): Promise<Resolved> {
  const addresses = (await dns.addresses(name)).slice(0, MOST_TARGETS);
  return {
    targets: addresses.map((address) => ({ transport, address, port, name })),
    records: addresses.length > 0 ? [`${name}: ${addresses.join(', ')}`] : [],
    isRefused: false,
  };
}

/** The SRV names to ask, by NAPTR; without NAPTR records those of the transport, or all of them. */
async function servicesOf(
  name: string,
  transport: Transport | undefined,
  dns: Dns,
  records: string[],
): Promise<{ transport: Transport; srvName: string }[]> {
  const usable = (await dns.naptr(name))
    .flatMap((naptr) => {
      const over = SERVICES[naptr.service.toUpperCase()];
      return over !== undefined && naptr.flags.toLowerCase() === 's' ? [{ ...naptr, transport: over }] : [];
    })
    .filter((naptr) => transport === undefined || naptr.transport === transport)
    .toSorted(byOrder)
    .slice(0, MOST_SERVERS);
  if (usable.length > 0) {
    records.push(...usable.map(({ service, replacement }) => `${name}: NAPTR ${service} ${replacement}`));
    return usable.map((naptr) => ({ transport: naptr.transport, srvName: naptr.replacement }));
  }
  const transports: readonly Transport[] = transport === undefined ? ['tls', 'tcp', 'udp'] : [transport];
  return transports.map((over) => ({ transport: over, srvName: `${SRV_NAMES[over]}${name}` }));
}

const byOrder = (a: Naptr, b: Naptr): number => a.order - b.order || a.preference - b.preference;

/** RFC 2782: the lowest priority first; within one, chance by weight, those without weight last but not never. */
export function byPriorityAndWeight(servers: readonly Srv[], random: Random): Srv[] {
  const left = servers.filter(({ name }) => name !== '' && name !== '.');
  const ordered: Srv[] = [];
  const priorities = [...new Set(left.map(({ priority }) => priority))].toSorted((a, b) => a - b);
  for (const priority of priorities) {
    const group = left.filter((server) => server.priority === priority).toSorted((a, b) => a.weight - b.weight);
    while (group.length > 0) {
      const total = group.reduce((sum, { weight }) => sum + weight, 0);
      const drawn = Math.floor(random() * (total + 1));
      let sum = 0;
      const index = group.findIndex(({ weight }) => (sum += weight) >= drawn);
      ordered.push(...group.splice(Math.max(0, index), 1));
    }
  }
  return ordered;
}
