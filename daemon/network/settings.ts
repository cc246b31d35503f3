import { isIP, isIPv4 } from 'node:net';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { NetworkSettings } from '#contract/wizard/network.ts';

/** An IPv4 address as a number. */
const numberOf = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const textOf = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

const refuse = (detail: string): never => {
  throw new DemarcError('network.invalid', detail);
};

/** What no host on a network can have. */
const SPECIAL: readonly (readonly [first: string, last: string, what: string])[] = [
  ['0.0.0.0', '0.255.255.255', 'means no address'],
  ['127.0.0.0', '127.255.255.255', 'is the loopback of each host'],
  ['169.254.0.0', '169.254.255.255', 'is given by itself where nothing else is (link-local)'],
  ['224.0.0.0', '239.255.255.255', 'is for multicast'],
  ['240.0.0.0', '255.255.255.255', 'is reserved'],
];

function requireHost(label: string, address: string): void {
  const value = numberOf(address);
  const special = SPECIAL.find(([first, last]) => value >= numberOf(first) && value <= numberOf(last));
  if (special) refuse(`${label} ${address} ${special[2]}`);
}

/** Address and prefix, apart. @throws DemarcError `network.invalid` */
export function splitAddress(text: string): { address: string; prefix: number } {
  const [, address = '', digits = ''] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  if (!isIPv4(address)) return refuse(`the address ${text} must be like 192.0.2.10/24, with the prefix of the network`);
  const prefix = Number(digits);
  if (prefix < 8 || prefix > 30) refuse(`the prefix /${digits} must be from /8 to /30`);
  return { address, prefix };
}

/**
 * Whether the settings can work at all; what cannot is named. `taken` are addresses that this host has on other ports.
 * @throws DemarcError `network.invalid`
 */
export function checkSettings(settings: NetworkSettings, taken: readonly string[]): void {
  if (settings.method === 'dhcp') return;
  const { address, prefix } = splitAddress(settings.address);
  requireHost('the address', address);
  const size = 2 ** (32 - prefix);
  const network = Math.floor(numberOf(address) / size) * size;
  const broadcast = network + size - 1;
  const named = `${textOf(network)}/${prefix}`;
  if (numberOf(address) === network) refuse(`the address ${address} is that of the network ${named} itself`);
  if (numberOf(address) === broadcast) refuse(`the address ${address} is the broadcast address of ${named}`);
  if (taken.includes(address)) refuse(`the address ${address} is on another port of this gateway already`);
  const { gateway, dns } = settings;
  if (gateway !== undefined) {
    if (!isIPv4(gateway)) refuse(`the gateway ${gateway} is not an IPv4 address`);
    const value = numberOf(gateway);
    if (gateway === address) refuse(`the gateway ${gateway} is the port’s own address`);
    if (value < network || value > broadcast) refuse(`the gateway ${gateway} is outside of the network ${named}`);
    if (value === network || value === broadcast) refuse(`the gateway ${gateway} is no host of the network ${named}`);
  }
  for (const server of dns) {
    if (isIP(server) === 0) refuse(`the name server ${server} is not an IP address`);
    if (isIPv4(server) && !server.startsWith('127.')) requireHost('the name server', server);
  }
  if (new Set(dns).size !== dns.length) refuse('a name server is named twice');
}
