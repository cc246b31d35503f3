/** What a run does with two generations: carry kept users over, count the differences, list them for the cloud. */
import { createHash } from 'node:crypto';
import type { SyncCounts } from '#contract/users.ts';
import type { Change } from './chunks.ts';
import { compareGenerations } from './diff.ts';
import type { Generation } from './generation.ts';
import type { Shelf } from './shelf.ts';
import type { Staging } from './staging.ts';
import type { UserRow } from './user-row.ts';

/** The generation in force, and the one that the run builds. */
export interface Generations {
  current: Generation;
  staging: Staging;
  signal: AbortSignal;
}

/** What the comparison of the staged generation with the one in force found. */
export interface Comparison {
  counts: Pick<SyncCounts, 'added' | 'changed' | 'removed' | 'unchanged'>;
  /** How many users the generation in force really has. */
  known: number;
  /** How many would be removed that are not on the list that was decided about. */
  outsiders: number;
  /** Of the keys that would be removed. */
  digest: string;
}

/** Carries users over that the PBX does not have but that a person decided to keep, now (`candidates`) or earlier. */
export async function carryKept(generations: Generations, candidates: Shelf<1> | undefined): Promise<void> {
  const { staging } = generations;
  for await (const page of differences(generations)) {
    for (const found of page) {
      if (found.kind !== 'removed') continue;
      const kept = found.previous.kept || (await candidates?.get(found.key)) !== undefined;
      if (kept) await staging.add(found.previous.user, true);
    }
    await staging.room();
  }
}

/**
 * Counts, and finishes the staging: once, when all users are in it. `onChanged` is told the users whose irregularities
 * only became known by that.
 */
export async function compareStaged(
  generations: Generations,
  approved: Shelf<1> | undefined,
  onChanged?: (row: UserRow) => Promise<void> | undefined,
): Promise<Comparison> {
  const counts = { added: 0, changed: 0, removed: 0, unchanged: 0 };
  const found = { known: 0, outsiders: 0 };
  const digest = createHash('sha256');
  for await (const page of differences(generations, generations.staging.finished(onChanged))) {
    for (const step of page) {
      counts[step.kind] += 1;
      if (step.kind !== 'added') found.known += 1;
      if (step.kind !== 'removed') continue;
      digest.update(`${step.key}\n`);
      if (approved !== undefined && (await approved.get(step.key)) === undefined) found.outsiders += 1;
    }
  }
  return { counts, ...found, digest: digest.digest('base64url').slice(0, 22) };
}

/** What a full run sends. */
export async function* everybody(users: Staging | Generation): AsyncGenerator<Change[]> {
  for await (const page of users.pages()) yield page.map(([, { json }]) => ({ put: json }));
}

/** What a delta sends. */
export async function* changes(generations: Generations): AsyncGenerator<Change[]> {
  for await (const page of differences(generations)) {
    const found: Change[] = [];
    for (const step of page) {
      if (step.kind === 'removed') found.push({ remove: step.key });
      else if (step.kind !== 'unchanged') found.push({ put: step.next.json });
    }
    yield found;
  }
}

/** What a Held run sends; the keys are remembered as its candidates. */
export async function* removals(generations: Generations, candidates: Shelf<1>): AsyncGenerator<Change[]> {
  for await (const page of differences(generations)) {
    const found: Change[] = [];
    for (const step of page) {
      if (step.kind !== 'removed') continue;
      candidates.put(step.key, 1);
      found.push({ remove: step.key });
    }
    await candidates.room();
    yield found;
  }
  await candidates.flush();
}

const differences = ({ current, staging, signal }: Generations, next = staging.pages()) =>
  compareGenerations(current.pages(), next, signal);
