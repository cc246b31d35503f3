import { sql } from 'kysely';
import { CommandState } from '#contract/commands.ts';
import type { ListResource } from './list.ts';

/** Commands, the latest first. */
export const commandsList: ListResource = {
  select: sql`c.*`,
  from: sql`command as c`,
  id: 'c.id',
  defaultSort: '-issuedAt',
  search: sql`lower(c.name || ' ' || c.issuer_name)`,
  fields: {
    gateway: { kind: 'word', column: 'c.gateway_id' },
    bulk: { kind: 'word', column: 'c.bulk_id' },
    name: { kind: 'text', column: 'c.name', sort: true },
    state: { kind: 'word', column: 'c.state', words: CommandState.options },
    issuerName: { kind: 'text', column: 'c.issuer_name', sort: true },
    issuedAt: { kind: 'instant', column: 'c.issued_at', sort: true },
    updatedAt: { kind: 'instant', column: 'c.updated_at', sort: true },
    deadlineAt: { kind: 'instant', column: 'c.deadline_at', sort: true },
  },
};
