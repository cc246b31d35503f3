import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, instant } from '#config/clock.ts';
import { type CommandMessage, type CommandResult, isFinal } from '#contract/commands.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import type { NewRecord, Outbox } from '../outbox/outbox.ts';
import { CommandJournal, type JournalEntry, type JournalStore } from './journal.ts';

/** What a result says beside id, time and state. */
export type ResultParts = Partial<Pick<CommandResult, 'progress' | 'output' | 'reason'>>;

const WRITE_TRIES = 6;

/** The journal and the outbox as one: each state of a command is written to both in the same batch, or to none. */
export class CommandLedger {
  readonly #journal: CommandJournal;
  readonly #outbox: Outbox;
  readonly #clock: Clock;

  constructor({ store, outbox, clock }: { store: JournalStore; outbox: Outbox; clock: Clock }) {
    this.#journal = new CommandJournal(store);
    this.#outbox = outbox;
    this.#clock = clock;
  }

  /** To be called once, before anything else. */
  load(): Promise<void> {
    return this.#journal.load();
  }

  get(id: string): JournalEntry | undefined {
    return this.#journal.get(id);
  }

  open(): JournalEntry[] {
    return this.#journal.open();
  }

  isWithdrawn(id: string): boolean {
    return this.#journal.isWithdrawn(id);
  }

  /** The entry of a command that has just come, not on disk yet. */
  entryOf(command: CommandMessage): JournalEntry {
    const last: CommandResult = { command: command.id, state: 'sent', at: instant(this.#clock) };
    return { command, receivedAt: this.#clock.now(), last };
  }

  /** Tells the cloud a state that is not (or already) in the journal. @throws DemarcError `store.full` */
  answer(result: CommandResult): Promise<void> {
    return this.#outbox.append([record(result)]);
  }

  /** @throws DemarcError `store.full`, `link.message-too-large` */
  async record(entry: JournalEntry, state: CommandResult['state'], parts: ResultParts = {}): Promise<JournalEntry> {
    const now = this.#clock.now();
    const result: CommandResult = { command: entry.command.id, at: instant(this.#clock), ...parts, state };
    const { checkpoint, ...rest } = entry;
    // A step may hold what is worth nothing any more and should not lie about, such as the address of an upload.
    const kept = isFinal(state) || checkpoint === undefined ? rest : { ...rest, checkpoint };
    const next: JournalEntry = { ...kept, last: result };
    await this.#outbox.append([record(result)], this.#journal.operations(next, now));
    this.#journal.commit(next, now);
    return next;
  }

  /**
   * What a command came to is worth waiting for: a full disk may have room again, a large output is left out. Gives up
   * at once when `giveUp` is aborted. @throws DemarcError `store.full`
   */
  async recordStubbornly(
    entry: JournalEntry,
    state: CommandResult['state'],
    parts: ResultParts,
    giveUp: AbortSignal,
  ): Promise<JournalEntry> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.record(entry, state, parts);
      } catch (thrown) {
        const error = toDemarcError(thrown);
        if (error.code === 'link.message-too-large')
          return await this.record(entry, 'failed', { reason: error.toText() });
        if (!isFinal(state) || giveUp.aborted || attempt === WRITE_TRIES) throw error;
        await sleep(250 * 2 ** attempt);
      }
    }
  }

  /**
   * Accepts a command, on disk alone: the cloud hears of it from `LiveCommand`, unless it is over before that.
   * @throws DemarcError `store.full`
   */
  accept(entry: JournalEntry): Promise<JournalEntry> {
    const last: CommandResult = { command: entry.command.id, state: 'accepted', at: instant(this.#clock) };
    return this.keep({ ...entry, last });
  }

  /** Keeps an entry without telling the cloud. @throws DemarcError `store.full` */
  async keep(entry: JournalEntry): Promise<JournalEntry> {
    const now = this.#clock.now();
    await this.#outbox.append([], this.#journal.operations(entry, now));
    this.#journal.commit(entry, now);
    return entry;
  }

  /** Remembers that a command is not wanted that has not come yet, and says so. @throws DemarcError `store.full` */
  async withdraw(id: string, by: string): Promise<void> {
    const wish = { at: this.#clock.now(), by };
    const result: CommandResult = { command: id, state: 'canceled', at: instant(this.#clock) };
    await this.#outbox.append([record(result)], this.#journal.withdrawalOperations(id, wish));
    this.#journal.commitWithdrawal(id, wish);
  }
}

const record = (result: CommandResult): NewRecord => ({
  class: 'result',
  to: { channel: 'result', command: result.command },
  kind: 'result',
  data: result,
});
