import type { Generated } from 'kysely';

/** Partners, accounts, people and what they may: sign-in, roles, tokens. */
export interface AccessTables {
  partner: { id: string; name: string; created_at: string };
  account: {
    id: string;
    partner_id: string;
    name: string;
    name_lc: string;
    country: string;
    status: string;
    phone_policy: string;
    guard_percent: number;
    guard_users: number;
    created_at: string;
    updated_at: string;
    revision: number;
    /** The particulars of its information page; null where nobody entered any. */
    address_1: Generated<string | null>;
    address_2: Generated<string | null>;
    city: Generated<string | null>;
    postal_code: Generated<string | null>;
    province: Generated<string | null>;
    language: Generated<string | null>;
    business_type: Generated<string | null>;
    /** Under which its invoices are written elsewhere; the API only shows it. */
    billing_number: Generated<string | null>;
  };
  person: {
    id: string;
    partner_id: string;
    name: string;
    email: string;
    email_lc: string;
    password_hash: string | null;
    created_at: string;
    disabled: number;
    language: Generated<string | null>;
    /** 1 for an account manager: reaches the accounts that are assigned and nothing else of the partner. */
    manager: Generated<number>;
    updated_at: Generated<string | null>;
    updated_by: Generated<string | null>;
    revision: Generated<number>;
  };
  /** What a person may reach: every account of the partner (`account_id` null) or one account. */
  membership: {
    id: string;
    person_id: string;
    account_id: string | null;
    /** A role of the contract; with `role_id` the base of a custom one. */
    role: string;
    role_id: Generated<string | null>;
  };
  /** A partner's own role: `base` without the rights in `minus` (JSON). */
  role: {
    id: string;
    partner_id: string;
    name: string;
    name_lc: string;
    description: string;
    base: string;
    minus: string;
    created_at: string;
    updated_at: string;
    updated_by: string;
    revision: number;
  };
  /** Accounts in which a custom role can be given to people. */
  role_account: { account_id: string; role_id: string; assigned_at: string };
  /** Links by which a person sets a password: the first, or a new one. */
  person_link: { token_hash: string; person_id: string; made_by: string; expires_at: string };
  /** Tokens of programs, by their hash; `account_id` null is all of the partner's accounts. */
  api_token: {
    id: string;
    partner_id: string;
    account_id: string | null;
    name: string;
    token_hash: string;
    role: string;
    role_id: string | null;
    made_by: string;
    made_by_name: string;
    created_at: string;
    expires_at: string;
    used_at: string | null;
    used_from: string | null;
  };
  /** Where a partner's people may sign in instead of here (OpenID Connect). */
  oidc_provider: {
    partner_id: string;
    id: string;
    name: string;
    issuer: string;
    client_id: string;
    client_secret: string | null;
    enabled: number;
    sign_out: number;
    updated_at: string;
    updated_by: string;
    revision: number;
  };
  /** A sign-in that is under way at a provider. */
  oidc_flow: {
    state_hash: string;
    provider_id: string;
    browser_hash: string;
    nonce: string;
    verifier: string;
    return_to: string;
    expires_at: string;
  };
  oidc_identity: { partner_id: string; issuer: string; subject: string; person_id: string; linked_at: string };
  session: {
    id_hash: string;
    person_id: string;
    csrf: string;
    created_at: string;
    seen_at: string;
    expires_at: string;
    /** By which its person names it. */
    public_id: Generated<string | null>;
    address: Generated<string | null>;
    agent: Generated<string | null>;
    /** The provider that vouched for the person, and its word, which signing out there asks for. */
    oidc_provider_id: Generated<string | null>;
    oidc_id_token: Generated<string | null>;
  };
  sign_in_link: { token_hash: string; person_id: string; expires_at: string };
  setup_link: { token_hash: string; expires_at: string; used_at: string | null };
  idempotency: {
    key: string;
    person_id: string;
    request_hash: string;
    status: number;
    body: string;
    created_at: string;
  };
}
