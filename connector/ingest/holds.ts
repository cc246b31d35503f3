import { type Clock, instant } from '#config/clock.ts';
import { DEFAULT_DEADLINE_MS } from '#contract/commands.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { HoldDecision } from '#contract/users.ts';
import type { CommandRow } from '../commands/command-dto.ts';
import type { Commands } from '../commands/commands.ts';
import { type EventActor, recordEvent } from '../history/record-event.ts';
import type { Store } from '../store/store.ts';

/** A person's decisions on Held runs (design section 6): the decision and the command that carries it out are committed together. */
export class Holds {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #commands: Commands;

  constructor(options: { store: Store; clock: Clock; commands: Commands }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#commands = options.commands;
  }

  /**
   * Lets the removals of a Held run happen, or keeps those users; answers the `pbx.sync` command that was issued. Whether
   * the actor may do this is judged before.
   * @throws DemarcError `api.not-found`, `sync.unknown-hold` when the hold is not open any more, and those of Commands.issue
   */
  async decide(
    run: string,
    action: HoldDecision['action'],
    actor: EventActor,
    requestId?: string,
  ): Promise<CommandRow> {
    const row = await this.#store.write(async (work) => {
      const held = await work.db
        .selectFrom('sync_run')
        .select(['account_id', 'gateway_id', 'pbx_id', 'pbx_name', 'hold', 'held_here'])
        .where('id', '=', run)
        .executeTakeFirst();
      if (held === undefined) throw new DemarcError('api.not-found', 'sync run');
      const account = held.account_id;
      if (held.hold !== 'open') throw new DemarcError('sync.unknown-hold', held.hold ?? 'not held');
      await work.db
        .updateTable('sync_run')
        .set({
          hold: action === 'remove' ? 'removing' : 'keeping',
          decided_by: actor.name,
          decided_at: instant(this.#clock),
        })
        .where('id', '=', run)
        .execute();
      work.changed({ topic: 'sync-run', account, ref: run });
      await recordEvent(
        work,
        {
          account,
          gateway: held.gateway_id,
          actor,
          action: 'Edit',
          type: 'Gateway',
          asset: 'PBX',
          assetId: held.pbx_id,
          name: 'sync.decided',
          message:
            action === 'remove'
              ? `Removal of the users of the held run confirmed for ${held.pbx_name}`
              : `Removal of the users of the held run rejected for ${held.pbx_name}`,
          properties: [{ property: 'hold', before: 'open', after: action }],
          details: { run },
          requestId: requestId ?? null,
        },
        this.#clock,
      );
      return this.#commands.create(work, {
        account,
        gateway: held.gateway_id,
        name: 'pbx.sync',
        // The gateway knows nothing of a run that only the cloud held: it sends all users again, and we decide.
        args: { pbx: held.pbx_id, ...(held.held_here === 1 ? { full: true } : { decision: { run, action } }) },
        actor,
        deadlineMs: DEFAULT_DEADLINE_MS.scheduled,
        requestId: requestId ?? null,
      });
    });
    return this.#commands.deliver(row);
  }
}
