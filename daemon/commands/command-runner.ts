import { type Clock, instant } from '#config/clock.ts';
import { describe } from '#config/document.ts';
import type { Log } from '#config/log.ts';
import {
  type CommandArgs,
  CommandMessage,
  CommandName,
  type CommandOutput,
  type CommandResult,
  commands,
  isFinal,
} from '#contract/commands.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { Id } from '#contract/ids.ts';
import type { NewRecord, Outbox } from '../outbox/outbox.ts';
import { CommandJournal, type JournalEntry, type JournalStore } from './journal.ts';
import { Throttle } from './throttle.ts';

/** What a handler gets beside its arguments. `signal` ends it at its deadline, when it is canceled and at a stop. */
export interface CommandContext {
  id: string;
  issuer: CommandMessage['issuer'];
  signal: AbortSignal;
  /** Tells how far it is; more than two a second are thinned out, the latest one wins. */
  progress: (text: string, percent?: number) => void;
  /**
   * Puts `step` (JSON) on disk with the command. To be awaited before an act that may end this process: the next process
   * then calls `resume` with the latest step, where a command without one ends as interrupted.
   */
  checkpoint: (step: unknown) => Promise<void>;
}

type CommandHandler<N extends CommandName> = (
  args: CommandArgs<N>,
  context: CommandContext,
) => Promise<CommandOutput<N>>;

/** A command whose act may end the process. `resume` gets the step that was put on disk last, and proves what came of it. */
export interface ResumableHandler<N extends CommandName> {
  run: CommandHandler<N>;
  resume: (args: CommandArgs<N>, step: unknown, context: CommandContext) => Promise<CommandOutput<N>>;
}

/** The typed table of what this gateway can do; its names are the capabilities of the birth. */
export type CommandHandlers = { [N in CommandName]?: CommandHandler<N> | ResumableHandler<N> };

/** Commands that run side by side; others wait, accepted. */
const CONCURRENCY = 4;
/** The longest delay that a timer of Node takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const PROGRESS_EVERY_MS = 500;
const WRITE_TRIES = 6;

interface RunnerOptions {
  store: JournalStore;
  outbox: Outbox;
  clock: Clock;
  log: Log;
  handlers: CommandHandlers;
  /** How far this clock is believed to be ahead of the cloud's, in ms: deadlines are the cloud's. */
  skewMs?: () => number;
}

/** A command that was accepted and has not ended. */
interface Live {
  entry: JournalEntry;
  abort: AbortController;
  throttle: Throttle;
  timer: NodeJS.Timeout;
  /** The writes about this command, one after the other. */
  writes: Promise<void>;
  ended: boolean;
}

/**
 * Runs what the cloud asks for, each id at most once, whatever dies when: `accepted` is on disk before execution, each
 * state goes to the outbox in the same batch as to the journal, and a repeat is answered with what is stored
 * (design section 3).
 */
