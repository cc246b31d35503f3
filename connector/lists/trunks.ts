import { type Selectable, sql } from 'kysely';
import { Trunk, TrunkSettings } from '#contract/trunks.ts';
import { PbxType } from '#contract/words.ts';
import type { Tables } from '../store/schema.ts';
import type { ListResource } from './list.ts';

/** A row of the list of trunks, with what is shown of its PBX. */
export type TrunkRow = Selectable<Tables['trunk']> & {
  pbx_name: string;
  pbx_type: string;
  pbx_removed_at: string | null;
  health: string;
};

/** SIP trunks; the search covers the four columns of the table (TRK-9, TRK-13, TRK-14). */
export const trunksList: ListResource = {
  select: sql`t.*, p.name as pbx_name, p.type as pbx_type, p.removed_at as pbx_removed_at,
    (select coalesce(json_group_array(json_object('end', h."end", 'state', h.state, 'since', h.since, 'toldAt', h.told_at)), '[]')
      from trunk_health as h where h.trunk_id = t.id) as health`,
  from: sql`trunk as t inner join pbx as p on p.id = t.pbx_id`,
  id: 't.id',
  defaultSort: 'name',
  search: sql`(t.name_lc || ' ' || t.port || ' ' || lower(p.name) || ' ' || p.type || ' ' || t.host_lc)`,
  fields: {
    name: { kind: 'text', column: 't.name_lc', lower: true, sort: true },
    port: { kind: 'number', column: 't.port', sort: true },
    pbxName: { kind: 'text', column: 'p.name', sort: true },
    pbxType: { kind: 'word', column: 'p.type', words: PbxType.options, sort: true },
    host: { kind: 'text', column: 't.host_lc', lower: true, sort: true },
    gateway: { kind: 'word', column: 't.gateway_id' },
    pbx: { kind: 'word', column: 't.pbx_id' },
    createdAt: { kind: 'instant', column: 't.created_at', sort: true },
  },
};

export const trunkSettings = (row: Pick<TrunkRow, 'settings'>): TrunkSettings =>
  TrunkSettings.parse(JSON.parse(row.settings));

export const trunkDto = (row: TrunkRow): Trunk =>
  Trunk.parse({
    ...trunkSettings(row),
    id: row.id,
    account: row.account_id,
    gateway: row.gateway_id,
    pbxName: row.pbx_name,
    pbxType: row.pbx_type,
    pbxRemoved: row.pbx_removed_at !== null,
    health: JSON.parse(row.health),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    etag: `"${row.revision}"`,
  });
