/** What a command's handler gets and gives. */
import type { CommandArgs, CommandMessage, CommandName, CommandOutput } from '#contract/commands.ts';

/** What a handler gets beside its arguments. `signal` ends it at its deadline, when it is canceled and at a stop. */
export interface CommandContext {
  id: string;
  issuer: CommandMessage['issuer'];
  signal: AbortSignal;
  /**
   * Tells how far it is, and what there is of its output so far; more than two a second are thinned out, the latest one
   * wins.
   */
  progress: (text: string, percent?: number, soFar?: unknown) => void;
  /**
   * Puts `step` (JSON) on disk with the command. To be awaited before an act that may end this process: the next process
   * then calls `resume` with the latest step, where a command without one ends as interrupted. With `noReturn` the
   * command cannot be canceled from then on: the act is about to happen, and `canceled` would be untrue.
   * @throws DemarcError `store.full`, `command.final` when it has been canceled meanwhile: the act must not be begun
   */
  checkpoint: (step: unknown, options?: { noReturn?: boolean }) => Promise<void>;
}

export type CommandHandler<N extends CommandName> = (
  args: CommandArgs<N>,
  context: CommandContext,
) => Promise<CommandOutput<N>>;

/**
 * A command whose act may end the process. `resume` gets the step that was put on disk last, and proves what came of it.
 * It is called by `CommandRunner.resumeOpen()`, which main.ts calls when all parts run.
 */
export interface ResumableHandler<N extends CommandName> {
  run: CommandHandler<N>;
  resume: (args: CommandArgs<N>, step: unknown, context: CommandContext) => Promise<CommandOutput<N>>;
}

/** The typed table of what this gateway can do; its names are the capabilities of the birth. */
export type CommandHandlers = { [N in CommandName]?: CommandHandler<N> | ResumableHandler<N> };
