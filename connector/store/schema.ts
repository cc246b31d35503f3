/**
 * The connector's tables as kysely sees them. Ids are ULIDs as text, instants are ISO text in UTC, documents are JSON
 * text, flags are 0 or 1: types that SQLite and PostgreSQL store alike. The tenant (`account_id`) leads every index of
 * tenant data.
 */
import type { Generated } from 'kysely';

export interface Tables {
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
  gateway: {
    id: string;
    account_id: string;
    name: string;
    name_lc: string;
    host_name: string | null;
    serial: string | null;
    fingerprint: string;
    certificate_serial: string;
    certificate_expires_at: string;
    created_at: string;
    released_at: string | null;
    /** From the last birth. */
    boot: number;
    conn: number;
    online: number;
    presence_since: string | null;
    presence_reason: string | null;
    last_seen_at: string | null;
    version: string | null;
    capabilities: string;
    outbox: string | null;
    /** Highest sequence number up to which every record is committed. */
    acked_seq: number;
    quarantined: number;
    /** When a section last arrived; presence is Stale when that is too long ago. */
    section_at: string | null;
    /** Counts changes of its trunks: part of the version of what it is told. */
    trunks_revision: Generated<number>;
    /** 1 when the connection (boot, conn) has ended by its own word: a late copy of its birth does not revive it. */
    conn_ended: Generated<number>;
  };
  /** Ranges of committed sequence numbers above `acked_seq`, both ends included, until the hole below them is filled. */
  seq_ahead: { gateway_id: string; seq: number; upto: number };
  /** Revoked client certificates by serial. */
  revoked_certificate: { serial: string; gateway_id: string; revoked_at: string };
  /**
   * What a gateway is told that comes back after it was let go: `released`, or `reset` when its integration or its account
   * was deleted. Outlives both, for it may come back months later.
   */
  gateway_farewell: {
    gateway_id: string;
    account_id: string;
    partner_id: string;
    gateway_name: string;
    standing: string;
    said_at: string;
    told_at: string | null;
  };
  enrolment: {
    id: string;
    code: string;
    poll_secret_hash: string;
    csr: string;
    fingerprint: string;
    host_name: string;
    serial: string | null;
    addresses: string;
    version: string;
    site_name: string | null;
    expires_at: string;
    created_at: string;
    gateway_id: string | null;
    confirmed_at: string | null;
    confirmed_by: string | null;
  };
  provisioning_token: {
    id: string;
    account_id: string;
    token_hash: string;
    site_name: string | null;
    uses: number;
    max_uses: number;
    expires_at: string;
    created_at: string;
  };
  /** The latest document of each section of each gateway. */
  section: {
    account_id: string;
    gateway_id: string;
    section: string;
    boot: number;
    revision: number;
    hash: string;
    document: string;
    received_at: string;
  };
  /** A PBX as known from sync runs and section `pbxs`; `revision` is the user revision that is committed. */
  pbx: {
    id: string;
    account_id: string;
    gateway_id: string;
    type: string;
    name: string;
    revision: number;
    created_at: string;
  };
  directory_user: {
    id: string;
    account_id: string;
    /** Null, like the PBX, for a user that only the cloud has; `source_key` is then the id. */
    gateway_id: string | null;
    pbx_id: string | null;
    source_key: string;
    name: string;
    name_lc: string;
    first_name: string | null;
    last_name: string | null;
    email: string | null;
    email_lc: string | null;
    extension: string | null;
    work_phone: string | null;
    mobile_phone: string | null;
    login_id: string | null;
    department: string | null;
    /** Irregularities as a bit mask, in the order of the contract's word list. */
    irregular: number;
    /** Lower-case name, e-mail and extension, for search. */
    search: string;
    modified_at: string;
    /** Where it came from: `pbx`, `console` or `import`. */
    source: Generated<string>;
    /** `Active`, `Inactive`, or `PBX only` when the cloud's half was deleted. */
    status: Generated<string>;
    /** The role that it has, or gets when it registers: `User` or `Account Admin`. */
    role: Generated<string>;
    /** Which of the values are an admin's because the PBX has none; bits in the order of FILLABLE. */
    filled: Generated<number>;
    /** Who changed it last; null when it was a sync. */
    modified_by: Generated<string | null>;
    /** Counts every change: its ETag. */
    revision: Generated<number>;
  };
  /** What an admin set for a PBX's user, by the key that the PBX knows it by; outlives the user's row. */
  user_edit: {
    account_id: string;
    pbx_id: string;
    source_key: string;
    first_name: string | null;
    last_name: string | null;
    email: string | null;
    email_lc: string | null;
    mobile_phone: string | null;
    status: string;
    role: string;
    edited_at: string;
    edited_by: string;
  };
  /** An import of users: `open` while people look at it, `applying`, or `done` when no row is left. */
  import_job: {
    id: string;
    account_id: string;
    file_name: string;
    state: string;
    /** Whether the person who began to apply it may make admins. */
    may_assign: number;
    /** Rows that have become users, and how many were to when it began. */
    applied: number;
    wanted: number;
    /** The number of the next row that is added by hand. */
    next_row: number;
    person_id: string;
    person_name: string;
    created_at: string;
    updated_at: string;
  };
  /** A row of an import that is no user yet, as it was written; `own` are the problems that it has by itself. */
  import_row: {
    import_id: string;
    n: number;
    account_id: string;
    first_name: string;
    last_name: string;
    name: string;
    email: string;
    email_lc: string;
    role: string;
    own: number;
  };
  /** A mail with a link that a user has still to get: `welcome` or `reset`; who asked for it stands with it. */
  user_mail: {
    id: string;
    account_id: string;
    user_id: string;
    kind: string;
    person_id: string;
    person_name: string;
    created_at: string;
    next_at: string;
    attempts: number;
  };
  /** Chunks of a run that is still arriving, one row a record; emptied when the run ends or is replaced. */
  sync_stage: {
    run_id: string;
    source_key: string;
    removal: number;
    record: string | null;
    /** The chunk that it came in: when a run names a key twice, the later chunk counts. */
    n: number;
  };
  sync_stage_run: {
    run_id: string;
    account_id: string;
    gateway_id: string;
    pbx_id: string;
    header: string | null;
    trailer: string | null;
    /** The highest sequence number seen of this run, which tells an older run of the same PBX from a newer one. */
    seq: number;
    created_at: string;
  };
  /** Which chunks of a staged run are there, so that a repeated one changes nothing. */
  sync_stage_chunk: { run_id: string; n: number };
  sync_run: {
    id: string;
    account_id: string;
    gateway_id: string;
    pbx_id: string;
    pbx_name: string;
    pbx_type: string;
    trigger: string;
    outcome: string;
    started_at: string;
    finished_at: string;
    duration_ms: number;
    counts: string;
    irregularities: string;
    reason: string | null;
    hold: string | null;
    decided_by: string | null;
    decided_at: string | null;
    revision: number;
    /** 1 when the cloud's own guard held it, not the gateway's, until a decision about it is carried out. */
    held_here: Generated<number>;
    /** RecordNotes; null when there is nothing to tell. */
    notes: Generated<string | null>;
  };
  /** The users that a Held run would remove, as a snapshot. */
  held_user: {
    run_id: string;
    account_id: string;
    source_key: string;
    name: string;
    email: string | null;
    extension: string | null;
  };
  platform: {
    id: string;
    account_id: string;
    gateway_id: string;
    platform_id: string;
    host_lc: string;
    platform_type: string | null;
    system_family: string | null;
    document: string;
    reported_at: string;
  };
  application: {
    id: string;
    account_id: string;
    gateway_id: string;
    application_id: string;
    platform_id: string | null;
    type: string;
    version: string | null;
    licence_type: string | null;
    licence_expires_at: string | null;
    document: string;
    reported_at: string;
  };
  command: {
    id: string;
    account_id: string;
    gateway_id: string;
    name: string;
    args: string;
    state: string;
    issuer_id: string;
    issuer_name: string;
    issued_at: string;
    deadline_at: string;
    updated_at: string;
    progress: string | null;
    output: string | null;
    reason: string | null;
    /** The request for several gateways that it belongs to. */
    bulk_id: Generated<string | null>;
    /** The wish to end it early, until its gateway has answered. */
    cancel_requested_at: Generated<string | null>;
    cancel_requested_by: Generated<string | null>;
    cancel_requester_id: Generated<string | null>;
  };
  /** A file that a gateway brings for a command; its bytes lie in `uploads/<account>/<command>`. */
  upload: {
    id: string;
    account_id: string;
    gateway_id: string;
    command_id: string;
    kind: string;
    file_name: string;
    bytes: number;
    sha256: string;
    requested_by: string;
    created_at: string;
    /** Null while parts are missing; how many have come is the size of the file. */
    completed_at: string | null;
  };
  event: {
    id: string;
    account_id: string | null;
    partner_id: string | null;
    gateway_id: string | null;
    boot: number | null;
    seq: number | null;
    actor_id: string;
    actor_name: string;
    actor_kind: string;
    action: string;
    type: string;
    asset: string;
    asset_id: string;
    name: string;
    severity: string;
    message: string;
    at: string;
    properties: string;
    details: string;
    tags: string;
    result: string;
    request_id: string | null;
  };
  /** One end of a trunk as its gateway last told it; `document` is the contract's TrunkEndHealth. */
  trunk_health: {
    trunk_id: string;
    end: string;
    account_id: string;
    gateway_id: string;
    state: string;
    since: string | null;
    document: string;
    told_at: string;
  };
  /** Five minutes of one end of a trunk; `slot` counts them since 1970. */
  trunk_history: {
    trunk_id: string;
    end: string;
    account_id: string;
    slot: number;
    tries: number;
    answered: number;
    accepted: number;
    average_ms: number;
    worst_ms: number;
  };
  /** A SIP trunk; `settings` is the contract's TrunkSettings. */
  trunk: {
    id: string;
    account_id: string;
    gateway_id: string;
    pbx_id: string;
    name: string;
    name_lc: string;
    host_lc: string;
    port: number;
    settings: string;
    created_at: string;
    updated_at: string;
    revision: number;
  };
  /** Messages that could not be taken, kept for support; the newest 200 of each gateway. */
  quarantine: {
    id: string;
    account_id: string;
    gateway_id: string;
    topic: string;
    code: string;
    detail: string;
    payload: string;
    received_at: string;
  };
  /** What consoles are told, kept for 48 hours so that a stream can be taken up again. */
  change: {
    id: Generated<number>;
    account_id: string | null;
    partner_id: string | null;
    topic: string;
    ref: string | null;
    row: string | null;
    at: string;
  };
  /** When each rule of an account alarms; no row means the defaults. */
  alert_rules: { account_id: string; document: string; revision: number; updated_at: string };
  alert: {
    id: string;
    account_id: string;
    gateway_id: string;
    rule: string;
    subject: string;
    subject_name: string | null;
    severity: string;
    /** What was found when it opened, for the message in every language. */
    details: string;
    opened_at: string;
    resolved_at: string | null;
    /** When people were last told of it. */
    told_at: string | null;
    /** 1 when there is nothing more to tell anybody. */
    finished: number;
    acknowledged_at: string | null;
    acknowledged_by: string | null;
    muted_until: string | null;
  };
  /** How many records and messages of a gateway were lost so far, and when that last went up. */
  alert_mark: { gateway_id: string; account_id: string; lost: number; raised_at: string | null };
  /** Whom or what to tell: `mail` with an address, or `webhook` with a URL; of an account, or of the partner for all. */
  alert_target: {
    id: string;
    kind: string;
    partner_id: string;
    account_id: string | null;
    name: string;
    name_lc: string;
    address: string;
    language: string;
    secret: string | null;
    enabled: number;
    revision: number;
    created_at: string;
    last_delivered_at: string | null;
    failing_since: string | null;
    failure: string | null;
    dropped: number;
  };
  /** Messages that still have to be delivered; a row goes when it is, or when it is given up. */
  alert_delivery: {
    id: string;
    target_id: string;
    content: string;
    created_at: string;
    next_at: string;
    attempts: number;
  };
  /**
   * What a person has read or deleted of their notifications, by the id of the alert or command; the row with the empty
   * id says when they read all.
   */
  notification_mark: {
    person_id: string;
    ref: string;
    read_at: string | null;
    deleted_at: string | null;
    marked_at: string;
  };
  /** An issue that somebody reported; `attachments` are the ids of uploads (JSON). */
  support_log: {
    id: string;
    account_id: string;
    gateway_id: string | null;
    product: string;
    title: string;
    title_lc: string;
    report: string;
    attachments: string;
    reporter_id: string;
    reporter_name: string;
    reporter_email: string;
    state: string;
    notes: string;
    created_at: string;
    updated_at: string;
    /** When the support contacts were last reminded, or when it was opened. */
    reminded_at: string;
    revision: number;
  };
  /** Sessions of remote access. */
  launch: {
    id: string;
    account_id: string;
    gateway_id: string;
    tunnel: string;
    name: string;
    person_id: string;
    person_name: string;
    reason: string;
    state: string;
    created_at: string;
    expires_at: string;
    ended_at: string | null;
    end_reason: string | null;
    ended_by: string | null;
    requests: number;
    bytes_up: number;
    bytes_down: number;
  };
  /** What was asked for in a session: no bodies, no cookies, no query. */
  launch_request: {
    launch_id: string;
    n: number;
    account_id: string;
    at: string;
    method: string;
    path: string;
    status: number;
    bytes: number;
  };
  /** A block of extensions; ends of equal length, compared as text. `source` is the contract's NumberSource. */
  extension_range: {
    id: string;
    account_id: string;
    pbx_id: string;
    lower_end: string;
    upper_end: string;
    source: string;
    location_id: string | null;
    updated_at: string;
    revision: number;
  };
  /** A direct-dial number or a range of them; the ends are the digits without the plus sign. */
  did: {
    id: string;
    account_id: string;
    pbx_id: string;
    number: string;
    number_to: string | null;
    lower_end: string;
    upper_end: string;
    target: string | null;
    target_to: string | null;
    source: string;
    location_id: string | null;
    updated_at: string;
    revision: number;
  };
  /** When the numbers of a PBX were read, and how many entries did not fit into the message. */
  number_reading: { pbx_id: string; account_id: string; read_at: string; omitted: number };
  /** A place; `address` is the contract's LocationAddress. */
  location: {
    id: string;
    account_id: string;
    name: string;
    name_lc: string;
    city_lc: string;
    address: string;
    updated_at: string;
    revision: number;
  };
  gateway_location: { gateway_id: string; account_id: string; location_id: string };
  /** What an account chose from the catalogue of integrations. */
  integration: { account_id: string; kind: string; added_at: string };
  /** Gateways and PBXs (`subject`) that were switched off on the way to deleting them. */
  integration_off: { account_id: string; subject: string; at: string };
  idempotency: {
    key: string;
    person_id: string;
    request_hash: string;
    status: number;
    body: string;
    created_at: string;
  };
}
