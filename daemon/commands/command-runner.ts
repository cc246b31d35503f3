import { type Clock, instant } from '#config/clock.ts';
import { describe } from '#config/document.ts';
import type { Log } from '#config/log.ts';
import {
  type CommandArgs,
  CommandCancel,
  CommandMessage,
  CommandName,
  type CommandOutput,
  commands,
  isFinal,
} from '#contract/commands.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { Id } from '#contract/ids.ts';
import { orAborted } from '../abortable.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { timeLeft } from './deadline.ts';
import type { CommandHandlers } from './handler.ts';
import type { JournalEntry, JournalStore } from './journal.ts';
import { CommandLedger } from './ledger.ts';
import { LiveCommand } from './live-command.ts';

export type { CommandContext, CommandHandlers, ResumableHandler } from './handler.ts';

/** Commands that run side by side; others wait, accepted. */
const CONCURRENCY = 4;
/** A command that is found open by more process starts than this is what ends the process. */
const MAX_RESUMES = 5;
/**
 * What a resumed command gets at least: its act is done, to prove what came of it takes no time, and the clock may be far
 * ahead until it is set.
 */
const PROOF_MS = 10_000;

interface RunnerOptions {
  store: JournalStore;
  outbox: Outbox;
  clock: Clock;
  log: Log;
  handlers: CommandHandlers;
  /** How far this clock is believed to be ahead of the cloud's, in ms: deadlines are the cloud's. */
  skewMs?: () => number;
  proofMs?: number;
}

/**
 * Runs what the cloud asks for, each id at most once, whatever dies when: `accepted` is on disk before execution, each
 * state that the cloud is told goes to the outbox in the same batch as to the journal, and a repeat is answered with what
 * is stored (design section 3). A command that ends the process itself goes on in the next one, from its checkpoint.
 */
