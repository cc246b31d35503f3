import { join } from 'node:path';
import { z } from 'zod';
import { readFileIfThere, removeFile, replaceFile } from '#config/atomic-file.ts';
import { updateFolder } from '#config/slots.ts';
import { Version } from '#contract/update.ts';

const jobFile = (stateFolder: string): string => join(updateFolder(stateFolder), 'job.json');

/** How far the preparation of an update is. */
const UpdateJob = z.object({
  state: z.enum(['downloading', 'verifying', 'unpacking', 'installed']),
  version: Version,
});
export type UpdateJob = z.infer<typeof UpdateJob>;

/** Undefined when none is under way; one that cannot be read counts as none, because it only tells. */
export async function readUpdateJob(stateFolder: string): Promise<UpdateJob | undefined> {
  const text = await readFileIfThere(jobFile(stateFolder));
  try {
    return UpdateJob.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}

/** @throws DemarcError `config.unwritable` */
export async function writeUpdateJob(stateFolder: string, job: UpdateJob): Promise<void> {
  await replaceFile(jobFile(stateFolder), JSON.stringify(job));
}

export const removeUpdateJob = (stateFolder: string): Promise<void> => removeFile(jobFile(stateFolder));
