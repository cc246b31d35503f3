import { type Clock, instant } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { Id } from '#contract/ids.ts';
import type { Outbox } from '#daemon/outbox/outbox.ts';
import { everybody } from './comparison.ts';
import { foreseen, type PbxIdentity, trailerRecord } from './messages.ts';
import type { SyncState } from './records.ts';
import { RunSender } from './sender.ts';
import type { PbxShelves } from './shelves.ts';

export interface ResendOptions {
  run: Id;
  pbx: Id;
  identity: PbxIdentity;
  state: SyncState;
  shelves: PbxShelves;
  outbox: Outbox;
  clock: Clock;
}

/**
 * Queues the generation in force as a full run of the revision that it has. The PBX is not asked and the state stays.
 * @returns false when there is no generation, or the store lost a part of it: sending that would remove users
 * @throws DemarcError `sync.canceled`, `store.full`
 */
export async function resend(options: ResendOptions, signal: AbortSignal): Promise<boolean> {
  const { run, pbx, identity, state, shelves, outbox, clock } = options;
  const generation = shelves.generation(state.generation);
  if (state.generation === 0 || (await generation.count()) !== state.users) return false;
  const startedAt = instant(clock);
  const startedMs = clock.now();
  const { type: pbxType, name: pbxName } = identity;
  const sender = new RunSender(outbox, { run, pbx, pbxType, pbxName, trigger: 'resync', startedAt });
  await sender.open('full', state.revision);
  try {
    await sender.send(everybody(generation), signal);
  } catch (error) {
    throw signal.aborted ? new DemarcError('sync.canceled', undefined, { cause: error }) : error;
  }
  const reason = state.kept > 0 ? foreseen('sync.kept', `${state.kept} users`) : undefined;
  await outbox.append([
    trailerRecord({
      run,
      pbx,
      chunks: sender.chunks,
      revision: state.revision,
      outcome: reason ? 'Partial' : 'Successful',
      counts: { read: 0, added: 0, changed: 0, removed: 0, unchanged: state.users, rejected: 0 },
      irregularities: state.irregularities,
      finishedAt: instant(clock),
      durationMs: Math.max(0, Math.round(clock.now() - startedMs)),
      ...(reason && { reason }),
    }),
  ]);
  return true;
}
