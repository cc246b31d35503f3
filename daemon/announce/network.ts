import { networkInterfaces } from 'node:os';

/** One card with its addresses; only from its own networks is anything taken. */
export interface Card {
  name: string;
  addresses: readonly { address: string; cidr: string; family: 'IPv4' | 'IPv6' }[];
}

const MOST_CARDS = 16;

/** The cards on which others can be; `only` where the pages listen on one address alone. */
export function cards(only?: string): Card[] {
  return Object.entries(networkInterfaces())
    .map(([name, all = []]) => ({
      name,
      addresses: all
        .filter(({ internal, address, cidr }) => !internal && cidr !== null && (only === undefined || address === only))
        .map(({ address, cidr, family }) => ({ address, cidr: cidr ?? '', family })),
    }))
    .filter(({ addresses }) => addresses.length > 0)
    .slice(0, MOST_CARDS);
}

/** Every address of this machine, those of no network included: what we ourselves say comes back to us. */
export const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address));
