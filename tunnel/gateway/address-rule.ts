import { BlockList, isIP, isIPv6 } from 'node:net';

/** Nobody's console is at these, whatever the configuration says. */
const NEVER = new BlockList();
NEVER.addSubnet('0.0.0.0', 8, 'ipv4');
NEVER.addSubnet('224.0.0.0', 4, 'ipv4');
NEVER.addSubnet('240.0.0.0', 4, 'ipv4');
NEVER.addAddress('::', 'ipv6');
NEVER.addSubnet('ff00::', 8, 'ipv6');

/** This machine itself, its neighbours without an address, and where clouds keep the secrets of their machines. */
const DECLARED_ONLY = new BlockList();
DECLARED_ONLY.addSubnet('127.0.0.0', 8, 'ipv4');
DECLARED_ONLY.addSubnet('169.254.0.0', 16, 'ipv4');
DECLARED_ONLY.addAddress('100.100.100.200', 'ipv4');
DECLARED_ONLY.addAddress('168.63.129.16', 'ipv4');
DECLARED_ONLY.addAddress('::1', 'ipv6');
DECLARED_ONLY.addSubnet('fe80::', 10, 'ipv6');
DECLARED_ONLY.addAddress('fd00:ec2::254', 'ipv6');

/** The address without zone and without the IPv6 clothes of an IPv4 address; undefined when it is none. */
export function plainAddress(address: string): string | undefined {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (isIP(bare) === 0) return undefined;
  if (!isIPv6(bare)) return bare;
  const full = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const mapped = /^::(?:ffff:)?([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(full);
  if (mapped === null) return full;
  const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)];
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

/**
 * Whether the gateway may connect to this concrete address for a service that was entered as `host`. A name never leads
 * to the machine itself, a link-local address or a cloud's own services; who means these has to enter the address.
 */
export function mayDial(address: string, host: string): boolean {
  const plain = plainAddress(address);
  if (plain === undefined) return false;
  const family = isIPv6(plain) ? 'ipv6' : 'ipv4';
  if (NEVER.check(plain, family)) return false;
  return !DECLARED_ONLY.check(plain, family) || plainAddress(host) === plain;
}
