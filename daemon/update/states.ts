import { z } from 'zod';
import { readSlots } from '#config/slots.ts';
import { readUpdateJob } from './job.ts';

/**
 * Every state of an update that is on the disk, in its order: what is there, and which version runs in the end when every
 * process of the gateway is killed in that state and started again (the new one only if it proves itself). The matrix of
 * faults is made from this table.
 */
export const UPDATE_STATES = {
  downloading: { onDisk: 'a part of the archive', endsIn: 'new' },
  verifying: { onDisk: 'the whole archive, not yet compared with what was signed', endsIn: 'new' },
  unpacking: { onDisk: 'a part of the release in the free slot', endsIn: 'new' },
  installed: { onDisk: 'the whole release in the free slot', endsIn: 'new' },
  switching: { onDisk: 'a trial that has not been started', endsIn: 'new' },
  proving: { onDisk: 'a trial that has been started once', endsIn: 'old' },
  committed: { onDisk: 'the verdict that the new version has proven itself', endsIn: 'new' },
  'rolled back': { onDisk: 'the verdict that the old version is back, with the reason', endsIn: 'old' },
} as const satisfies Record<string, { onDisk: string; endsIn: 'old' | 'new' }>;

export type UpdateState = keyof typeof UPDATE_STATES;

/** States before the slots are touched: a command goes on from them after a restart. */
export const PreparingState = z.enum(['downloading', 'verifying', 'unpacking', 'installed']);
export type PreparingState = z.infer<typeof PreparingState>;

/** The state that an installation is in, read from its disk; undefined when it has never been updated. */
export async function persistedState(root: string, stateFolder: string): Promise<UpdateState | undefined> {
  const slots = readSlots(root);
  if (slots?.trial !== undefined) return slots.trial.attempt === undefined ? 'switching' : 'proving';
  const job = await readUpdateJob(stateFolder);
  if (job !== undefined) return job.state;
  if (slots?.last === undefined) return undefined;
  return slots.last.outcome === 'Updated' ? 'committed' : 'rolled back';
}
