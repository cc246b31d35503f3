import type { Store } from '../store/store.ts';

/** How long the history is kept, in milliseconds: a year, and time to look back on it. As long as alerts that are over. */
const KEEP_MS = 400 * 86_400_000;
/** Rows that one statement removes: other writers get their turn in between. */
const SLICE = 5000;

/** Removes events that are older than the history is kept. */
export async function pruneEvents(store: Store, now: number): Promise<void> {
  const before = new Date(now - KEEP_MS).toISOString();
  for (;;) {
    const removed = await store.write(({ db }) =>
      db
        .deleteFrom('event')
        .where('id', 'in', (old) => old.selectFrom('event').select('id').where('at', '<', before).limit(SLICE))
        .executeTakeFirst(),
    );
    if (removed.numDeletedRows < BigInt(SLICE)) return;
  }
}
