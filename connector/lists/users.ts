import { type Selectable, sql } from 'kysely';
import type { User, UserSummary } from '#contract/api.ts';
import { Irregularity, PbxType } from '#contract/words.ts';
import type { Tables } from '../store/schema.ts';
import type { Db } from '../store/store.ts';
import { all, type Condition } from './fields.ts';
import type { ListResource } from './list.ts';

/** A row of the list of users. */
export type UserRow = Selectable<Tables['directory_user']> & { pbx_name: string; pbx_type: string };

/** Users of PBXs; the name's order has an index, the other orders are made by sorting. */
export const usersList: ListResource = {
  // Not joined: counting needs the users alone, which an index covers.
  select: sql`u.*, (select p.name from pbx as p where p.id = u.pbx_id) as pbx_name,
    (select p.type from pbx as p where p.id = u.pbx_id) as pbx_type`,
  from: sql`directory_user as u`,
  id: 'u.id',
  defaultSort: 'name',
  search: sql.ref('u.search'),
  long: true,
  fields: {
    name: { kind: 'text', column: 'u.name_lc', lower: true, sort: true },
    email: { kind: 'text', column: 'u.email_lc', lower: true, sort: true, nullable: true },
    extension: { kind: 'text', column: 'u.extension', sort: true, nullable: true },
    department: { kind: 'text', column: 'u.department', sort: true, nullable: true },
    workPhone: { kind: 'text', column: 'u.work_phone', nullable: true },
    mobilePhone: { kind: 'text', column: 'u.mobile_phone', nullable: true },
    loginId: { kind: 'text', column: 'u.login_id', nullable: true },
    key: { kind: 'text', column: 'u.source_key' },
    gateway: { kind: 'word', column: 'u.gateway_id' },
    pbx: { kind: 'word', column: 'u.pbx_id' },
    pbxType: {
      kind: 'computed',
      words: PbxType.options,
      compile: (words) => sql`u.pbx_id in (select p.id from pbx as p where p.type in (${sql.join(words)}))`,
    },
    irregularities: { kind: 'flags', column: 'u.irregular', words: Irregularity.options },
    modifiedAt: { kind: 'instant', column: 'u.modified_at', sort: true },
  },
};

/** Everything that a PBX tells is the PBX's (USR-19). */
const LOCKED = [
  'name',
  'firstName',
  'lastName',
  'email',
  'extension',
  'workPhone',
  'mobilePhone',
  'loginId',
  'department',
];

const maskWords = (mask: number): Irregularity[] => Irregularity.options.filter((_, bit) => (mask & (1 << bit)) !== 0);

export function userDto(row: UserRow): User {
  const given = {
    firstName: row.first_name,
    lastName: row.last_name,
    email: row.email,
    extension: row.extension,
    workPhone: row.work_phone,
    mobilePhone: row.mobile_phone,
    loginId: row.login_id,
    department: row.department,
  };
  const known: { [K in keyof typeof given]?: string } = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== null),
  );
  return {
    id: row.id,
    account: row.account_id,
    gateway: row.gateway_id,
    pbx: row.pbx_id,
    pbxName: row.pbx_name,
    pbxType: PbxType.parse(row.pbx_type),
    key: row.source_key,
    name: row.name,
    ...known,
    irregularities: maskWords(row.irregular),
    lockedFields: LOCKED,
    modifiedAt: row.modified_at,
  };
}

/** How many match in all and by irregularity, in one pass. */
export async function summariseUsers(db: Db, conditions: readonly Condition[]): Promise<UserSummary> {
  const counts = Irregularity.options.map(
    (_, bit) => sql`sum(case when u.irregular & ${1 << bit} <> 0 then 1 else 0 end) as ${sql.id(`bit${bit}`)}`,
  );
  const { rows } = await sql<Record<string, number | null>>`select count(*) as total, ${sql.join(counts)}
    from ${usersList.from} where ${all(conditions)}`.execute(db);
  const found = rows[0] ?? {};
  const irregularities = Object.fromEntries(
    Irregularity.options.map((word, bit) => [word, found[`bit${bit}`] ?? 0]),
  ) as UserSummary['irregularities'];
  return { total: found['total'] ?? 0, irregularities };
}
