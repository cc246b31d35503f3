import { join } from 'node:path';
import { removeFile, replaceFile } from '#config/atomic-file.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { type Check, ok } from '../check.ts';

/** Whether the store and the state folder take a write, durably. */
export const storeWritable: Check = {
  id: 'store.writable',
  title: 'Store',
  effect: 'Nothing new can be kept: syncs, commands and settings fail until it is writable again.',
  limitMs: 5000,
  async run({ stateFolder, writeToStore }) {
    const started = performance.now();
    const probe = join(stateFolder, 'self-test.probe');
    await replaceFile(probe, 'self-test\n').catch((error: unknown) => {
      throw new DemarcError('config.unwritable', stateFolder, { cause: error });
    });
    await removeFile(probe);
    await writeToStore();
    return ok(`takes a durable write in ${Math.round(performance.now() - started)} ms`);
  },
};
