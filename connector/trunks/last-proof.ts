import type { CommandName } from '#contract/commands.ts';
import type { CommandRow } from '../commands/command-dto.ts';
import type { Db } from '../store/store.ts';

const PROVE: readonly CommandName[] = ['trunk.verify', 'trunk.test-call'];

/** The newest command that took its steps to the end for this trunk, whatever they showed. It is stored with its output. */
export function lastProof(
  db: Db,
  { id, account_id, gateway_id }: { id: string; account_id: string; gateway_id: string },
): Promise<CommandRow | undefined> {
  return (
    db
      .selectFrom('command')
      .selectAll()
      .where('account_id', '=', account_id)
      .where('gateway_id', '=', gateway_id)
      .where('state', '=', 'succeeded')
      .where('name', 'in', PROVE)
      .where('output', 'is not', null)
      // Written by this process from parsed arguments; an id has nothing that LIKE would take for more than itself.
      .where('args', 'like', `%"trunk":"${id}"%`)
      .orderBy('issued_at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()
  );
}
