/**
 * Keeps every section below the size of one message. Health and pbxs have few texts, which are cut; the inventory may
 * have long lists, of which the least telling are left out, counted in `omitted`, so that the rest still arrives.
 */
import { MAX_MESSAGE_BYTES } from '#contract/envelope.ts';
import type { InventorySection, SectionData, SectionName } from '#contract/sections.ts';

/** Room for the envelope and the section's name, revision and hash. */
const LIMIT_BYTES = MAX_MESSAGE_BYTES - 1024;

const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** Cuts to a number of UTF-8 bytes, never through a character. */
function cut(text: string, limit: number): string {
  if (Buffer.byteLength(text) <= limit) return text;
  const room = limit - 3;
  let used = 0;
  let kept = '';
  for (const character of text) {
    used += Buffer.byteLength(character);
    if (used > room) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Texts that only people read. Words of closed sets, ids and instants are shorter than any limit used here. */
const PROSE = new Set([
  'detail',
  'effect',
  'nextStep',
  'message',
  'note',
  'via',
  'problem',
  'title',
  'address',
  'name',
  'version',
]);

function cutProse(value: unknown, limit: number): unknown {
  if (Array.isArray(value)) return value.map((item) => cutProse(item, limit));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      PROSE.has(key) && typeof item === 'string' ? cut(item, limit) : cutProse(item, limit),
    ]),
  );
}

/** The document as it is when it fits, else the largest of its reduced forms that does. The schema holds for all. */
export function fit<N extends SectionName>(section: N, document: SectionData<N>): SectionData<N> {
  if (bytes(document) <= LIMIT_BYTES) return document;
  for (const limit of [500, 200, 80, 40, 16, 8]) {
    const shorter = cutProse(document, limit) as SectionData<N>;
    if (bytes(shorter) <= LIMIT_BYTES) return shorter;
  }
  const shortest = cutProse(document, 8) as SectionData<N>;
  return section === 'inventory' ? (fewer(shortest as InventorySection) as SectionData<N>) : shortest;
}

/** Leaves out the smallest partitions first, then applications and platforms from the end. */
function fewer(document: InventorySection): InventorySection {
  let reduced = document;
  const partitions = document.platforms.reduce((sum, platform) => sum + (platform.partitions.value?.length ?? 0), 0);
  for (let keep = 64; keep >= 1; keep = Math.floor(keep / 2)) {
    const platforms = document.platforms.map((platform) => {
      const all = platform.partitions.value;
      if (!all || all.length <= keep) return platform;
      const largest = [...all].sort((a, b) => b.capacity - a.capacity).slice(0, keep);
      const problem = `the ${keep} largest of ${all.length}`;
      return { ...platform, partitions: { ...platform.partitions, value: largest, problem } };
    });
    reduced = { ...document, platforms };
    if (bytes(reduced) <= LIMIT_BYTES) return reduced;
  }
  while (bytes(reduced) > LIMIT_BYTES && reduced.applications.length + reduced.platforms.length > 0) {
    const drop = Math.ceil(Math.max(reduced.applications.length, reduced.platforms.length) / 10);
    reduced =
      reduced.applications.length > 0
        ? { ...reduced, applications: reduced.applications.slice(0, -drop) }
        : { ...reduced, platforms: reduced.platforms.slice(0, -drop) };
    const applications = document.applications.length - reduced.applications.length;
    const platforms = document.platforms.length - reduced.platforms.length;
    reduced = { ...reduced, omitted: { applications, platforms, partitions } };
  }
  return reduced;
}