export class CommandRunner {
  readonly #options: RunnerOptions;
  readonly #journal: CommandJournal;
  readonly #live = new Map<string, Live>();
  readonly #receiving = new Set<string>();
  readonly #waiting: Live[] = [];
  readonly #work = new Set<Promise<void>>();
  #running = 0;
  #stopped = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#journal = new CommandJournal(options.store);
  }

  /** The names of what this gateway can do. */
  capabilities(): CommandName[] {
    return CommandName.options.filter((name) => this.#options.handlers[name] !== undefined);
  }

  /** Loads the journal and ends what an earlier process left unfinished. To be called before the first `receive`. */
  async start(): Promise<void> {
    await this.#journal.load();
    for (const entry of this.#journal.open()) {
      await this.#record(entry, 'failed', { reason: new DemarcError('command.interrupted').toText() });
      this.#options.log.warn(
        { code: 'command.interrupted', command: entry.command.id, name: entry.command.name },
        'a command was interrupted by the end of the process',
      );
    }
  }

  /** Takes one message of `down/cmd`, whatever it holds. Resolves when its acceptance or rejection is on disk. */
  async receive(message: unknown): Promise<void> {
    if (this.#stopped) return;
    const parsed = CommandMessage.safeParse(message);
    if (!parsed.success) return await this.#refuseMalformed(message, describe(parsed.error));
    const command = parsed.data;
    const known = this.#journal.get(command.id);
    if (known) return await this.#options.outbox.append([record(known.last)]);
    if (this.#receiving.has(command.id)) return;
    this.#receiving.add(command.id);
    try {
      await this.#takeIn(command);
    } finally {
      this.#receiving.delete(command.id);
    }
  }

  /** Ends a waiting or running command as `canceled`. False when it is not there or has ended. */
  async cancel(id: string): Promise<boolean> {
    const live = this.#live.get(id);
    if (!live || live.ended) return false;
    await this.#end(live, 'canceled', {});
    live.abort.abort(new DemarcError('command.final', 'canceled'));
    return true;
  }

  /** Ends everything as interrupted, and resolves when that is on disk and no handler runs any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const interrupted = new DemarcError('command.interrupted');
    await Promise.all(
      [...this.#live.values()].map(async (live) => {
        await this.#end(live, 'failed', { reason: interrupted.toText() });
        live.abort.abort(interrupted);
      }),
    );
    await Promise.allSettled(this.#work);
  }

  async #takeIn(command: CommandMessage): Promise<void> {
    const { clock, log } = this.#options;
    const entry: JournalEntry = {
      command,
      receivedAt: clock.now(),
      last: { command: command.id, state: 'sent', at: instant(clock) },
    };
    const refusal = this.#refusal(command);
    if (refusal) {
      await this.#record(entry, 'rejected', { reason: refusal.toText() });
      log.warn({ code: refusal.code, command: command.id, name: command.name }, 'a command was rejected');
      return;
    }
    const accepted = await this.#record(entry, 'accepted', {});
    if (this.#stopped) return;
    log.info({ command: command.id, name: command.name, issuer: command.issuer.id }, 'command accepted');
    const left = Math.max(0, Date.parse(command.deadlineAt) - this.#cloudNow());
    const live: Live = {
      entry: accepted,
      abort: new AbortController(),
      throttle: new Throttle(PROGRESS_EVERY_MS),
      timer: setTimeout(() => this.#timeOut(live), Math.min(left, MAX_TIMER_MS)),
      writes: Promise.resolve(),
      ended: false,
    };
    this.#live.set(command.id, live);
    this.#waiting.push(live);
    this.#startNext();
  }

  /** Why the command cannot be run, from what is known before it starts. */
  #refusal(command: CommandMessage): DemarcError | undefined {
    if (Date.parse(command.deadlineAt) <= this.#cloudNow()) {
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
    const { log, outbox, clock } = this.#options;
    log.warn({ code: 'link.malformed', detail: problem }, 'a command does not have the agreed form');
    const id = Id.safeParse(
      typeof message === 'object' && message !== null && 'id' in message ? message.id : undefined,
    );
    if (!id.success || this.#journal.get(id.data)) return;
    const reason = new DemarcError('command.invalid-arguments', problem).toText();
    await outbox.append([record({ command: id.data, state: 'rejected', at: instant(clock), reason })]);
  }

  #cloudNow(): number {
    return this.#options.clock.now() - (this.#options.skewMs?.() ?? 0);
  }

  #startNext(): void {
    while (this.#running < CONCURRENCY) {
      const live = this.#waiting.shift();
      if (!live) return;
      if (live.ended) continue;
      this.#running += 1;
      const work = this.#run(live).finally(() => {
        this.#running -= 1;
        this.#work.delete(work);
        if (!this.#stopped) this.#startNext();
      });
      this.#work.add(work);
    }
  }

  /** Executes one command. Ends with its end; a handler that ignores its signal does not hold the place. */
  async #run(live: Live): Promise<void> {
    const name = CommandName.parse(live.entry.command.name);
    await this.#write(live, 'running', {});
    if (live.ended) return;
    const aborted = new Promise<never>((_, reject) => {
      live.abort.signal.addEventListener('abort', () => reject(toDemarcError(live.abort.signal.reason)), {
        once: true,
      });
    });
    try {
      const output = await Promise.race([this.#handle(name, live), aborted]);
      await this.#end(live, 'succeeded', { output });
    } catch (thrown) {
      const error = toDemarcError(thrown);
      if (live.ended) return;
      this.#options.log.warn(
        { code: error.code, err: error, command: live.entry.command.id, name },
        'a command failed',
      );
      await this.#end(live, 'failed', { reason: error.toText() });
    }
  }

  #handle<N extends CommandName>(name: N, live: Live): Promise<CommandOutput<N>> {
    const { command } = live.entry;
    const handler: CommandHandlers[N] = this.#options.handlers[name];
    if (!handler) throw new DemarcError('command.not-supported', name);
    const args = commands[name].args.parse(command.args ?? {}) as CommandArgs<N>;
    const send = (progress: NonNullable<CommandResult['progress']>) => void this.#write(live, 'running', { progress });
    const run: CommandHandler<N> = typeof handler === 'function' ? handler : handler.run;
    return run(args, {
      checkpoint: async () => undefined,
      id: command.id,
      issuer: command.issuer,
      signal: live.abort.signal,
      progress: (text, percent) => {
        if (live.ended) return;
        const bounded = percent === undefined ? {} : { percent: Math.min(100, Math.max(0, percent)) };
        live.throttle.offer(() => send({ text: text.slice(0, 500), ...bounded }));
      },
    });
  }

  #timeOut(live: Live): void {
    const left = Date.parse(live.entry.command.deadlineAt) - this.#cloudNow();
    // A timer cannot be set for more than 24 days, and a clock may have been put back.
    if (left > 1000) {
      live.timer = setTimeout(() => this.#timeOut(live), Math.min(left, MAX_TIMER_MS));
      return;
    }
    const error = new DemarcError('command.deadline-passed', live.entry.command.name);
    const work = this.#end(live, 'timed_out', { reason: error.toText() }).finally(() => {
      live.abort.abort(error);
      this.#work.delete(work);
    });
    this.#work.add(work);
  }

  /** The one way to a final state; the first to come wins. */
  async #end(live: Live, state: CommandResult['state'], what: Partial<CommandResult>): Promise<void> {
    if (live.ended) return;
    live.ended = true;
    clearTimeout(live.timer);
    live.throttle.stop();
    await this.#write(live, state, what);
    this.#live.delete(live.entry.command.id);
    this.#options.log.info({ command: live.entry.command.id, name: live.entry.command.name, state }, 'command ended');
  }

  /** Queues a write behind the earlier ones of the same command. Never rejects: a failure is logged. */
  #write(live: Live, state: CommandResult['state'], what: Partial<CommandResult>): Promise<void> {
    const before = live.writes;
    const write = async () => {
      await before;
      try {
        live.entry = await this.#recordStubbornly(live.entry, state, what);
      } catch (error) {
        this.#options.log.error(
          { code: toDemarcError(error).code, err: error, command: live.entry.command.id, state },
          'the state of a command could not be stored; the cloud will see it as interrupted after a restart',
        );
      }
    };
    live.writes = write();
    return live.writes;
  }

  /** What a command came to is worth waiting for: a full disk may have room again, a large output is left out. */
  async #recordStubbornly(
    entry: JournalEntry,
    state: CommandResult['state'],
    what: Partial<CommandResult>,
  ): Promise<JournalEntry> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#record(entry, state, what);
      } catch (thrown) {
        const error = toDemarcError(thrown);
        if (error.code === 'link.message-too-large') {
          return await this.#record(entry, 'failed', { reason: error.toText() });
        }
        if (!isFinal(state) || this.#stopped || attempt === WRITE_TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** attempt));
      }
    }
  }

  /** Journal and outbox in one batch. @throws DemarcError `store.full`, `link.message-too-large` */
  async #record(
    entry: JournalEntry,
    state: CommandResult['state'],
    what: Partial<CommandResult>,
  ): Promise<JournalEntry> {
    const { clock, outbox } = this.#options;
    const now = clock.now();
    const result: CommandResult = { command: entry.command.id, at: instant(clock), ...what, state };
    const next: JournalEntry = { ...entry, last: result };
    await outbox.append([record(result)], this.#journal.operations(next, now));
    this.#journal.commit(next, now);
    return next;
  }
}

const record = (result: CommandResult): NewRecord => ({
  class: 'result',
  to: { channel: 'result', command: result.command },
  kind: 'result',
  data: result,
});
