import type { Log } from '#config/log.ts';
import { CommandName, type CommandResult } from '#contract/commands.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { after } from './deadline.ts';
import type { CommandContext } from './handler.ts';
import type { JournalEntry } from './journal.ts';
import type { CommandLedger, ResultParts } from './ledger.ts';
import { Throttle } from './throttle.ts';

const PROGRESS_EVERY_MS = 500;
/**
 * A command that ends sooner never says that it was accepted or that it runs: that would cost a synced write at both ends,
 * for nobody to see.
 */
const TELL_AFTER_MS = 50;

interface LiveOptions {
  entry: JournalEntry;
  ledger: CommandLedger;
  log: Log;
  /** Aborted when the process stops: writes are then tried once only. */
  stopping: AbortSignal;
  /** Milliseconds until its deadline. */
  left: number;
  onDeadline: () => void;
}

/** A command that was accepted and has not ended: its writes in order, its deadline, and its one end. */
export class LiveCommand {
  /** Whether it goes on where an earlier process left it. */
  readonly resumed: boolean;
  readonly name: CommandName;
  readonly #options: LiveOptions;
  readonly #abort = new AbortController();
  readonly #throttle = new Throttle(PROGRESS_EVERY_MS);
  readonly #stopTimer: () => void;
  #entry: JournalEntry;
  #ended = false;
  #runningTold = false;
  /** Stops the timer of what is to be told next. */
  #stopTelling: () => void;
  #writes: Promise<unknown> = Promise.resolve();

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#entry = options.entry;
    this.name = CommandName.parse(options.entry.command.name);
    this.resumed = options.entry.checkpoint !== undefined;
    this.#stopTimer = after(options.left, options.onDeadline);
    // For one that waits until others have ended. The journal has it as accepted already.
    this.#stopTelling = this.resumed ? () => undefined : after(TELL_AFTER_MS, () => void this.write('accepted'));
  }

  get id(): string {
    return this.#entry.command.id;
  }

  get entry(): JournalEntry {
    return this.#entry;
  }

  /** Whether its final state is chosen, or it was left to the next process. */
  get ended(): boolean {
    return this.#ended;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Its handler is about to be called. */
  begin(): void {
    this.#stopTelling();
    if (this.resumed) this.#tellRunning({ progress: { text: 'Goes on after a restart' } });
    else this.#stopTelling = after(TELL_AFTER_MS, () => this.#tellRunning());
  }

  /** What its handler gets. */
  context(): CommandContext {
    const { id, issuer } = this.#entry.command;
    return {
      id,
      issuer,
      signal: this.signal,
      progress: (text, percent, soFar) => {
        if (this.#ended) return;
        const bounded = percent === undefined ? {} : { percent: Math.min(100, Math.max(0, percent)) };
        const progress = { text: text.slice(0, 500), ...bounded };
        this.#throttle.offer(() => {
          this.#runningTold = true;
          void this.write('running', { progress, ...(soFar === undefined ? {} : { output: soFar }) });
        });
      },
      checkpoint: (step, options) => this.#checkpoint(step, options?.noReturn ?? false),
    };
  }

  /** Queues a write behind the earlier ones. Never rejects: a failure is logged. */
  write(state: CommandResult['state'], parts: ResultParts = {}): Promise<void> {
    const { ledger, log, stopping } = this.#options;
    return this.#inOrder(async () => {
      try {
        this.#entry = await ledger.recordStubbornly(this.#entry, state, parts, stopping);
      } catch (error) {
        log.error(
          { code: toDemarcError(error).code, err: error, command: this.id, state },
          'the state of a command could not be stored; the cloud will see it as interrupted after a restart',
        );
      }
    });
  }

  /** The one way to a final state; the first to come wins. With `error` its handler's signal is aborted. */
  async end(state: CommandResult['state'], parts: ResultParts, error?: DemarcError): Promise<void> {
    if (this.#ended) return;
    this.#close();
    await this.write(state, parts);
    if (error) this.#abort.abort(error);
    this.#options.log.info({ command: this.id, name: this.name, state }, 'command ended');
  }

  /** Leaves it open on disk for the next process; its handler's signal is aborted with `error`. */
  async leave(error: DemarcError): Promise<void> {
    if (this.#ended) return;
    this.#close();
    await this.#writes;
    this.#abort.abort(error);
    this.#options.log.info({ command: this.id, name: this.name }, 'a command goes on after the restart');
  }

  #close(): void {
    this.#ended = true;
    this.#stopTimer();
    this.#stopTelling();
    this.#throttle.stop();
  }

  #tellRunning(parts: ResultParts = {}): void {
    if (this.#runningTold || this.#ended) return;
    this.#runningTold = true;
    void this.write('running', parts);
  }

  async #checkpoint(step: unknown, noReturn: boolean): Promise<void> {
    this.#tellRunning();
    await this.#inOrder(async () => {
      if (this.#ended) throw new DemarcError('command.final', this.#entry.last.state);
      this.#entry = await this.#options.ledger.keep({ ...this.#entry, checkpoint: { step, noReturn } });
    });
    // It may have been canceled while the disk was busy: the act must not be begun then.
    if (this.#ended) throw new DemarcError('command.final', this.#entry.last.state);
  }

  #inOrder<T>(write: () => Promise<T>): Promise<T> {
    const result = this.#writes.then(write);
    this.#writes = result.catch(() => undefined);
    return result;
  }
}
