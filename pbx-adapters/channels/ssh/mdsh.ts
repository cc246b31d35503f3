import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { CommandEnd, SshSession } from './session.ts';

/** Reasons of a refusal that mean that there is nothing of the kind. */
const NOTHING = new Set(['NOT ASSIGNED', 'ENTRY NOT FOUND']);

/** Whether a refusal says that nothing of the kind exists, which is an answer and not a fault. */
export const saysNothingThere = (error: unknown): boolean =>
  error instanceof DemarcError && error.code === 'mdsh.not-accepted' && NOTHING.has(reasonOf(error.detail ?? ''));

const reasonOf = (detail: string): string => detail.slice(detail.lastIndexOf(': ') + 2);

/**
 * Runs one command of the MX-ONE shell and gives its lines (byte strings). Ends normally only when the output is known
 * to be whole: by the exit status, or by the line `END` that prints may close with. `forced` asks for no confirmation.
 * @throws DemarcError `mdsh.…`, `pbx.truncated` when it broke off, and those of `SshSession.run`
 */
export async function* mdsh(
  session: SshSession,
  command: string,
  signal: AbortSignal,
  { forced = false }: { forced?: boolean } = {},
): AsyncGenerator<string> {
  // Commands come from closed lists and hold no quote: no shell can read anything else into them.
  const output = session.run(`mdsh -c ${forced ? '-f ' : ''}'${command}'`, signal);
  let count = 0;
  let ended = false;
  let refusal: string[] | undefined;
  try {
    for (;;) {
      const next = await output.next();
      if (next.done) {
        if (refusal) throw refused(command, refusal);
        if (!ended) requireWhole(command, next.value, count);
        return;
      }
      count += 1;
      const text = next.value.trim();
      if (ended) continue;
      if (refusal) {
        if (text !== '' && refusal.length < 2) refusal.push(text.slice(0, 100));
      } else if (text === 'NOT ACCEPTED') refusal = [];
      else if (text === 'END') ended = true;
      else yield next.value;
    }
  } finally {
    // A reader that stops early leaves a command that is still printing: its connection must not be used again.
    await output.return({ status: undefined, complaint: '' });
  }
}

function requireWhole(command: string, { status, complaint }: CommandEnd, lines: number): void {
  if (status === 0) return;
  if (status === undefined) throw new DemarcError('pbx.truncated', `“${command}” broke off after ${lines} lines`);
  if (status === 127) throw new DemarcError('mdsh.missing', complaint);
  throw new DemarcError('mdsh.failed', `“${command}”, status ${status}: ${complaint}`);
}

function refused(command: string, [object = '', reason = '']: readonly string[]): DemarcError {
  return new DemarcError('mdsh.not-accepted', `“${command}”: ${object}: ${reason}`);
}
