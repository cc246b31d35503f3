import { type Selectable, sql } from 'kysely';
import { AlertLanguage } from '#contract/alerts.ts';
import { BusinessType } from '#contract/api/accounts.ts';
import { Account } from '#contract/api.ts';
import { PbxType, PhonePolicy } from '#contract/words.ts';
import type { Tables } from '../store/schema.ts';
import type { ListResource } from './list.ts';

/** A row of the list of accounts. */
export type AccountRow = Selectable<Tables['account']> & {
  gateways: number;
  users: number;
  /** Words of the contract, by comma. */
  pbx_types: string | null;
};

/** Customer accounts. */
export const accountsList: ListResource = {
  select: sql`a.*,
    (select count(*) from gateway as g where g.account_id = a.id and g.released_at is null) as gateways,
    (select count(*) from directory_user as u where u.account_id = a.id) as users,
    (select string_agg(t.type, ',') from (select distinct type from pbx where account_id = a.id and removed_at is null) as t) as pbx_types`,
  from: sql`account as a`,
  id: 'a.id',
  defaultSort: 'name',
  search: sql.ref('a.name_lc'),
  fields: {
    name: { kind: 'text', column: 'a.name_lc', lower: true, sort: true },
    country: { kind: 'text', column: 'a.country', sort: true },
    status: { kind: 'word', column: 'a.status', words: Account.shape.status.options },
    phonePolicy: { kind: 'word', column: 'a.phone_policy', words: PhonePolicy.options },
    createdAt: { kind: 'instant', column: 'a.created_at', sort: true },
    modifiedAt: { kind: 'instant', column: 'a.updated_at', sort: true },
  },
};

/** The version that If-Match compares (RFC 9110 section 8.8.3). */
export const accountEtag = (revision: number): string => `"${revision}"`;

/** `cloudLocation` is where this connector keeps the account's data, as its operator says. */
export const accountDto = (row: AccountRow, cloudLocation: string | null): Account => ({
  id: row.id,
  name: row.name,
  country: row.country,
  status: Account.shape.status.parse(row.status),
  phonePolicy: PhonePolicy.parse(row.phone_policy),
  guard: { percent: row.guard_percent, users: row.guard_users },
  gateways: row.gateways,
  users: row.users,
  createdAt: row.created_at,
  modifiedAt: row.updated_at,
  address1: row.address_1,
  address2: row.address_2,
  city: row.city,
  postalCode: row.postal_code,
  province: row.province,
  language: AlertLanguage.nullable().catch(null).parse(row.language),
  businessType: BusinessType.nullable().catch(null).parse(row.business_type),
  billingNumber: row.billing_number,
  cloudLocation,
  pbxTypes: (row.pbx_types?.split(',') ?? []).flatMap((type) => PbxType.safeParse(type).data ?? []).sort(),
  etag: accountEtag(row.revision),
});
