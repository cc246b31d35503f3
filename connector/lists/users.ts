import { type RawBuilder, type Selectable, sql } from 'kysely';
import { type User, UserProperty, UserRole, UserSource, UserStatus, type UserSummary } from '#contract/api/users.ts';
import { Irregularity, PbxType } from '#contract/words.ts';
import type { Tables } from '../store/schema.ts';
import type { Db } from '../store/store.ts';
import { FILLABLE, filledBit } from '../store/user-set.ts';
import { all, type Condition } from './fields.ts';
import type { ListResource } from './list.ts';

/** A row of the list of users. */
export type UserRow = Selectable<Tables['directory_user']> & {
  pbx_name: string | null;
  pbx_type: string | null;
  /** The role that the person with the user's address holds in the account now; null when there is none. */
  held_role: string | null;
  registered: number;
};

/** The people who belong to the user's account, by the address that makes them and the user one. */
const people = (columns: RawBuilder<unknown>, more = sql``): Condition =>
  sql`select ${columns} from person as n inner join membership as m on m.person_id = n.id
    where m.account_id is not null and n.disabled = 0 ${more}`;

/**
 * Whether somebody with the user's address belongs to the account; asked of all such people at once, for long lists. One
 * text instead of a pair: SQLite takes seconds to deny pairs that may hold nulls (measured).
 */
const isPerson = (more = sql``): Condition =>
  sql`(u.email_lc is not null and u.account_id || ' ' || u.email_lc in (${people(sql`m.account_id || ' ' || n.email_lc`, more)}))`;

const registered = isPerson(sql`and n.password_hash is not null`);
const admin = sql`(${isPerson(sql`and m.role = 'Account Admin'`)} or (u.role = 'Account Admin' and not ${isPerson()}))`;

/** What each property of the filter means (USR-14). */
const PROPERTIES: Readonly<Record<UserProperty, Condition>> = {
  admins: admin,
  users: sql`not ${admin}`,
  registered,
  unregistered: sql`not ${registered}`,
  'pbx-users': sql`u.source = 'pbx'`,
  'cloud-users': sql`u.source <> 'pbx'`,
  inactive: sql`u.status = 'Inactive'`,
  'pbx-only': sql`u.status = 'PBX only'`,
};

const ofUser = sql`and n.email_lc = u.email_lc and m.account_id = u.account_id`;

/** Users of PBXs and of the cloud alone; every order has an index. */
export const usersList: ListResource = {
  // Not joined: counting needs the users alone, which an index covers.
  select: sql`u.*, (select p.name from pbx as p where p.id = u.pbx_id) as pbx_name,
    (select p.type from pbx as p where p.id = u.pbx_id) as pbx_type,
    (${people(sql`m.role`, ofUser)} limit 1) as held_role,
    case when exists (${people(sql`1`, sql`${ofUser} and n.password_hash is not null`)}) then 1 else 0 end as registered`,
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
    gateway: { kind: 'word', column: 'u.gateway_id', nullable: true },
    pbx: { kind: 'word', column: 'u.pbx_id', nullable: true },
    source: { kind: 'word', column: 'u.source', words: UserSource.options },
    status: { kind: 'word', column: 'u.status', words: UserStatus.options },
    pbxType: {
      kind: 'computed',
      words: PbxType.options,
      // Not a list of ids: an index on them would be taken instead of the order of the page.
      compile: (words) => sql`exists (select 1 from pbx as p where p.id = u.pbx_id and p.type in (${sql.join(words)}))`,
    },
    property: {
      kind: 'computed',
      words: UserProperty.options,
      compile: (words) =>
        sql`(${sql.join(
          UserProperty.options.filter((word) => words.includes(word)).map((word) => PROPERTIES[word]),
          sql` or `,
        )})`,
    },
    irregularities: { kind: 'flags', column: 'u.irregular', words: Irregularity.options },
    modifiedAt: { kind: 'instant', column: 'u.modified_at', sort: true },
  },
};

/** What is the PBX's whether it has a value or not. */
const ALWAYS_LOCKED = ['name', 'extension', 'workPhone', 'loginId', 'department'];

/** Everything that a PBX tells is the PBX's; what it does not tell is open to admins (USR-19). */
export function lockedFields(
  row: Pick<UserRow, 'pbx_id' | 'filled' | 'first_name' | 'last_name' | 'email' | 'mobile_phone'>,
): string[] {
  if (row.pbx_id === null) return [];
  const values = {
    firstName: row.first_name,
    lastName: row.last_name,
    email: row.email,
    mobilePhone: row.mobile_phone,
  };
  const given = FILLABLE.filter((field) => values[field] !== null && (row.filled & filledBit(field)) === 0);
  return [...ALWAYS_LOCKED, ...given];
}

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
    pbxType: PbxType.nullable().catch(null).parse(row.pbx_type),
    source: UserSource.parse(row.source),
    status: UserStatus.parse(row.status),
    role: row.held_role ?? UserRole.parse(row.role),
    registered: row.registered === 1,
    key: row.source_key,
    name: row.name,
    ...known,
    irregularities: maskWords(row.irregular),
    lockedFields: lockedFields(row),
    modifiedAt: row.modified_at,
    modifiedBy: row.modified_by,
    etag: `"${row.revision}"`,
  };
}

/** The properties that are counted; the others are what is left of the whole. */
const COUNTED = ['admins', 'registered', 'pbx-users', 'cloud-users', 'inactive', 'pbx-only'] as const;

const countOf = (condition: Condition, name: string): Condition =>
  sql`sum(case when ${condition} then 1 else 0 end) as ${sql.id(name)}`;

/** How many match in all, by irregularity and by property, in one pass; and by product. */
export async function summariseUsers(db: Db, conditions: readonly Condition[]): Promise<UserSummary> {
  const counts = [
    ...Irregularity.options.map((_, bit) => countOf(sql`u.irregular & ${1 << bit} <> 0`, `bit${bit}`)),
    ...COUNTED.map((word) => countOf(PROPERTIES[word], word)),
  ];
  const where = all(conditions);
  const { rows } = await sql<Record<string, number | null>>`select count(*) as total, ${sql.join(counts)}
    from ${usersList.from} where ${where}`.execute(db);
  const byPbx = await sql<{ type: string | null; n: number }>`
    select (select p.type from pbx as p where p.id = u.pbx_id) as type, count(*) as n
    from ${usersList.from} where ${where} and u.pbx_id is not null group by u.pbx_id`.execute(db);
  const found = rows[0] ?? {};
  const total = found['total'] ?? 0;
  const products: UserSummary['products'] = {};
  for (const { type, n } of byPbx.rows) {
    const product = PbxType.safeParse(type);
    if (product.success) products[product.data] = (products[product.data] ?? 0) + n;
  }
  return {
    total,
    irregularities: Object.fromEntries(
      Irregularity.options.map((word, bit) => [word, found[`bit${bit}`] ?? 0]),
    ) as UserSummary['irregularities'],
    properties: {
      ...(Object.fromEntries(COUNTED.map((word) => [word, found[word] ?? 0])) as Record<
        (typeof COUNTED)[number],
        number
      >),
      users: total - (found['admins'] ?? 0),
      unregistered: total - (found['registered'] ?? 0),
    },
    products,
  };
}
