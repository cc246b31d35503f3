/** What happens to a command's row, its event and its change whenever its state moves; always in the caller's transaction. */
import { type Clock, instant } from '#config/clock.ts';
import { CommandState, isFinal } from '#contract/commands.ts';
import { type EventActor, recordEvent } from '../history/record-event.ts';
import type { Work } from '../store/store.ts';
import { type CommandRow, commandDto } from './command-dto.ts';

/** A new state with what else is then known. */
export type Move = { state: CommandState } & Partial<Pick<CommandRow, 'progress' | 'output' | 'reason'>>;

/** Who moved it, when it was not the gateway, and by which request. */
export interface MovedBy {
  actor?: EventActor;
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
  by: MovedBy = {},
): Promise<CommandRow> {
  const moved = await work.db
    .updateTable('command')
    .set({ ...to, updated_at: instant(clock) })
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  if (isFinal(to.state)) {
    const actor = by.actor ?? (await gatewayActor(work, moved.gateway_id));
    await recordCommand(work, clock, moved, { actor, requestId: by.requestId });
  } else {
    announceCommand(work, moved);
  }
  return moved;
}

/** The event of an issue (state queued) or of an end, and the change for the consoles. */
export async function recordCommand(
  work: Work,
  clock: Clock,
  row: CommandRow,
  by: MovedBy & { actor: EventActor },
): Promise<void> {
  const state = CommandState.parse(row.state);
  const good = state === 'queued' || state === 'succeeded' || state === 'canceled';
  const word = state === 'queued' ? 'issued' : state.replace('_', '-');
  await recordEvent(
    work,
    {
      account: row.account_id,
      gateway: row.gateway_id,
      actor: by.actor,
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
        ...(row.reason !== null && { reason: JSON.parse(row.reason) }),
      },
      result: good ? 'SUCCESS' : 'FAILURE',
      requestId: by.requestId ?? null,
    },
    clock,
  );
  announceCommand(work, row);
}

async function gatewayActor(work: Work, id: string): Promise<EventActor> {
  const gateway = await work.db.selectFrom('gateway').select('name').where('id', '=', id).executeTakeFirst();
  return { id, name: gateway?.name ?? 'Unknown', kind: 'gateway' };
}
