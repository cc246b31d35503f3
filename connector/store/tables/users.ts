import type { Generated } from 'kysely';

/** PBXs, their users, sync runs and imports. */
export interface UsersTables {
  /** A PBX as known from sync runs and section `pbxs`; `revision` is the user revision that is committed. */
  pbx: {
    id: string;
    account_id: string;
    gateway_id: string;
    type: string;
    name: string;
    revision: number;
    created_at: string;
    /** When its gateway told, or a person said here, that it is gone: its users went, and none may come back late. */
    removed_at: Generated<string | null>;
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
}
