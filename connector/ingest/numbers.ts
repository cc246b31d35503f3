import { sql } from 'kysely';
import type { NumberRun, NumbersSection } from '#contract/numbers.ts';
import type { RecordDelivery } from './delivery.ts';
import { isRemoved, upsertPbx } from './pbx.ts';

/** Rows that are written with one statement: each has a dozen values, and SQLite takes some thousand of them. */
const ROWS_AT_ONCE = 200;

/**
 * Replaces what the PBXs of a gateway told of their numbers. An entry that was known keeps its row, and with it the
 * location that people gave it; one that people had entered is the PBX's from now on.
 */
export async function projectNumbers(delivery: RecordDelivery, section: NumbersSection): Promise<void> {
  const { work, sender } = delivery;
  const { account, gateway } = sender.address;
  for (const pbx of section.pbxs) {
    if (await isRemoved(delivery, pbx.id)) continue;
    await upsertPbx(delivery, pbx);
    await putRanges(delivery, pbx.id, pbx.ranges);
    await putDids(delivery, pbx.id, pbx.dids);
    const reading = { read_at: pbx.readAt, omitted: pbx.omitted };
    await work.db
      .insertInto('number_reading')
      .values({ pbx_id: pbx.id, account_id: account, ...reading })
      .onConflict((conflict) => conflict.column('pbx_id').doUpdateSet(reading))
      .execute();
  }
  await forgetOthers(
    delivery,
    section.pbxs.map(({ id }) => id),
  );
  work.changed({ topic: 'numbers', account, ref: gateway });
}

const digitsOf = (text: string): string => text.replace('+', '');

/** Ends that do not fit together are no range: then only the first number counts. */
function endsOf({ from, to }: NumberRun): { lower: string; upper: string } {
  const lower = digitsOf(from);
  const upper = digitsOf(to ?? from);
  return upper.length === lower.length && upper > lower ? { lower, upper } : { lower, upper: lower };
}

/** The first of each block: a PBX that tells one twice must not make the statement fail. */
function byEnds(runs: readonly NumberRun[]): Map<string, NumberRun & { lower: string; upper: string }> {
  const found = new Map<string, NumberRun & { lower: string; upper: string }>();
  for (const run of runs) {
    const { lower, upper } = endsOf(run);
    const key = `${lower}-${upper}`;
    if (!found.has(key)) found.set(key, { ...run, lower, upper });
  }
  return found;
}

function* slices<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += ROWS_AT_ONCE) yield items.slice(from, from + ROWS_AT_ONCE);
}

/** Takes away what the PBX told before and tells no more. */
async function forgetGone(
  { work, sender }: RecordDelivery,
  table: 'extension_range' | 'did',
  pbx: string,
  wanted: ReadonlyMap<string, unknown>,
): Promise<void> {
  const known = await work.db
    .selectFrom(table)
    .select(['id', 'lower_end', 'upper_end'])
    .where('account_id', '=', sender.address.account)
    .where('pbx_id', '=', pbx)
    .where('source', '=', 'PBX')
    .execute();
  const gone = known.filter((row) => !wanted.has(`${row.lower_end}-${row.upper_end}`));
  for (const some of slices(gone)) {
    const ids = some.map(({ id }) => id);
    await work.db.deleteFrom(table).where('id', 'in', ids).execute();
  }
}

async function putRanges(delivery: RecordDelivery, pbx: string, runs: readonly NumberRun[]) {
  const { work, now } = delivery;
  const { account } = delivery.sender.address;
  const wanted = byEnds(runs);
  await forgetGone(delivery, 'extension_range', pbx, wanted);
  for (const some of slices([...wanted.values()])) {
    await work.db
      .insertInto('extension_range')
      .values(
        some.map(({ lower, upper }) => ({
          id: work.newId(),
          account_id: account,
          pbx_id: pbx,
          lower_end: lower,
          upper_end: upper,
          source: 'PBX',
          location_id: null,
          updated_at: now,
          revision: 1,
        })),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['account_id', 'pbx_id', 'lower_end', 'upper_end'])
          .doUpdateSet((eb) => ({ source: 'PBX', updated_at: now, revision: eb('extension_range.revision', '+', 1) }))
          .where('extension_range.source', '<>', 'PBX'),
      )
      .execute();
  }
}

async function putDids(delivery: RecordDelivery, pbx: string, runs: readonly NumberRun[]) {
  const { work, now } = delivery;
  const { account } = delivery.sender.address;
  const wanted = byEnds(runs);
  await forgetGone(delivery, 'did', pbx, wanted);
  for (const some of slices([...wanted.values()])) {
    await work.db
      .insertInto('did')
      .values(
        some.map(({ lower, upper, from, to, target, targetTo }) => ({
          id: work.newId(),
          account_id: account,
          pbx_id: pbx,
          number: from,
          number_to: lower === upper ? null : (to ?? null),
          lower_end: lower,
          upper_end: upper,
          target: target ?? null,
          target_to: lower === upper ? null : (targetTo ?? null),
          source: 'PBX',
          location_id: null,
          updated_at: now,
          revision: 1,
        })),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['account_id', 'pbx_id', 'lower_end', 'upper_end'])
          .doUpdateSet((eb) => ({
            number: eb.ref('excluded.number'),
            number_to: eb.ref('excluded.number_to'),
            target: eb.ref('excluded.target'),
            target_to: eb.ref('excluded.target_to'),
            source: 'PBX',
            updated_at: now,
            revision: eb('did.revision', '+', 1),
          }))
          // What is as it was keeps its version, so that nobody who is editing is told of a change.
          .where(
            sql<boolean>`(did.source <> 'PBX' or did.number <> excluded.number or did.target is distinct from excluded.target
              or did.target_to is distinct from excluded.target_to)`,
          ),
      )
      .execute();
  }
}

/** PBXs of this gateway of which it tells no numbers any more. */
async function forgetOthers({ work, sender }: RecordDelivery, told: readonly string[]) {
  const { account, gateway } = sender.address;
  const pbxs = await work.db
    .selectFrom('pbx')
    .select('id')
    .where('account_id', '=', account)
    .where('gateway_id', '=', gateway)
    .execute();
  const silent = pbxs.map(({ id }) => id).filter((id) => !told.includes(id));
  if (silent.length === 0) return;
  for (const table of ['extension_range', 'did'] as const) {
    await work.db
      .deleteFrom(table)
      .where('account_id', '=', account)
      .where('pbx_id', 'in', silent)
      .where('source', '=', 'PBX')
      .execute();
  }
  await work.db.deleteFrom('number_reading').where('pbx_id', 'in', silent).execute();
}
