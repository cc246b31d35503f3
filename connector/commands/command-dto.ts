import type { Selectable } from 'kysely';
import { Command } from '#contract/api.ts';
import type { Tables } from '../store/schema.ts';

export type CommandRow = Selectable<Tables['command']>;

const parse = (text: string | null): unknown => (text === null ? null : JSON.parse(text));

/** A command as the API and the live updates show it. */
export const commandDto = (row: CommandRow): Command =>
  Command.parse({
    id: row.id,
    account: row.account_id,
    gateway: row.gateway_id,
    name: row.name,
    args: parse(row.args),
    state: row.state,
    issuerName: row.issuer_name,
    issuedAt: row.issued_at,
    deadlineAt: row.deadline_at,
    updatedAt: row.updated_at,
    progress: parse(row.progress),
    output: parse(row.output),
    reason: parse(row.reason),
    bulk: row.bulk_id,
    cancelRequestedAt: row.cancel_requested_at,
    cancelRequestedBy: row.cancel_requested_by,
  });
