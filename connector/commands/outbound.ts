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

  /**
   * Publishes in order and marks as sent what was queued; a crash in between only repeats the sending. Answers what the bus
   * refused.
   */
  async send(rows: readonly CommandRow[]): Promise<CommandRow[]> {
    const sent: string[] = [];
    let left = 0;
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
      left += 1;
      if (row.state === 'queued') sent.push(row.id);
    }
    await this.#mark(sent, 'queued', 'sent');
    return rows.slice(left);
  }

  /** What was written as sent and then never left waits like any other. Answers how the commands then stand. */
  takeBack(rows: readonly CommandRow[]): Promise<CommandRow[]> {
    return this.#mark(
      rows.map((row) => row.id),
      'sent',
      'queued',
    );
  }

  async #mark(ids: readonly string[], from: 'queued' | 'sent', to: 'queued' | 'sent'): Promise<CommandRow[]> {
    const { store, clock } = this.#options;
    if (ids.length === 0) return [];
    return await store.write(async (work) => {
      const moved = await work.db
        .updateTable('command')
        .set({ state: to, updated_at: instant(clock) })
        .where('id', 'in', ids)
        .where('state', '=', from)
        .returningAll()
        .execute();
      for (const row of moved) announceCommand(work, row);
      return moved;
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
