import { isIPv4 } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import { DemarcError } from '#contract/errors/demarc-error.ts';

export const MOST_ADDRESSES = 4096;
/** The widest part of an own network that is searched without being asked for. */
const OWN_PREFIX = 22;

/** A range of IPv4 addresses; `first` and `last` are those that are searched. */
export interface Range {
  cidr: string;
  first: number;
  last: number;
}

/** A network that this gateway is part of: its hosts answer ARP. */
export interface OwnNetwork {
  /** Our address in it. */
  address: string;
  /** Of our network card there, as `08:00:0f:12:34:56`. */
  mac: string;
  base: number;
  mask: number;
}

/** Where a search may send packets; it never sends one elsewhere. */
export interface Scope {
  ranges: Range[];
  notes: string[];
}

export const toNumber = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

export const toAddress = (number: number): string => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');

const maskOf = (prefix: number): number => (prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0);

const rangeOf = (base: number, prefix: number): Range => {
  const last = (base | ~maskOf(prefix)) >>> 0;
  // Network and broadcast address are nobody's (RFC 1812), but for point-to-point links (RFC 3021).
  const edge = prefix <= 30 ? 1 : 0;
  return { cidr: `${toAddress(base)}/${prefix}`, first: base + edge, last: last - edge };
};

/** One range as people write it; an address alone is a range of one. @throws DemarcError `discovery.bad-range` */
export function parseCidr(text: string): Range {
  const found = /^(\d+\.\d+\.\d+\.\d+)(?:\/(\d{1,2}))?$/.exec(text.trim());
  const address = found?.[1] ?? '';
  const prefix = Number(found?.[2] ?? 32);
  if (!isIPv4(address) || prefix > 32) throw new DemarcError('discovery.bad-range', text.slice(0, 64));
  const base = (toNumber(address) & maskOf(prefix)) >>> 0;
  const range = rangeOf(base, prefix);
  const isNoHost = base < 0x01000000 || range.last >= 0xe0000000;
  if (isNoHost) throw new DemarcError('discovery.bad-range', `${text.slice(0, 64)} holds no addresses of hosts`);
  return range;
}

/** Own IPv4 networks; loopback and link-local ones are none to search. */
export function ownNetworks(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): OwnNetwork[] {
  return Object.values(interfaces)
    .flatMap((infos) => infos ?? [])
    .filter((info) => info.family === 'IPv4' && !info.internal && !info.address.startsWith('169.254.'))
    .map(({ address, mac, netmask }) => {
      const mask = toNumber(netmask);
      return { address, mac, mask, base: (toNumber(address) & mask) >>> 0 };
    });
}

/**
 * What is searched: the ranges that were asked for, else the own networks, of which no more than the /22 around our
 * address. Overlaps count once.
 * @throws DemarcError `discovery.bad-range`, `discovery.too-many-addresses`, `discovery.no-network`
 */
export function scopeOf(cidrs: readonly string[] | undefined, own: readonly OwnNetwork[]): Scope {
  const notes: string[] = [];
  const asked = cidrs?.length ? cidrs.map(parseCidr) : own.map((network) => ownRange(network, notes));
  if (asked.length === 0) throw new DemarcError('discovery.no-network');
  const ranges: Range[] = [];
  for (const range of asked.toSorted((a, b) => a.first - b.first || b.last - a.last)) {
    const before = ranges.at(-1);
    if (before === undefined || range.first > before.last) ranges.push(range);
    else if (range.last > before.last) ranges.push({ ...range, first: before.last + 1 });
  }
  const count = countOf(ranges);
  if (count > MOST_ADDRESSES) throw new DemarcError('discovery.too-many-addresses', `${count}`);
  return { ranges, notes };
}

function ownRange({ address, mask }: OwnNetwork, notes: string[]): Range {
  const prefix = 32 - Math.log2((~mask >>> 0) + 1);
  const narrowed = Math.max(prefix, OWN_PREFIX);
  const range = rangeOf((toNumber(address) & maskOf(narrowed)) >>> 0, narrowed);
  if (narrowed !== prefix) notes.push(`Of the own network ${address}/${prefix} only ${range.cidr} is searched.`);
  return range;
}

export const countOf = (ranges: readonly Range[]): number =>
  ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);

export function* addressesOf(ranges: readonly Range[]): Iterable<string> {
  for (const { first, last } of ranges) for (let at = first; at <= last; at += 1) yield toAddress(at);
}

export const isInside = (ranges: readonly Range[], address: string): boolean => {
  const number = toNumber(address);
  return isIPv4(address) && ranges.some(({ first, last }) => number >= first && number <= last);
};

/** The own network that reaches the address without a router; our own address is not on the link. */
export const onLink = (own: readonly OwnNetwork[], address: string): OwnNetwork | undefined => {
  if (own.some((network) => network.address === address)) return undefined;
  const number = toNumber(address);
  return own.find(({ base, mask }) => (number & mask) >>> 0 === base);
};
