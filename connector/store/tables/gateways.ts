import type { Generated } from 'kysely';

/** Gateways, how they came and went, and what they last told. */
export interface GatewaysTables {
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
}
