import { type Selectable, sql } from 'kysely';
import { type Location, LocationAddress } from '#contract/api/locations.ts';
import type { Tables } from '../store/schema.ts';
import type { ListResource } from './list.ts';
import { packed, unpacked } from './packed.ts';

/** A row of the list of locations. */
export type LocationRow = Selectable<Tables['location']> & {
  account_name: string;
  gateways: string | null;
  ranges: number;
  dids: number;
};

/** The gateways that stand at a location. */
export const gatewaysOf = ({ gateways }: Pick<LocationRow, 'gateways'>): Location['gateways'] =>
  unpacked(gateways).map(([id = '', name = '']) => ({ id, name }));

/** Locations with what refers to them (MVB-7). */
export const locationsList: ListResource = {
  select: sql`l.*, a.name as account_name,
    (select ${packed(sql`g.id`, sql`g.name`)} from gateway_location as w
      inner join gateway as g on g.id = w.gateway_id where w.location_id = l.id and g.released_at is null) as gateways,
    (select count(*) from extension_range as r where r.location_id = l.id) as ranges,
    (select count(*) from did as d where d.location_id = l.id) as dids`,
  from: sql`location as l inner join account as a on a.id = l.account_id`,
  id: 'l.id',
  defaultSort: 'name',
  search: sql`(l.name_lc || ' ' || l.city_lc)`,
  fields: {
    name: { kind: 'text', column: 'l.name_lc', lower: true, sort: true },
    city: { kind: 'text', column: 'l.city_lc', lower: true, sort: true },
    account: { kind: 'word', column: 'l.account_id' },
    accountName: { kind: 'text', column: 'a.name_lc', lower: true, sort: true },
    updatedAt: { kind: 'instant', column: 'l.updated_at', sort: true },
    used: {
      kind: 'computed',
      words: ['yes', 'no'],
      compile: (words) => {
        const used = sql`(exists (select 1 from gateway_location as w inner join gateway as g on g.id = w.gateway_id
            where w.location_id = l.id and g.released_at is null)
          or exists (select 1 from extension_range as r where r.location_id = l.id)
          or exists (select 1 from did as d where d.location_id = l.id))`;
        if (words.length > 1) return sql`1 = 1`;
        return words[0] === 'yes' ? used : sql`not ${used}`;
      },
    },
  },
};

export const locationDto = (row: LocationRow): Location => ({
  id: row.id,
  account: row.account_id,
  accountName: row.account_name,
  name: row.name,
  address: LocationAddress.parse(JSON.parse(row.address)),
  gateways: gatewaysOf(row),
  ranges: row.ranges,
  dids: row.dids,
  updatedAt: row.updated_at,
  etag: `"${row.revision}"`,
});
