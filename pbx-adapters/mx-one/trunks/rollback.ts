import { toDemarcError } from '#contract/errors/demarc-error.ts';
import type { MadeItem, TrunkWrite } from '#pbx-adapters/trunk-provisioner.ts';
import type { Facts } from './facts.ts';
import { isGone, isOurs, matches, standsOn } from './rules.ts';
import type { TrunkShell } from './shell.ts';

/** What became of the writes that were taken back: titles, and of what is left the reason too. */
export interface Rollback {
  takenBack: string[];
  left: string[];
}

/**
 * Takes these writes back in reverse, each by what the PBX shows now: one that never happened, or is taken back already,
 * is passed over. What somebody else has changed meanwhile is left, and so is what it stands on.
 */
export async function rollBack(
  shell: TrunkShell,
  writes: readonly TrunkWrite[],
  options: { signal: AbortSignal; progress: (text: string, percent: number) => void },
): Promise<Rollback> {
  const { signal, progress } = options;
  const takenBack: string[] = [];
  const left: string[] = [];
  const leftThings: MadeItem[] = [];
  const total = Math.max(1, writes.length);
  const backward = writes.toReversed();
  for (const [at, write] of backward.entries()) {
    const { item } = write;
    const leave = (why: string) => {
      left.push(`${item.title}: ${why}`);
      leftThings.push(item);
    };
    progress(`Takes back: ${item.title}`, 100 * (1 - at / total));
    if (leftThings.some((upper) => standsOn(upper, item))) {
      leave('the rest stands on it');
      continue;
    }
    try {
      const back = backwards(write, await shell.facts(item, signal));
      if (back === 'nothing') continue;
      if (back === 'foreign') {
        leave('somebody else has changed it meanwhile');
        continue;
      }
      // Whatever came of the command, what the PBX shows afterwards counts.
      const refusal = await shell.write(back.command, back.secret, signal).then(
        () => undefined,
        (thrown: unknown) => toDemarcError(thrown).message,
      );
      if (back.isThen(await shell.facts(item, signal))) takenBack.push(item.title);
      else leave(refusal ?? 'the PBX still shows it');
    } catch (thrown) {
      leave(toDemarcError(thrown).message);
      // Without a PBX to look at there is nothing to be tried.
      left.push(...backward.slice(at + 1).map((other) => `${other.item.title}: not looked at`));
      break;
    }
  }
  return { takenBack, left };
}

type Backwards = 'nothing' | 'foreign' | { command: string; secret: boolean; isThen: (after: Facts | null) => boolean };

/** How one write is taken back, by what the PBX shows of its thing now. */
function backwards(write: TrunkWrite, facts: Facts | null): Backwards {
  const { item } = write;
  switch (write.act) {
    case 'make':
      if (facts === null) return 'nothing';
      if (!isOurs(item, facts)) return 'foreign';
      return { command: item.undo, secret: false, isThen: (after) => isGone(item, after) };
    case 'undo':
      if (facts !== null) return isOurs(item, facts) ? 'nothing' : 'foreign';
      return { command: item.make, secret: item.secret, isThen: (after) => matches(item, after) };
    case 'set': {
      const { was } = write;
      if (matches(was, facts)) return 'nothing';
      if (facts === null || !(isOurs(item, facts) || isOurs(was, facts))) return 'foreign';
      return { command: was.make, secret: was.secret, isThen: (after) => matches(was, after) };
    }
    default:
      return write satisfies never;
  }
}
