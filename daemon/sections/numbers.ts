import { MAX_MESSAGE_BYTES } from '#contract/envelope.ts';
import type { NumberRun, NumbersSection } from '#contract/numbers.ts';
import type { NumberList } from '../pbxs/number-counts.ts';
import type { PbxView } from '../pbxs/pbx-registry.ts';

/** Room for the envelope, and the section's name, revision and hash. */
const LIMIT_BYTES = MAX_MESSAGE_BYTES - 2048;

type Entry = NumbersSection['pbxs'][number];

/**
 * Section `numbers`: what the PBXs told, as much of it as one message holds; the rest is counted. Nothing while no PBX
 * has told any.
 */
export async function numbersDocument(
  pbxs: readonly Pick<PbxView, 'id' | 'type' | 'name'>[],
  listOf: (id: string) => Promise<NumberList | undefined>,
): Promise<NumbersSection> {
  const entries: Entry[] = [];
  for (const { id, type, name } of pbxs) {
    const list = await listOf(id);
    if (list !== undefined) entries.push({ id, type, name, ...list });
  }
  return { pbxs: fitting(entries) };
}

const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value)) + 1;

/** Every PBX gets its share of the room; ranges come first, for they are few. */
function fitting(entries: readonly Entry[]): Entry[] {
  if (bytes(entries) <= LIMIT_BYTES) return [...entries];
  const share = LIMIT_BYTES / entries.length;
  return entries.map((entry) => {
    let room = share - bytes({ ...entry, dids: [], ranges: [] });
    const take = (runs: readonly NumberRun[]): NumberRun[] => {
      const kept: NumberRun[] = [];
      for (const run of runs) {
        room -= bytes(run);
        if (room < 0) break;
        kept.push(run);
      }
      return kept;
    };
    const ranges = take(entry.ranges);
    const dids = take(entry.dids);
    const left = entry.ranges.length - ranges.length + entry.dids.length - dids.length;
    return { ...entry, ranges, dids, omitted: entry.omitted + left };
  });
}
