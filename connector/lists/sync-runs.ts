import { type Selectable, sql } from 'kysely';
import { type HeldUser, SyncRun } from '#contract/api.ts';
import { RecordNotes } from '#contract/users.ts';
import { PbxType, SyncOutcome, SyncTrigger } from '#contract/words.ts';
import type { Tables } from '../store/schema.ts';
import type { ListResource } from './list.ts';
import { optionalJson } from './stored-json.ts';

/** A row of the list of sync runs. */
export type SyncRunRow = Selectable<Tables['sync_run']>;
/** A row of the list of users that a Held run would remove. */
export type HeldUserRow = Selectable<Tables['held_user']>;

const HOLDS = SyncRun.shape.hold.unwrap().options;

/** Sync runs, the latest first. */
export const syncRunsList: ListResource = {
  select: sql`r.*`,
  from: sql`sync_run as r`,
  id: 'r.id',
  defaultSort: '-startedAt',
  search: sql`lower(r.pbx_name)`,
  fields: {
    gateway: { kind: 'word', column: 'r.gateway_id' },
    pbx: { kind: 'word', column: 'r.pbx_id' },
    pbxName: { kind: 'text', column: 'r.pbx_name', sort: true },
    pbxType: { kind: 'word', column: 'r.pbx_type', words: PbxType.options },
    trigger: { kind: 'word', column: 'r.trigger', words: SyncTrigger.options },
    outcome: { kind: 'word', column: 'r.outcome', words: SyncOutcome.options },
    hold: { kind: 'word', column: 'r.hold', words: HOLDS, nullable: true },
    startedAt: { kind: 'instant', column: 'r.started_at', sort: true },
    finishedAt: { kind: 'instant', column: 'r.finished_at', sort: true },
    durationMs: { kind: 'number', column: 'r.duration_ms', sort: true },
  },
};

/** The users that a Held run would remove. The source key is the id within one run. */
export const heldUsersList: ListResource = {
  select: sql`h.*`,
  from: sql`held_user as h`,
  id: 'h.source_key',
  defaultSort: 'name',
  search: sql`lower(h.name || ' ' || coalesce(h.email, '') || ' ' || coalesce(h.extension, ''))`,
  fields: {
    name: { kind: 'text', column: 'h.name', sort: true },
    email: { kind: 'text', column: 'h.email', sort: true, nullable: true },
    extension: { kind: 'text', column: 'h.extension', sort: true, nullable: true },
  },
};

export const syncRunDto = (row: SyncRunRow): SyncRun =>
  SyncRun.parse({
    id: row.id,
    account: row.account_id,
    gateway: row.gateway_id,
    pbx: row.pbx_id,
    pbxName: row.pbx_name,
    pbxType: row.pbx_type,
    trigger: row.trigger,
    outcome: row.outcome,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    durationMs: row.duration_ms,
    counts: JSON.parse(row.counts),
    irregularities: JSON.parse(row.irregularities),
    reason: row.reason === null ? null : JSON.parse(row.reason),
    hold: row.hold,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at,
  });

/** One run with what a person should look at. */
export const syncRunWithNotesDto = (row: SyncRunRow): SyncRun => {
  const notes = optionalJson(RecordNotes, row.notes);
  return { ...syncRunDto(row), ...(notes ? { notes } : {}) };
};

export const heldUserDto = (row: HeldUserRow): HeldUser => ({
  key: row.source_key,
  name: row.name,
  email: row.email,
  extension: row.extension,
});
