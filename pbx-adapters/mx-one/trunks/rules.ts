/** Which differences count, what belongs to Demarc, and what stands on what. Pure. */
import type { MadeItem } from '#pbx-adapters/trunk-provisioner.ts';
import { MX_ONE_CHANGES } from '#sip-trunks/plan/mx-one.ts';
import type { Facts } from './facts.ts';

/** What of `sip_route` tells a route of ours from one that somebody else made under its number. */
const IDENTITY = ['uristring0', 'match'] as const;

const ORDER: readonly string[] = MX_ONE_CHANGES;
const IN_ROUTE: ReadonlySet<string> = new Set(['route', 'sip-route', 'route-data', 'individuals', 'destination']);
const OF_NUMBER: ReadonlySet<string> = new Set(['number', 'number-length', 'destination']);

type Thing = Pick<MadeItem, 'id' | 'wanted'>;

/** Whether the PBX shows all of it as it is wanted; what it shows besides does not matter. */
export const matches = ({ wanted }: Thing, found: Facts | null): boolean =>
  found !== null && Object.entries(wanted).every(([name, value]) => found[name] === value);

/** Whether what the PBX shows is still what was made as `item`, even where a detail was changed. */
export function isOurs(item: Thing, found: Facts): boolean {
  if (item.id === 'sip-route') return IDENTITY.every((name) => found[name] === item.wanted[name]);
  return item.id === 'destination' || item.id === 'number' ? matches(item, found) : true;
}

/** Whether it is not on the PBX any more, as made by Demarc. */
export const isGone = (item: Thing, found: Facts | null): boolean => found === null || !isOurs(item, found);

/** Whether both are the same thing of the PBX, however it is set. */
export const isSame = (a: Thing, b: Thing): boolean =>
  a.id === b.id &&
  (!IN_ROUTE.has(a.id) || a.wanted['route'] === b.wanted['route']) &&
  (!OF_NUMBER.has(a.id) || a.wanted['number'] === b.wanted['number']);

/** Whether `upper` stands on `lower` and so has to be undone before it. */
export function standsOn(upper: Thing, lower: Thing): boolean {
  if (ORDER.indexOf(upper.id) <= ORDER.indexOf(lower.id)) return false;
  const both = (names: ReadonlySet<string>) => names.has(upper.id) && names.has(lower.id);
  return (
    (both(IN_ROUTE) && upper.wanted['route'] === lower.wanted['route']) ||
    (both(OF_NUMBER) && upper.wanted['number'] === lower.wanted['number'])
  );
}

/** Whether a thing can be set anew in place: the same options with other values. An option cannot be taken away. */
export const canBeSet = (item: Thing, was: Thing): boolean =>
  item.id === 'sip-route' && Object.keys(item.wanted).sort().join() === Object.keys(was.wanted).sort().join();
