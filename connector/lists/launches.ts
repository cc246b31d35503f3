import { sql } from 'kysely';
import { Launch } from '#contract/tunnels.ts';
import type { ListResource } from './list.ts';

/** Sessions of remote access, the latest first. */
export const launchesList: ListResource = {
  select: sql`l.*`,
  from: sql`launch as l`,
  id: 'l.id',
  defaultSort: '-createdAt',
  search: sql`lower(l.person_name || ' ' || l.name || ' ' || l.reason)`,
  fields: {
    gateway: { kind: 'word', column: 'l.gateway_id' },
    tunnel: { kind: 'word', column: 'l.tunnel' },
    person: { kind: 'word', column: 'l.person_id' },
    personName: { kind: 'text', column: 'l.person_name', sort: true },
    name: { kind: 'text', column: 'l.name', sort: true },
    reason: { kind: 'text', column: 'l.reason', sort: true },
    state: { kind: 'word', column: 'l.state', words: Launch.shape.state.options },
    createdAt: { kind: 'instant', column: 'l.created_at', sort: true },
    endedAt: { kind: 'instant', column: 'l.ended_at', sort: true, nullable: true },
    requests: { kind: 'number', column: 'l.requests', sort: true },
  },
};
