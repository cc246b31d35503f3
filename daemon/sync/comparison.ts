/** What a run does with two generations: carry kept users over, count the differences, list them for the cloud. */
import { createHash } from 'node:crypto';
import type { IrregularityCounts, SyncCounts } from '#contract/users.ts';
import type { Change } from './chunks.ts';
import { compareGenerations } from './diff.ts';
import { noIrregularities, type StoredUser } from './records.ts';
import type { Shelf } from './shelf.ts';
import type { Staging } from './staging.ts';

/** The generation in force, and the one that the run builds. */
export interface Generations {
  current: Shelf<StoredUser>;
  staging: Staging;
  signal: AbortSignal;
}

/** What the comparison of the staged generation with the one in force found. */
export interface Comparison {
  counts: Pick<SyncCounts, 'added' | 'changed' | 'removed' | 'unchanged'>;
  irregularities: IrregularityCounts;
  /** How many users the generation in force really has. */
  known: number;
  kept: number;
  /** How many would be removed that are not on the list that was decided about. */
  outsiders: number;
  /** Of the keys that would be removed. */
  digest: string;
}

/** Carries users over that the PBX does not have but that a person decided to keep, now (`candidates`) or earlier. */
export async function carryKept(generations: Generations, candidates: Shelf<1> | undefined): Promise<void> {
  for await (const found of differences(generations)) {
    if (found.kind !== 'removed') continue;
    const kept = found.previous.kept === true || (await candidates?.get(found.key)) !== undefined;
    if (kept) await generations.staging.add(found.previous.user, true);
  }
}

/** Counts, and finishes the staging: once, when all users are in it. */
export async function compareStaged(generations: Generations, approved: Shelf<1> | undefined): Promise<Comparison> {
  const counts = { added: 0, changed: 0, removed: 0, unchanged: 0 };
  const found = { irregularities: noIrregularities(), known: 0, kept: 0, outsiders: 0 };
  const digest = createHash('sha256');
  for await (const step of differences(generations, generations.staging.finished())) {
    counts[step.kind] += 1;
    if (step.kind !== 'added') found.known += 1;
    if (step.kind === 'removed') {
      digest.update(`${step.key}\n`);
      if (approved !== undefined && (await approved.get(step.key)) === undefined) found.outsiders += 1;
      continue;
    }
    if (step.next.kept === true) found.kept += 1;
    for (const irregularity of step.next.user.irregularities) found.irregularities[irregularity] += 1;
  }
  return { counts, ...found, digest: digest.digest('base64url').slice(0, 22) };
}

/** What a full run sends. */
export async function* everybody(users: Staging | Shelf<StoredUser>): AsyncGenerator<Change> {
  for await (const [, { user }] of users.entries()) yield { put: user };
}

/** What a delta sends. */
export async function* changes(generations: Generations): AsyncGenerator<Change> {
  for await (const step of differences(generations)) {
    if (step.kind === 'removed') yield { remove: step.key };
    else if (step.kind !== 'unchanged') yield { put: step.next.user };
  }
}

/** What a Held run sends; the keys are remembered as its candidates. */
export async function* removals(generations: Generations, candidates: Shelf<1>): AsyncGenerator<Change> {
  for await (const step of differences(generations)) {
    if (step.kind !== 'removed') continue;
    await candidates.put(step.key, 1);
    yield { remove: step.key };
  }
  await candidates.flush();
}

const differences = ({ current, staging, signal }: Generations, next = staging.entries()) =>
  compareGenerations(current.entries(), next, signal);
