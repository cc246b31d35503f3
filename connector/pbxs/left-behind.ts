import { type Clock, instant } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { PbxsSection } from '#contract/sections.ts';
import type { EventActor } from '../history/record-event.ts';
import { optionalJson } from '../lists/stored-json.ts';
import type { Db, Store } from '../store/store.ts';
import { removePbx } from './remove-pbx.ts';

/** A PBX that the account still has although no gateway tells of it: its gateway was let go, or names it no more. */
export interface LeftBehind {
  id: string;
  type: string;
  name: string;
  /** How many users of it the account has. */
  users: number;
}

/** Those of an account. A gateway that has told nothing yet of its PBXs has left none behind. */
export async function leftBehind(db: Db, account: string): Promise<LeftBehind[]> {
  const rows = await db
    .selectFrom('pbx')
    .leftJoin('gateway', (join) =>
      join.onRef('gateway.id', '=', 'pbx.gateway_id').on('gateway.released_at', 'is', null),
    )
    .leftJoin('section', (join) =>
      join
        .onRef('section.gateway_id', '=', 'gateway.id')
        .onRef('section.account_id', '=', 'pbx.account_id')
        .on('section.section', '=', 'pbxs'),
    )
    .select(['pbx.id', 'pbx.type', 'pbx.name', 'gateway.id as gateway', 'section.document'])
    .select((eb) =>
      eb
        .selectFrom('directory_user')
        .select((count) => count.fn.countAll<number>().as('n'))
        .whereRef('directory_user.pbx_id', '=', 'pbx.id')
        .whereRef('directory_user.account_id', '=', 'pbx.account_id')
        .as('users'),
    )
    .where('pbx.account_id', '=', account)
    .where('pbx.removed_at', 'is', null)
    .execute();
  return rows
    .filter(({ id, gateway, document }) => {
      if (gateway === null) return true;
      const links = optionalJson(PbxsSection, document)?.links;
      return links !== undefined && !links.some((link) => link.id === id);
    })
    .map(({ id, type, name, users }) => ({ id, type, name, users: users ?? 0 }));
}

/**
 * Deletes a PBX that was left behind, with its users and numbers.
 * @throws DemarcError `pbx.on-gateway` while a gateway has it, for that one would bring it back; `api.not-found`
 */
export async function deleteLeftBehind(
  { store, clock }: { store: Store; clock: Clock },
  { account, id, actor, requestId }: { account: string; id: string; actor: EventActor; requestId: string },
): Promise<void> {
  await store.write(async (unit) => {
    const pbx = await unit.db
      .selectFrom('pbx')
      .select(['name', 'gateway_id'])
      .where('id', '=', id)
      .where('account_id', '=', account)
      .where('removed_at', 'is', null)
      .executeTakeFirst();
    if (pbx === undefined) throw new DemarcError('api.not-found');
    const found = await leftBehind(unit.db, account);
    if (!found.some((other) => other.id === id)) throw new DemarcError('pbx.on-gateway', pbx.name);
    const { name, gateway_id: gateway } = pbx;
    await removePbx(unit, clock, { account, pbx: id, name, gateway, now: instant(clock), actor, requestId });
  });
}
