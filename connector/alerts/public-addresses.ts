import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { DemarcError } from '#contract/errors/demarc-error.ts';

/** Not of the public Internet, or of no single host: IANA special-purpose registry for IPv4 (RFC 6890) and multicast. */
const SPECIAL_V4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;
/** Of IPv6 only global unicast is public at all; within it these lead elsewhere (Teredo, documentation, 6to4). */
const GLOBAL_V6 = ['2000::', 3] as const;
const SPECIAL_V6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const;

const special = new BlockList();
for (const [net, bits] of SPECIAL_V4) special.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of SPECIAL_V6) special.addSubnet(net, bits, 'ipv6');
const global = new BlockList();
global.addSubnet(...GLOBAL_V6, 'ipv6');

/** Whether an address is one of the public Internet. What is no address is not. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special.check(address, 'ipv4');
    case 6:
      return global.check(address, 'ipv6') && !special.check(address, 'ipv6');
    default:
      return false;
  }
}

/**
 * The addresses of a host name or literal that may be dialled. One address that is not public condemns them all: such an
 * answer is a mistake or an attack (DNS rebinding).
 * @throws DemarcError `alert.webhook-private`, `alert.webhook-unreachable`
 */
export async function dialable(host: string, allowPrivate: boolean): Promise<{ address: string; family: number }[]> {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(bare);
  const found =
    family === 0
      ? await lookup(bare, { all: true }).catch((error: unknown) => {
          throw new DemarcError('alert.webhook-unreachable', `${bare} has no address`, { cause: error });
        })
      : [{ address: bare, family }];
  if (!allowPrivate && !found.every(({ address }) => isPublicAddress(address))) {
    throw new DemarcError('alert.webhook-private', bare);
  }
  return found;
}
