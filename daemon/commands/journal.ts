import { z } from 'zod';
import { CommandMessage, CommandResult, isFinal } from '#contract/commands.ts';
import type { StoreOperation, Table } from '../store/table.ts';

/** What is known of one command: the message, when it came, and the latest result that was sent for it. */
export const JournalEntry = z.object({
  command: CommandMessage,
  receivedAt: z.number(),
  last: CommandResult,
  /** Where its handler was before an act that may have ended the process; gone when the command has ended. */
  checkpoint: z.object({ step: z.unknown(), noReturn: z.boolean().optional() }).optional(),
  /** How many process starts have found it open. */
  resumes: z.int().min(0).optional(),
});
export type JournalEntry = z.infer<typeof JournalEntry>;

/** A cancel that came before its command. */
const Withdrawn = z.object({ at: z.number(), by: z.string().max(256) });
type Withdrawn = z.infer<typeof Withdrawn>;

/**
 * How long and how many ids are remembered, so that a repeat is answered and never executed again (design section 3). A
 * command may be repeated until its deadline, which can be later than that; and after a clock has jumped, age says nothing
 * about the latest ones.
 */
const KEEP = { ageMs: 7 * 86_400_000, entries: 1000, latest: 50, untilDeadline: 4000 };

/** The part of the daemon's store that the journal needs. */
export interface JournalStore {
  table<S extends z.ZodType>(name: string, schema: S): Table<z.output<S>>;
}

/** The commands that this gateway has been given, on disk. Held in memory too: it is small and asked for each message. */
export class CommandJournal {
  readonly #table: Table<JournalEntry>;
  readonly #withdrawals: Table<Withdrawn>;
  readonly #known = new Map<string, JournalEntry>();
  readonly #withdrawn = new Map<string, Withdrawn>();

  constructor(store: JournalStore) {
    this.#table = store.table('commands', JournalEntry);
    this.#withdrawals = store.table('withdrawn-commands', Withdrawn);
  }

  /** Reads what is on disk; to be called once, before anything else. */
  async load(): Promise<void> {
    const entries: [string, JournalEntry][] = [];
    for await (const entry of this.#table.entries()) entries.push(entry);
    entries.sort(([, a], [, b]) => a.receivedAt - b.receivedAt);
    for (const [id, entry] of entries) this.#known.set(id, entry);
    const withdrawn: [string, Withdrawn][] = [];
    for await (const entry of this.#withdrawals.entries()) withdrawn.push(entry);
    withdrawn.sort(([, a], [, b]) => a.at - b.at);
    for (const [id, entry] of withdrawn) this.#withdrawn.set(id, entry);
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

  /** Whether a cancel came before this command. */
  isWithdrawn(id: string): boolean {
    return this.#withdrawn.has(id);
  }

  /** The writes that remember the wish to cancel a command that has not come yet. Remembered by `commitWithdrawal`. */
  withdrawalOperations(id: string, wish: Withdrawn): StoreOperation[] {
    const forgotten = this.#oldWithdrawals(wish.at).map((old) => this.#withdrawals.removeOperation(old));
    return [this.#withdrawals.putOperation(id, wish), ...forgotten];
  }

  /** To be called when those are on disk. */
  commitWithdrawal(id: string, wish: Withdrawn): void {
    for (const old of this.#oldWithdrawals(wish.at)) this.#withdrawn.delete(old);
    this.#withdrawn.set(id, wish);
  }

  #oldWithdrawals(now: number): string[] {
    const excess = this.#withdrawn.size + 1 - KEEP.entries;
    return [...this.#withdrawn].flatMap(([id, { at }], i) => (i < excess || now - at > KEEP.ageMs ? [id] : []));
  }

  /** Ended commands that are too old, and the oldest of those above the number that is kept. */
  #tooMany(now: number): string[] {
    let left = this.#known.size + 1;
    const ids: string[] = [];
    for (const [id, { receivedAt, command, last }] of this.#known) {
      const isOld = now - receivedAt > KEEP.ageMs;
      if ((!isOld && left <= KEEP.entries) || left <= KEEP.latest) break;
      const mayCome = Date.parse(command.deadlineAt) > now && left <= KEEP.untilDeadline;
      if (mayCome || !isFinal(last.state)) continue;
      ids.push(id);
      left -= 1;
    }
    return ids;
  }
}
