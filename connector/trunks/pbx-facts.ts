import { sections } from '#contract/sections.ts';
import { optionalJson } from '../lists/stored-json.ts';
import type { Db } from '../store/store.ts';

/** What the gateway last told of a PBX. */
export interface PbxFacts {
  name: string;
  address: string;
  version?: string | undefined;
}

/** Every PBX of a gateway by its id, as last told in section `pbxs`. */
export async function pbxFacts(db: Db, account: string, gateway: string): Promise<ReadonlyMap<string, PbxFacts>> {
  const row = await db
    .selectFrom('section')
    .select('document')
    .where('account_id', '=', account)
    .where('gateway_id', '=', gateway)
    .where('section', '=', 'pbxs')
    .executeTakeFirst();
  const document = optionalJson(sections.pbxs, row?.document ?? null);
  return new Map(document?.links.map(({ id, name, address, version }) => [id, { name, address, version }]));
}
