import { type Selectable, sql } from 'kysely';
import { type Did, DidType, type ExtensionRange, NumberSource } from '#contract/api/numbers.ts';
import { PbxType } from '#contract/words.ts';
import { sizeOf } from '../numbers/ends.ts';
import type { Tables } from '../store/schema.ts';
import type { Condition, Field, FieldTable } from './fields.ts';
import type { ListResource } from './list.ts';
import { packed, unpacked } from './packed.ts';

interface Joined {
  account_name: string;
  pbx_name: string;
  pbx_type: string;
  location_name: string | null;
  conflicts: string | null;
}

/** A row of the list of extension ranges. */
export type RangeRow = Selectable<Tables['extension_range']> & Joined;
/** A row of the list of direct-dial numbers. */
export type DidRow = Selectable<Tables['did']> & Joined & { target_name: string | null };

/**
 * PBXs of this family have their direct-dial numbers with the people, who are in the cloud already: they are shown from
 * there, under the person's id, and never sent twice.
 */
const WITH_PEOPLE = 'mivoice-5000';

const DIDS = sql`(
  select d.* from did as d
  union all
  select u.id, u.account_id, u.pbx_id, u.work_phone, null, replace(u.work_phone, '+', ''), replace(u.work_phone, '+', ''),
    u.extension, null, 'Users', null, u.modified_at, 0
  from directory_user as u inner join pbx as q on q.id = u.pbx_id
  where q.type = ${WITH_PEOPLE} and u.work_phone is not null)`;

/** Entries `o` of the table that overlap with the row `n`, within the account. */
const overlapping = (table: 'did' | 'extension_range'): Condition =>
  sql`${sql.table(table)} as o inner join pbx as op on op.id = o.pbx_id
    where o.account_id = n.account_id and o.id <> n.id and length(o.lower_end) = length(n.lower_end)
      and o.lower_end <= n.upper_end and o.upper_end >= n.lower_end`;

const conflictsOf = (table: 'did' | 'extension_range'): Condition =>
  sql`(select ${packed(sql`c.lower_end`, sql`c.upper_end`, sql`c.pbx_name`)} from
    (select o.lower_end, o.upper_end, op.name as pbx_name from ${overlapping(table)} order by o.lower_end limit 5) as c)`;

const JOINS = sql`inner join pbx as p on p.id = n.pbx_id inner join account as a on a.id = n.account_id
  left join location as l on l.id = n.location_id`;

const COMMON = sql`a.name as account_name, p.name as pbx_name, p.type as pbx_type, l.name as location_name`;

const SEARCH = sql`' ' || lower(p.name) || ' ' || coalesce(l.name_lc, '')`;

const conflictField = (table: 'did' | 'extension_range'): Field => ({
  kind: 'computed',
  words: ['yes', 'no'],
  compile: (words) => {
    const found = sql`exists (select 1 from ${overlapping(table)})`;
    if (words.length > 1) return sql`1 = 1`;
    return words[0] === 'yes' ? found : sql`not ${found}`;
  },
});

const commonFields: FieldTable = {
  account: { kind: 'word', column: 'n.account_id' },
  accountName: { kind: 'text', column: 'a.name_lc', lower: true, sort: true },
  pbx: { kind: 'word', column: 'n.pbx_id' },
  pbxName: { kind: 'text', column: 'p.name', sort: true },
  pbxType: { kind: 'word', column: 'p.type', words: PbxType.options },
  source: { kind: 'word', column: 'n.source', words: NumberSource.options, sort: true },
  location: { kind: 'text', column: 'l.name_lc', lower: true, nullable: true, sort: true },
  updatedAt: { kind: 'instant', column: 'n.updated_at', sort: true },
};

/** Extension ranges (MVB-2). */
export const rangesList: ListResource = {
  select: sql`n.*, ${COMMON}, ${conflictsOf('extension_range')} as conflicts`,
  from: sql`extension_range as n ${JOINS}`,
  id: 'n.id',
  defaultSort: 'lower',
  search: sql`(n.lower_end || ' ' || n.upper_end || ${SEARCH})`,
  fields: {
    ...commonFields,
    lower: { kind: 'text', column: 'n.lower_end', sort: true },
    upper: { kind: 'text', column: 'n.upper_end', sort: true },
    conflict: conflictField('extension_range'),
  },
};

/** Direct-dial numbers (MVB-5); what leads to a user is found by the user's name too. */
export const didsList: ListResource = {
  select: sql`n.*, ${COMMON}, ${conflictsOf('did')} as conflicts, t.name as target_name`,
  from: sql`${DIDS} as n ${JOINS} left join directory_user as t on t.id = (select u.id from directory_user as u
    where u.account_id = n.account_id and u.extension = n.target and u.pbx_id = n.pbx_id limit 1)`,
  id: 'n.id',
  defaultSort: 'number',
  search: sql`(n.number || ' ' || coalesce(n.number_to, '') || ' ' || coalesce(n.target, '') || ' ' || coalesce(t.name_lc, '') || ${SEARCH})`,
  fields: {
    ...commonFields,
    number: { kind: 'text', column: 'n.lower_end', sort: true },
    target: { kind: 'text', column: 'n.target', nullable: true, sort: true },
    type: {
      kind: 'computed',
      words: DidType.options,
      compile: (words) =>
        words.length > 1 ? sql`1 = 1` : sql`n.number_to is ${words[0] === 'Range' ? sql`not null` : sql`null`}`,
    },
    conflict: conflictField('did'),
  },
};

const common = (row: Selectable<Tables['extension_range'] | Tables['did']> & Joined) => ({
  id: row.id,
  account: row.account_id,
  accountName: row.account_name,
  pbx: row.pbx_id,
  pbxName: row.pbx_name,
  pbxType: PbxType.parse(row.pbx_type),
  source: NumberSource.parse(row.source),
  location: row.location_id === null ? null : { id: row.location_id, name: row.location_name ?? '' },
  conflicts: unpacked(row.conflicts).map(([from = '', to = '', pbxName = '']) => ({ from, to, pbxName })),
  updatedAt: row.updated_at,
  etag: `"${row.revision}"`,
});

export const rangeDto = (row: RangeRow): ExtensionRange => ({
  ...common(row),
  lower: row.lower_end,
  upper: row.upper_end,
  size: sizeOf({ lower: row.lower_end, upper: row.upper_end }),
});

export const didDto = (row: DidRow): Did => ({
  ...common(row),
  number: row.number,
  numberTo: row.number_to,
  type: row.number_to === null ? 'Single' : 'Range',
  target: row.target,
  targetTo: row.target_to,
  targetName: row.number_to === null ? row.target_name : null,
});