export class CommandRunner {
  readonly #options: RunnerOptions;
  readonly #ledger: CommandLedger;
  readonly #live = new Map<string, LiveCommand>();
  /** Open commands of an earlier process, until `resumeOpen`. */
  readonly #left = new Map<string, JournalEntry>();
  readonly #receiving = new Set<string>();
  readonly #waiting: LiveCommand[] = [];
  readonly #work = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #running = 0;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#ledger = new CommandLedger(options);
  }

  /** The names of what this gateway can do. */
  capabilities(): CommandName[] {
    return CommandName.options.filter((name) => this.#options.handlers[name] !== undefined);
  }

  /**
   * Loads the journal, ends what an earlier process left unfinished, and keeps what has a checkpoint for `resumeOpen`.
   * To be called before the first `receive`.
   */
  async start(): Promise<void> {
    await this.#ledger.load();
    for (const entry of this.#ledger.open()) {
      const resumes = (entry.resumes ?? 0) + 1;
      if (!this.#canResume(entry)) await this.#giveUp(entry, new DemarcError('command.interrupted'));
      else if (resumes > MAX_RESUMES)
        await this.#giveUp(entry, new DemarcError('command.looping', `${resumes} starts`));
      else this.#left.set(entry.command.id, await this.#ledger.keep({ ...entry, resumes }));
    }
  }

  /** Goes on with the commands that an earlier process left at a checkpoint; to be called when all parts run. */
  resumeOpen(): void {
    if (this.#stopped) return;
    const proof = this.#options.proofMs ?? PROOF_MS;
    for (const entry of this.#left.values()) {
      this.#run(entry, Math.max(proof, timeLeft(entry.command, this.#cloudNow())));
    }
    this.#left.clear();
  }

  /** Whether the command's end is on disk, and with it in the outbox; also of one that is not known (any more). */
  hasEnded(id: string): boolean {
    const state = this.#ledger.get(id)?.last.state;
    return state === undefined || isFinal(state);
  }

  /**
   * Takes one message of `down/cmd`, whatever it holds. Resolves when its acceptance, rejection or cancel is on disk.
   * @throws DemarcError `store.full`
   */
  async receive(message: unknown): Promise<void> {
    if (this.#stopped) return;
    const cancel = CommandCancel.safeParse(message);
    if (cancel.success) return await this.#cancel(cancel.data);
    const parsed = CommandMessage.safeParse(message);
    if (!parsed.success) return await this.#refuseMalformed(message, describe(parsed.error));
    const command = parsed.data;
    const known = this.#ledger.get(command.id);
    if (known) return await this.#ledger.answer(known.last);
    if (this.#receiving.has(command.id)) return;
    this.#receiving.add(command.id);
    try {
      await this.#takeIn(command);
    } finally {
      this.#receiving.delete(command.id);
    }
  }

  /**
   * Ends everything as interrupted, except what has a checkpoint: that stays open for the next process. Resolves when
   * that is on disk and no handler runs any more.
   */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const interrupted = new DemarcError('command.interrupted');
    const reason = interrupted.toText();
    await Promise.all(
      [...this.#live.values()].map((live) =>
        this.#canResume(live.entry) ? live.leave(interrupted) : live.end('failed', { reason }, interrupted),
      ),
    );
    await Promise.allSettled(this.#work);
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  #cloudNow(): number {
    return this.#options.clock.now() - (this.#options.skewMs?.() ?? 0);
  }

  #canResume({ checkpoint, command }: JournalEntry): boolean {
    const name = CommandName.safeParse(command.name);
    return checkpoint !== undefined && name.success && typeof this.#options.handlers[name.data] === 'object';
  }

  async #giveUp(entry: JournalEntry, error: DemarcError): Promise<void> {
    await this.#ledger.record(entry, 'failed', { reason: error.toText() });
    this.#options.log.warn(
      { code: error.code, command: entry.command.id, name: entry.command.name },
      'a command of an earlier process was given up',
    );
  }

  async #takeIn(command: CommandMessage): Promise<void> {
    const { log } = this.#options;
    const entry = this.#ledger.entryOf(command);
    if (this.#ledger.isWithdrawn(command.id)) return void (await this.#ledger.record(entry, 'canceled'));
    const refusal = this.#refusal(command);
    if (refusal) {
      await this.#ledger.record(entry, 'rejected', { reason: refusal.toText() });
      log.warn({ code: refusal.code, command: command.id, name: command.name }, 'a command was rejected');
      return;
    }
    const accepted = await this.#ledger.accept(entry);
    if (this.#stopped) return;
    log.info({ command: command.id, name: command.name, issuer: command.issuer.id }, 'command accepted');
    this.#run(accepted, timeLeft(command, this.#cloudNow()));
  }

  /** Why the command cannot be run, from what is known before it starts. */
  #refusal(command: CommandMessage): DemarcError | undefined {
    if (timeLeft(command, this.#cloudNow()) <= 0) {
      return new DemarcError('command.deadline-passed', `deadline ${command.deadlineAt}`);
    }
    const name = CommandName.safeParse(command.name);
    if (!name.success || this.#options.handlers[name.data] === undefined) {
      return new DemarcError('command.not-supported', command.name);
    }
    const args = commands[name.data].args.safeParse(command.args ?? {});
    return args.success ? undefined : new DemarcError('command.invalid-arguments', describe(args.error));
  }

  /** A message that is no command: answered when it has at least an id, so that nobody waits for it. */
  async #refuseMalformed(message: unknown, problem: string): Promise<void> {
    const { log, clock } = this.#options;
    log.warn({ code: 'link.malformed', detail: problem }, 'a command does not have the agreed form');
    const id = Id.safeParse(
      typeof message === 'object' && message !== null && 'id' in message ? message.id : undefined,
    );
    if (!id.success || this.#ledger.get(id.data)) return;
    const reason = new DemarcError('command.invalid-arguments', problem).toText();
    await this.#ledger.answer({ command: id.data, state: 'rejected', at: instant(clock), reason });
  }

  /** Answers with the state that the command then has; one whose act is about to happen goes on. */
  async #cancel({ id, issuer }: CommandCancel): Promise<void> {
    const known = this.#ledger.get(id);
    if (known === undefined) return await this.#ledger.withdraw(id, issuer.name);
    const live = this.#live.get(id);
    const entry = live?.entry ?? known;
    if (isFinal(entry.last.state) || live?.ended || entry.checkpoint?.noReturn) {
      return await this.#ledger.answer(entry.last);
    }
    this.#options.log.info({ command: id, issuer: issuer.id }, 'a command is canceled');
    if (live) return await live.end('canceled', {}, new DemarcError('command.canceled'));
    this.#left.delete(id);
    await this.#ledger.record(entry, 'canceled');
  }

  #run(entry: JournalEntry, left: number): void {
    const live = new LiveCommand({
      entry,
      ledger: this.#ledger,
      log: this.#options.log,
      stopping: this.#stopping.signal,
      left,
      onDeadline: () => {
        const error = new DemarcError('command.deadline-passed', live.name);
        this.#track(live.end('timed_out', { reason: error.toText() }, error));
      },
    });
    this.#live.set(live.id, live);
    this.#waiting.push(live);
    this.#startNext();
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
  }

  #startNext(): void {
    while (this.#running < CONCURRENCY) {
      const live = this.#waiting.shift();
      if (!live) return;
      if (live.ended) {
        this.#live.delete(live.id);
        continue;
      }
      this.#running += 1;
      const work = this.#execute(live).finally(() => {
        this.#running -= 1;
        this.#live.delete(live.id);
        if (!this.#stopped) this.#startNext();
      });
      this.#track(work);
    }
  }

  /** Executes one command. Ends with its end; a handler that ignores its signal does not hold the place. */
  async #execute(live: LiveCommand): Promise<void> {
    live.begin();
    try {
      const output = await orAborted(this.#handle(live.name, live), live.signal);
      await live.end('succeeded', { output });
    } catch (thrown) {
      if (live.ended) return;
      const error = toDemarcError(thrown);
      this.#options.log.warn({ code: error.code, err: error, command: live.id, name: live.name }, 'a command failed');
      await live.end('failed', { reason: error.toText() });
    }
  }

  async #handle<N extends CommandName>(name: N, live: LiveCommand): Promise<CommandOutput<N>> {
    const { command, checkpoint } = live.entry;
    const handler: CommandHandlers[N] = this.#options.handlers[name];
    if (!handler) throw new DemarcError('command.not-supported', name);
    const args = commands[name].args.parse(command.args ?? {}) as CommandArgs<N>;
    if (typeof handler === 'function') return await handler(args, live.context());
    if (checkpoint === undefined) return await handler.run(args, live.context());
    return await handler.resume(args, checkpoint.step, live.context());
  }
}
