import type { Store } from '../store/store.ts';
import { TELL_MS } from './notifications-list.ts';

/**
 * Forgets what people did with notifications that are told no more. An alert that is still open is told of for ever, and
 * when a person last read all is one row.
 */
export async function pruneNotificationMarks(store: Store, now: number): Promise<void> {
  await store.write(({ db }) =>
    db
      .deleteFrom('notification_mark')
      .where('marked_at', '<', new Date(now - TELL_MS).toISOString())
      .where('ref', '<>', '')
      .where('ref', 'not in', (open) => open.selectFrom('alert').select('id').where('resolved_at', 'is', null))
      .execute(),
  );
}
