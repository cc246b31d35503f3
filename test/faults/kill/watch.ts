/** What can be seen on a gateway's disk from outside, as the stepper looks for it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isFinal } from '#contract/commands.ts';
import { JournalEntry } from '#daemon/commands/journal.ts';
import { persistedState } from '#daemon/update/states.ts';
import { StoreTail, type StoreWrite } from './store-tail.ts';

/** What is waited for: one of `states`, in which the later ones are reached through the earlier ones. */
export const Watch = z.discriminatedUnion('of', [
  /** A command in the journal: its state, `step:WORD` once it has a checkpoint, `ended` when it is final. */
  z.object({ of: z.literal('command'), state: z.string(), id: z.string() }),
  /** The marker of a reset: its kind and its phase. */
  z.object({ of: z.literal('reset'), state: z.string() }),
  /** An update: UPDATE_STATES. */
  z.object({ of: z.literal('update'), root: z.string(), state: z.string() }),
  /** A user sync run, by what it leaves in the store: see SYNC_STATES. */
  z.object({ of: z.literal('sync'), state: z.string(), users: z.int() }),
]);
export type Watch = z.infer<typeof Watch>;

/** Gives the state that is on the disk now; undefined while nothing of it is there. */
export function watcher(watch: Watch): () => string | undefined | Promise<string | undefined> {
  switch (watch.of) {
    case 'command':
      return follow(watch.state, undefined, (state: string | undefined, write) =>
        write.key === `!commands!${watch.id}` && write.value !== undefined ? commandState(write.value) : state,
      );
    case 'reset':
      return () => resetState(join(watch.state, 'reset.json'));
    case 'update':
      return () => persistedState(watch.root, watch.state);
    case 'sync': {
      let staged = 0;
      const look = follow(watch.state, undefined, (state: string | undefined, { key, value }) => {
        if (key.startsWith('!sync-people!') && value !== undefined) {
          staged = state === undefined || state === 'trailer' ? 1 : staged + 1;
          return staged < watch.users ? 'reading' : 'comparing';
        }
        return (
          /"kind":"users\.(header|chunk|trailer)"/.exec(key.startsWith('!outbox!') ? (value ?? '') : '')?.[1] ?? state
        );
      });
      // Of the runs before nothing counts.
      const before = look();
      let begun = false;
      return () => {
        const state = look();
        begun ||= state !== before;
        return begun ? state : undefined;
      };
    }
    default:
      return watch satisfies never;
  }
}

/** The state of a command's entry in the journal. */
export function commandState(value: string): string {
  const { last, checkpoint } = JournalEntry.parse(JSON.parse(value));
  if (isFinal(last.state)) return 'ended';
  if (checkpoint === undefined) return last.state;
  const { step } = checkpoint;
  const named = z.object({ phase: z.string() }).safeParse(step);
  if (named.success) return `step:${named.data.phase}`;
  return z.object({ trial: z.string() }).safeParse(step).success ? 'step:trial' : 'step';
}

/** The same over all writes to a store. */
function follow<S>(state: string, begin: S, next: (state: S, write: StoreWrite) => S): () => S {
  const tail = new StoreTail(join(state, 'store'));
  let now = begin;
  return () => {
    for (const write of tail.writes()) now = next(now, write);
    return now;
  };
}

function resetState(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const found = z.object({ kind: z.string(), phase: z.string() }).safeParse(JSON.parse(readFileSync(path, 'utf8')));
  return found.success ? `${found.data.kind} ${found.data.phase}` : undefined;
}
