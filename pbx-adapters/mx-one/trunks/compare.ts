import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { TrunkDiffItem } from '#contract/trunks.ts';
import type { MadeItem, TrunkWrite } from '#pbx-adapters/trunk-provisioner.ts';
import { DESTINATION_SERIES } from '#sip-trunks/plan/mx-one.ts';
import type { Facts } from './facts.ts';
import { canBeSet, isOurs, isSame, matches, standsOn } from './rules.ts';

/** What differs, what would be written for it in order, and what is Demarc's on the PBX afterwards. */
export interface Comparison {
  items: TrunkDiffItem[];
  writes: TrunkWrite[];
  after: MadeItem[];
}

const ROUTE_PARTS = ['route', 'sip-route', 'route-data', 'individuals'] as const;

/**
 * Compares what is wanted (nothing, for a trunk that is to go) with what the PBX shows, by what Demarc has made there.
 * @throws DemarcError `trunk.foreign-route`, `trunk.number-in-use`: then nothing may be written
 */
export async function compare(options: {
  wanted: readonly MadeItem[];
  made: readonly MadeItem[];
  found: (thing: Pick<MadeItem, 'id' | 'wanted'>) => Promise<Facts | null>;
}): Promise<Comparison> {
  const { wanted, made, found } = options;
  await requireOwnRoutes(wanted, made, found);
  // What somebody has taken away is simply not there any more.
  const there: MadeItem[] = [];
  for (const item of made) if ((await found(item)) !== null) there.push(item);
  const items: TrunkDiffItem[] = [];
  const undone = new Set<MadeItem>();
  const set = new Map<MadeItem, MadeItem>();
  const stays = new Set<MadeItem>();
  for (const item of wanted) {
    const facts = await found(item);
    const own = there.find((one) => isSame(one, item));
    const moves = there.some((one) => isMovedFrom(item, one, facts));
    const state = own ? ownState(item, facts) : moves ? 'missing' : foreignState(item, facts);
    items.push({ id: item.id, title: item.title, state, wanted: { ...item.wanted }, found: shown(item, facts) });
    if (state === 'kept') stays.add(item);
    if (state !== 'different' || own === undefined) continue;
    if (canBeSet(item, own)) set.set(item, own);
    else undone.add(own);
  }
  for (const item of there) {
    if (wanted.some((one) => isSame(one, item))) continue;
    undone.add(item);
    const facts = shown(item, await found(item));
    items.push({ id: item.id, title: item.title, state: 'surplus', wanted: null, found: facts });
  }
  for (const item of there) if ([...undone].some((lower) => standsOn(item, lower))) undone.add(item);
  const writes: TrunkWrite[] = there.toReversed().flatMap((item) => (undone.has(item) ? [{ act: 'undo', item }] : []));
  for (const item of wanted) {
    const was = set.get(item);
    const own = there.find((one) => isSame(one, item) && !undone.has(one));
    if (own === undefined) {
      if (!stays.has(item)) writes.push({ act: 'make', item });
    } else if (was !== undefined) writes.push({ act: 'set', item, was });
  }
  return { items, writes, after: wanted.filter((item) => !stays.has(item)) };
}

const ownState = (item: MadeItem, facts: Facts | null) => (matches(item, facts) ? 'same' : 'different');

/** Whether the PBX shows the destination as Demarc made it for another route of its own. */
const isMovedFrom = (item: MadeItem, made: MadeItem, facts: Facts | null): boolean =>
  item.id === 'destination' &&
  made.id === 'destination' &&
  made.wanted['number'] === item.wanted['number'] &&
  made.wanted['route'] === facts?.['route'];

/** Of what Demarc has not made: a number that is there already serves; a destination that leads elsewhere does not. */
function foreignState(item: MadeItem, facts: Facts | null): 'missing' | 'kept' {
  if (facts === null) return 'missing';
  const { number = '', route, series } = facts;
  if (item.id === 'number' && series !== DESTINATION_SERIES) {
    throw new DemarcError('trunk.number-in-use', `${number} is in ${series ?? 'another series'}`);
  }
  if (item.id !== 'destination') return 'kept';
  throw new DemarcError('trunk.number-in-use', `${number} leads to route ${route ?? '?'}`);
}

/** Each route that is touched is either free or ours, by what `sip_route` shows of it. */
async function requireOwnRoutes(
  wanted: readonly MadeItem[],
  made: readonly MadeItem[],
  found: (thing: Pick<MadeItem, 'id' | 'wanted'>) => Promise<Facts | null>,
): Promise<void> {
  const routes = new Set([...wanted, ...made].flatMap(({ wanted: { route } }) => (route === undefined ? [] : [route])));
  for (const route of routes) {
    const parts: string[] = [];
    for (const id of ROUTE_PARTS) if ((await found({ id, wanted: { route } })) !== null) parts.push(id);
    if (parts.length === 0) continue;
    const ours = made.find((item) => item.id === 'sip-route' && item.wanted['route'] === route);
    const sip = await found({ id: 'sip-route', wanted: { route } });
    if (ours && sip && isOurs(ours, sip)) continue;
    const leads = sip?.['uristring0'] ? `, it leads to ${sip['uristring0']}` : '';
    throw new DemarcError('trunk.foreign-route', `route ${route} has ${parts.join(', ')}${leads}`);
  }
}

/** Of what was found, what there is to compare. */
const shown = ({ wanted }: MadeItem, facts: Facts | null): Record<string, string> | null =>
  facts === null ? null : Object.fromEntries(Object.keys(wanted).map((name) => [name, facts[name] ?? '']));
