import type { NumberSourceState } from '#contract/api/numbers.ts';
import { PbxsSection } from '#contract/sections.ts';
import { PbxType } from '#contract/words.ts';
import { optionalJson } from '../lists/stored-json.ts';
import type { Db } from '../store/store.ts';

/** Of each PBX of an account that its gateway has now: by what its numbers are known, and when they were read. */
export async function numberSources(db: Db, account: string): Promise<NumberSourceState[]> {
  const sections = await db
    .selectFrom('section')
    .innerJoin('gateway', 'gateway.id', 'section.gateway_id')
    .select('section.document')
    .where('section.account_id', '=', account)
    .where('section', '=', 'pbxs')
    .where('gateway.released_at', 'is', null)
    .execute();
  const readings = await db.selectFrom('number_reading').selectAll().where('account_id', '=', account).execute();
  const reading = new Map(readings.map((row) => [row.pbx_id, row]));
  return sections
    .flatMap(({ document }) => optionalJson(PbxsSection, document)?.links ?? [])
    .map((link) => {
      const { via, note } = link.capabilities['numbers'] ?? { via: 'none' };
      const read = reading.get(link.id);
      return {
        pbx: link.id,
        pbxName: link.name,
        pbxType: PbxType.parse(link.type),
        via,
        note: note ?? null,
        readAt: read?.read_at ?? null,
        omitted: read?.omitted ?? 0,
      };
    })
    .toSorted((a, b) => a.pbxName.localeCompare(b.pbxName));
}
