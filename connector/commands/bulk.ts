import { BulkCommandAnswer } from '#contract/api.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import type { Work } from '../store/store.ts';
import { type CommandRow, commandDto } from './command-dto.ts';
import type { CommandRequest, Commands } from './commands.ts';

/** The same command for several gateways. */
export type BulkRequest = Omit<CommandRequest, 'account' | 'gateway' | 'bulk'> & { gateways: readonly string[] };

/**
 * Issues one command to each gateway, in the caller's transaction: each gets a command or the reason why not, and none
 * keeps another from its own. `judge` throws when the caller may not do this in the account (undefined: no such gateway).
 * @throws DemarcError `command.not-supported`, `command.invalid-arguments` when it could be issued to no gateway at all
 */
export async function createBulk(
  work: Work,
  commands: Pick<Commands, 'create'> & { check(request: Pick<CommandRequest, 'name' | 'args'>): unknown },
  request: BulkRequest,
  judge: (account: string | undefined) => Promise<void>,
): Promise<{ answer: BulkCommandAnswer; row: CommandRow[] }> {
  const { gateways, ...wanted } = request;
  commands.check(wanted);
  const bulk = work.newId();
  const ids = [...new Set(gateways)];
  const found = await work.db
    .selectFrom('gateway')
    .select(['id', 'account_id', 'released_at'])
    .where('id', 'in', ids)
    .execute();
  const known = new Map(found.map((gateway) => [gateway.id, gateway]));
  const rows: CommandRow[] = [];
  const results: BulkCommandAnswer['results'] = [];
  for (const id of ids) {
    const gateway = known.get(id);
    try {
      await judge(gateway?.account_id);
      if (gateway === undefined) throw new DemarcError('api.not-found', 'gateway');
      if (gateway.released_at !== null) throw new DemarcError('command.gateway-released');
      const row = await commands.create(work, { ...wanted, account: gateway.account_id, gateway: id, bulk });
      rows.push(row);
      results.push({ gateway: id, command: commandDto(row), refusal: null });
    } catch (thrown) {
      // Anything but a refusal is a failure of the store, and then nothing of all this has happened.
      if (!(thrown instanceof DemarcError) || thrown.status >= 500) throw thrown;
      results.push({ gateway: id, command: null, refusal: toDemarcError(thrown).toText() });
    }
  }
  return { answer: BulkCommandAnswer.parse({ bulk, results }), row: rows };
}
