/** What happens to a command's row, its event and its change whenever its state moves; always in the caller's transaction. */
import { type Clock, instant } from '#config/clock.ts';
import { CommandState, isFinal } from '#contract/commands.ts';
import { type EventActor, recordEvent } from '../history/record-event.ts';
import type { Work } from '../store/store.ts';
import { type CommandRow, commandDto } from './command-dto.ts';

/** A new state with what else is then known. */
export type Move = { state: CommandState } & Partial<Pick<CommandRow, 'progress' | 'output' | 'reason'>>;

/** Who moved it, and by which request. */
export interface MovedBy {
  actor: EventActor;
  requestId?: string | undefined;
}

/** Tells the consoles how a command now stands. */
export const announceCommand = (work: Work, row: CommandRow): void =>
  work.changed({ topic: 'command', account: row.account_id, ref: row.id, row: commandDto(row) });

/** Moves a command; an end is an event as well. Whether it may move is judged before. */
export async function moveCommand(
  work: Work,
  clock: Clock,
  row: CommandRow,
  to: Move,
  by: MovedBy,
): Promise<CommandRow> {
  const moved = await work.db
    .updateTable('command')
    .set({ ...to, updated_at: instant(clock) })
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  if (isFinal(to.state)) await recordCommand(work, clock, moved, by);
  else announceCommand(work, moved);
  return moved;
}

/** Keeps the wish to end a command early, with its event. */
export async function askToEnd(work: Work, clock: Clock, row: CommandRow, by: MovedBy): Promise<CommandRow> {
  const asked = await work.db
    .updateTable('command')
    .set({ cancel_requested_at: instant(clock), cancel_requested_by: by.actor.name, cancel_requester_id: by.actor.id })
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  // One that no gateway has ends with the next step, which is an event of its own.
  if (row.state !== 'queued') await commandEvent(work, clock, asked, { ...by, word: 'cancel-requested', good: true });
  announceCommand(work, asked);
  return asked;
}

/** The event of an issue (whose state is none of an end) or of an end, and the change for the consoles. */
export async function recordCommand(work: Work, clock: Clock, row: CommandRow, by: MovedBy): Promise<void> {
  const state = CommandState.parse(row.state);
  const issued = !isFinal(state);
  const good = issued || state === 'succeeded' || state === 'canceled';
  const word = issued ? 'issued' : state.replace('_', '-');
  await commandEvent(work, clock, row, { ...by, word, good });
  announceCommand(work, row);
}

function commandEvent(
  work: Work,
  clock: Clock,
  row: CommandRow,
  { actor, requestId, word, good }: MovedBy & { word: string; good: boolean },
): Promise<void> {
  return recordEvent(
    work,
    {
      account: row.account_id,
      gateway: row.gateway_id,
      actor,
      action: 'Command',
      type: 'Gateway',
      asset: 'Gateway',
      assetId: row.gateway_id,
      name: `command.${word}`,
      severity: good ? 'info' : 'warning',
      message: `${row.name} ${word.replace('-', ' ')}`,
      details: {
        command: row.id,
        name: row.name,
        issuer: row.issuer_name,
        ...(row.bulk_id !== null && { bulk: row.bulk_id }),
        ...(row.cancel_requested_by !== null && { cancelRequestedBy: row.cancel_requested_by }),
        ...(row.reason !== null && { reason: JSON.parse(row.reason) }),
      },
      result: good ? 'SUCCESS' : 'FAILURE',
      requestId: requestId ?? null,
    },
    clock,
  );
}
