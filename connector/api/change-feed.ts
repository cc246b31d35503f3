import { FOLLOW_COMMANDS, type Permission } from '#contract/access.ts';
import { Change } from '#contract/api.ts';
import { type Actor, may } from '../access/may.ts';
import type { Db } from '../store/store.ts';

/** What one has to be allowed to see, to be told of a change of this topic; of several one is enough. */
const RIGHTS: Readonly<Record<Exclude<Change['topic'], 'notification'>, Permission | readonly Permission[]>> = {
  account: 'accounts:view',
  gateway: 'support:view',
  users: 'users:view',
  'sync-run': 'integrations:view',
  inventory: 'inventory:view',
  command: FOLLOW_COMMANDS,
  alert: 'settings:view',
  event: 'events:view',
  enrolment: 'integrations:view',
  upload: ['support:logs', 'support:trace'],
  'support-log': 'support:view',
  trunk: 'integrations:view',
  import: 'users:add',
  person: 'people:view',
  role: 'roles:view',
  numbers: 'integrations:view',
  location: 'integrations:view',
  integration: 'integrations:view',
};

const BATCH = 100;

/** Changes after a number, as one caller may see them; `last` is the number up to which the table was read. */
export interface Batch {
  changes: { id: number; change: Change }[];
  last: number;
  /** Whether there may be more to read at once. */
  full: boolean;
}

function isShown(
  actor: Actor,
  topic: Change['topic'],
  row: { account_id: string | null; partner: string; ref: string | null },
  account: string | undefined,
): boolean {
  // A person's own notifications are theirs whichever account they look at.
  if (topic === 'notification') return row.ref === actor.id;
  if (account !== undefined && row.account_id !== account) return false;
  const resource = { partner: row.partner, account: row.account_id };
  return [RIGHTS[topic]].flat().some((right) => may(actor, right, resource));
}

/** Reads the next changes; one that the actor may not see is left out, as is one that has neither account nor partner. */
export async function readChanges(db: Db, actor: Actor, after: number, account: string | undefined): Promise<Batch> {
  const rows = await db
    .selectFrom('change')
    .leftJoin('account', 'account.id', 'change.account_id')
    .select(['change.id', 'change.account_id', 'change.topic', 'change.ref', 'change.row'])
    .select((eb) => eb.fn.coalesce('account.partner_id', 'change.partner_id').as('partner'))
    .where('change.id', '>', after)
    .orderBy('change.id')
    .limit(BATCH)
    .execute();
  const changes = rows.flatMap((row) => {
    const topic = Change.shape.topic.safeParse(row.topic);
    if (!topic.success || row.partner === null) return [];
    if (!isShown(actor, topic.data, { ...row, partner: row.partner }, account)) return [];
    const document: unknown = row.row === null ? undefined : JSON.parse(row.row);
    const change = { topic: topic.data, account: row.account_id, ref: row.ref };
    return [{ id: row.id, change: { ...change, ...(document !== undefined && { row: document }) } }];
  });
  return { changes, last: rows.at(-1)?.id ?? after, full: rows.length === BATCH };
}

/** Where a stream begins: after the number that the client has seen, or (`missed`) at the end with all to be read again. */
export async function startOf(db: Db, seen: number | undefined): Promise<{ last: number; missed: boolean }> {
  const row = await db
    .selectFrom('change')
    .select(({ fn }) => [fn.min<number | null>('id').as('first'), fn.max<number | null>('id').as('last')])
    .executeTakeFirst();
  const end = row?.last ?? 0;
  if (seen === undefined || seen === end) return { last: end, missed: false };
  const kept = seen < end && seen >= (row?.first ?? 1) - 1;
  return kept ? { last: seen, missed: false } : { last: end, missed: true };
}

/** Tells a client that was away for too long to read every list again (a change without a row says just that). */
export const everything: readonly Change[] = Change.shape.topic.options.map((topic) => ({
  topic,
  account: null,
  ref: null,
}));
