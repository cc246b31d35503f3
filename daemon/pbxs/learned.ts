/** Settings that an adapter found out by itself: kept from the first good run, so that they cannot change unnoticed. */
import { isDeepStrictEqual } from 'node:util';
import type { PbxConfig } from '#config/daemon-settings.ts';
import type { GatewayEvent } from '#contract/events.ts';

/** The entry with what was chosen for fields that nobody has set; undefined when there is none. */
export function withLearned(entry: PbxConfig, chosen: Record<string, unknown>): PbxConfig | undefined {
  const fresh = Object.entries(chosen).filter(([name]) => !Object.hasOwn(entry.connection, name));
  if (fresh.length === 0) return undefined;
  return {
    ...entry,
    connection: { ...entry.connection, ...Object.fromEntries(fresh) },
    learned: [...new Set([...entry.learned, ...fresh.map(([name]) => name)])],
  };
}

/** A learned field for which the PBX now suggests something else. */
export interface Difference {
  field: string;
  inForce: unknown;
  proposed: unknown;
}

/** Fields that a person has set or confirmed are not compared: the person knows better. */
export function differences(entry: PbxConfig, proposed: Record<string, unknown> | undefined): Difference[] {
  return entry.learned.flatMap((field) => {
    const [inForce, other] = [entry.connection[field], proposed?.[field]];
    return other === undefined || isDeepStrictEqual(inForce, other) ? [] : [{ field, inForce, proposed: other }];
  });
}

const asText = (value: unknown): string => JSON.stringify(value).slice(0, 1000);

/** The news of a difference: nothing was changed, somebody should look. */
export const differenceEvent = ({ id, name }: PbxConfig, { field, inForce, proposed }: Difference): GatewayEvent => ({
  name: 'pbx.proposal-differs',
  severity: 'warning',
  message: `The PBX now suggests another ${field} than the one that the first sync learned; the old one stays in force. Test the link, and save the one that is right.`,
  asset: { type: 'pbx', id, name },
  details: { field, inForce: asText(inForce), proposed: asText(proposed) },
});
