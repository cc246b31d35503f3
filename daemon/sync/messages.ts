/** The records that a run leaves in the outbox (contract/users.ts). */
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import type { GatewayEvent } from '#contract/events.ts';
import type { Reason, UsersChunk, UsersHeader, UsersTrailer } from '#contract/users.ts';
import type { PbxType, SyncOutcome } from '#contract/words.ts';
import { eventRecord } from '#daemon/outbox/event-record.ts';
import type { NewRecord } from '#daemon/outbox/outbox.ts';
import type { ChunkContent } from './chunks.ts';

/** Which PBX a run is about, in words. */
export interface PbxIdentity {
  type: PbxType;
  name: string;
}

/** Message 0 of a run. */
export const headerRecord = (data: UsersHeader): NewRecord => ({
  class: 'bulk',
  to: { channel: 'users', run: data.run, n: 0 },
  kind: 'users.header',
  data,
});

/** Messages 1 to n of a run. The records are JSON already, as the store keeps them. */
export const chunkRecord = ({
  run,
  pbx,
  n,
  put,
  remove,
}: ChunkContent & Pick<UsersChunk, 'run' | 'pbx' | 'n'>): NewRecord => ({
  class: 'bulk',
  to: { channel: 'users', run, n },
  kind: 'users.chunk',
  json: `{"run":${JSON.stringify(run)},"pbx":${JSON.stringify(pbx)},"n":${n},"put":[${put.join()}],"remove":${JSON.stringify(remove)}}`,
});

/** The last message of a run; its number follows the last chunk's. */
export const trailerRecord = (data: UsersTrailer): NewRecord => ({
  class: 'bulk',
  to: { channel: 'users', run: data.run, n: data.chunks + 1 },
  kind: 'users.trailer',
  data,
});

/** How a run ends. `trouble` is what is wrong now; null when all is well. */
export interface Ending {
  outcome: SyncOutcome;
  trouble: string | null;
  reason: Reason | undefined;
}

/** An event only when what is wrong has changed: a PBX that is off over the weekend is one event, not 150. */
export function troubleEvents(about: {
  run: string;
  pbx: string;
  identity: PbxIdentity;
  before: string | null;
  ending: Ending;
}): NewRecord[] {
  const { run, pbx, identity, before, ending } = about;
  const { outcome, trouble, reason } = ending;
  if (trouble === before) return [];
  const data: GatewayEvent = {
    name: trouble === null ? 'sync.recovered' : outcome === 'Held' ? 'sync.held' : 'sync.failed',
    severity: trouble === null ? 'info' : outcome === 'Held' ? 'warning' : 'error',
    message: trouble === null ? 'Users are synced again' : (reason?.message ?? outcome),
    asset: { type: 'pbx', id: pbx, name: identity.name },
    details: { run, outcome, ...(reason && { code: reason.code }) },
  };
  return [eventRecord(data)];
}

/** The reason of an outcome that was foreseen. */
export const foreseen = (code: 'sync.held' | 'sync.kept', detail: string): Reason =>
  new DemarcError(code, detail).toText();

/** Why a run failed, and in which phase. */
export function failure(error: unknown, phase: SyncPhase): Reason {
  const { code, message, nextStep } = toDemarcError(error).toText();
  return { code, message: `${PHASES[phase]}: ${message}`.slice(0, 1000), nextStep: nextStep.slice(0, 1000) };
}

/** The phases of a run, and how an error names them. */
const PHASES = {
  connecting: 'While connecting to the PBX',
  reading: 'While reading the PBX',
  comparing: 'While comparing with the last run',
  sending: 'While queueing the changes for the cloud',
} as const;
export type SyncPhase = keyof typeof PHASES;
