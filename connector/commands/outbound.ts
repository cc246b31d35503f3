import { type Clock, instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { CommandCancel, CommandMessage } from '#contract/commands.ts';
import { topics } from '#contract/topics.ts';
import type { DeviceBus } from '../bus/device-bus.ts';
import type { Store } from '../store/store.ts';
import type { CommandRow } from './command-dto.ts';
import { announceCommand } from './transitions.ts';

interface OutboundOptions {
  store: Store;
  clock: Clock;
  log: Log;
  publish: DeviceBus['publish'];
}

/** What goes to the gateways: commands, and the wish to end one early. */
export class Outbound {
  readonly #options: OutboundOptions;

  constructor(options: OutboundOptions) {
    this.#options = options;
  }

  /** Publishes in order, then marks as sent: a crash between the two only repeats the sending. */
  async send(rows: readonly CommandRow[]): Promise<void> {
    const { store, clock } = this.#options;
    const sent: string[] = [];
    for (const row of rows) {
      const message: CommandMessage = {
        v: 1,
        id: row.id,
        name: row.name,
        args: JSON.parse(row.args),
        issuer: { id: row.issuer_id, name: row.issuer_name },
        issuedAt: row.issued_at,
        deadlineAt: row.deadline_at,
      };
      if (!(await this.#publish(row, message))) break;
      if (row.state === 'queued') sent.push(row.id);
    }
    if (sent.length === 0) return;
    await store.write(async (work) => {
      const moved = await work.db
        .updateTable('command')
        .set({ state: 'sent', updated_at: instant(clock) })
        .where('id', 'in', sent)
        .where('state', '=', 'queued')
        .returningAll()
        .execute();
      for (const row of moved) announceCommand(work, row);
    });
  }

  /** Tells the gateway that these are not wanted any more. One that was not told is told at its next birth. */
  async withdraw(rows: readonly CommandRow[]): Promise<void> {
    for (const row of rows) {
      const issuer = {
        id: row.cancel_requester_id ?? row.issuer_id,
        name: row.cancel_requested_by ?? row.issuer_name,
      };
      const message: CommandCancel = { v: 1, id: row.id, cancel: true, issuer };
      if (!(await this.#publish(row, message))) return;
    }
  }

  async #publish(row: CommandRow, message: CommandMessage | CommandCancel): Promise<boolean> {
    const topic = topics.command({ account: row.account_id, gateway: row.gateway_id }, row.id);
    try {
      await this.#options.publish(topic, JSON.stringify(message));
      return true;
    } catch (error) {
      this.#options.log.warn(
        { code: 'command.not-sent', err: error, command: row.id },
        'a command waits: the bus refused it',
      );
      return false;
    }
  }
}
