import { z } from 'zod';
import { CommandMessage, CommandResult, isFinal } from '#contract/commands.ts';
import type { StoreOperation, Table } from '../store/table.ts';

/** What is known of one command: the message, when it came, and the latest result that was sent for it. */
export const JournalEntry = z.object({
  command: CommandMessage,
  receivedAt: z.number(),
  last: CommandResult,
});
export type JournalEntry = z.infer<typeof JournalEntry>;

/** How long and how many ids are remembered, so that a repeat is answered and never executed again (design section 3). */
const KEEP = { ageMs: 7 * 86_400_000, entries: 1000 };

/** The part of the daemon's store that the journal needs. */
export interface JournalStore {
  table(name: string, schema: typeof JournalEntry): Table<JournalEntry>;
}

/** The commands that this gateway has been given, on disk. Held in memory too: it is small and asked for each message. */
export class CommandJournal {
  readonly #table: Table<JournalEntry>;
  readonly #known = new Map<string, JournalEntry>();

  constructor(store: JournalStore) {
    this.#table = store.table('commands', JournalEntry);
  }

  /** Reads what is on disk; to be called once, before anything else. */
  async load(): Promise<void> {
    const entries: [string, JournalEntry][] = [];
    for await (const entry of this.#table.entries()) entries.push(entry);
    entries.sort(([, a], [, b]) => a.receivedAt - b.receivedAt);
    for (const [id, entry] of entries) this.#known.set(id, entry);
  }

  get(id: string): JournalEntry | undefined {
    return this.#known.get(id);
  }

  /** Entries whose command has not ended. */
  open(): JournalEntry[] {
    return [...this.#known.values()].filter((entry) => !isFinal(entry.last.state));
  }

  /** The write that records `entry`, and those that forget what is too old or too much. Remembered by `commit`. */
  operations(entry: JournalEntry, now: number): StoreOperation[] {
    const forgotten = this.#tooMany(now).map((id) => this.#table.removeOperation(id));
    return [this.#table.putOperation(entry.command.id, entry), ...forgotten];
  }

  /** To be called when the operations are on disk. */
  commit(entry: JournalEntry, now: number): void {
    for (const id of this.#tooMany(now)) this.#known.delete(id);
    this.#known.set(entry.command.id, entry);
  }

  /** Ended commands that are too old, and the oldest of those above the number that is kept. */
  #tooMany(now: number): string[] {
    let excess = this.#known.size + 1 - KEEP.entries;
    const ids: string[] = [];
    for (const [id, entry] of this.#known) {
      const expired = now - entry.receivedAt > KEEP.ageMs;
      if (!expired && excess <= 0) break;
      if (!isFinal(entry.last.state)) continue;
      ids.push(id);
      excess -= 1;
    }
    return ids;
  }
}
