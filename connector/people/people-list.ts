import { sql } from 'kysely';
import { Role } from '#contract/access.ts';
import type { Person } from '#contract/api/access.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { all, type Condition } from '../lists/fields.ts';
import type { ListResource } from '../lists/list.ts';
import type { Place } from '../roles/givable.ts';
import type { Db } from '../store/store.ts';

/** A person as one place sees them. */
export interface PersonRow {
  id: string;
  name: string;
  email: string;
  disabled: number;
  manager: number;
  settled: number;
  role: string | null;
  role_id: string | null;
  role_name: string | null;
  modified_at: string;
  updated_by: string | null;
  seen_at: string | null;
  revision: number;
}

/** The people of an account, or (account null) the partner's own: those who reach every account, and its managers. */
export function peopleList({ account }: Place): ListResource {
  const joined =
    account === null
      ? sql`left join membership as m on m.person_id = p.id and m.account_id is null`
      : sql`join membership as m on m.person_id = p.id and m.account_id = ${account}`;
  return {
    select: sql`p.id, p.name, p.email, p.disabled, p.manager, p.updated_by, p.revision,
      coalesce(p.updated_at, p.created_at) as modified_at, m.role, m.role_id, r.name as role_name,
      case when p.password_hash is not null
        or exists (select 1 from oidc_identity as o where o.person_id = p.id) then 1 else 0 end as settled,
      (select max(s.seen_at) from session as s where s.person_id = p.id) as seen_at`,
    from: sql`person as p ${joined} left join role as r on r.id = m.role_id`,
    id: 'p.id',
    defaultSort: 'name',
    search: sql`lower(p.name || ' ' || p.email_lc)`,
    fields: {
      name: { kind: 'text', column: 'p.name', sort: true },
      email: { kind: 'text', column: 'p.email_lc', lower: true, sort: true },
    },
  };
}

/** Which rows of `peopleList` belong to the place. */
export const withinPlace = ({ partner, account }: Place): Condition =>
  account === null
    ? all([sql`p.partner_id = ${partner}`, sql`(m.id is not null or p.manager = 1)`])
    : sql`p.partner_id = ${partner}`;

export function personDto(row: PersonRow, account: string | null): Person {
  const role = Role.catch(row.manager === 1 ? 'Account Manager' : 'User').parse(row.role);
  return {
    id: row.id,
    account,
    name: row.name,
    email: row.email,
    role: row.role_id ?? role,
    roleName: row.role_id === null ? role : (row.role_name ?? role),
    manager: row.manager === 1,
    status: row.disabled !== 0 ? 'Disabled' : row.settled === 1 ? 'Active' : 'Invited',
    modifiedAt: row.modified_at,
    modifiedBy: row.updated_by,
    lastSeenAt: row.seen_at,
    etag: `"${row.revision}"`,
  };
}

/** One person at a place. @throws DemarcError `api.not-found` */
export async function personAt(db: Db, place: Place, id: string): Promise<PersonRow> {
  const { select, from } = peopleList(place);
  const { rows } = await sql<PersonRow>`select ${select} from ${from}
    where ${all([withinPlace(place), sql`p.id = ${id}`])}`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new DemarcError('api.not-found');
  return row;
}
