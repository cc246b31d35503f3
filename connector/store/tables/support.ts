import type { Generated } from 'kysely';

/** Work from far away: commands, uploads, launches and reported issues. */
export interface SupportTables {
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
}
