import { statfs } from 'node:fs/promises';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { type Check, ok, problem } from '../check.ts';

const mebibytes = (bytes: number): string => `${Math.floor(bytes / 1_048_576)} MiB free`;

/** How much room is left where the gateway keeps its state. */
export const diskSpace: Check = {
  id: 'disk.space',
  title: 'Disk space',
  effect: 'When the disk is full, new records and settings cannot be kept; what was accepted before stays.',
  limitMs: 5000,
  async run({ stateFolder, disk }) {
    const found = await statfs(stateFolder).catch((error: unknown) => {
      throw new DemarcError('config.unreadable', stateFolder, { cause: error });
    });
    const free = found.bavail * found.bsize;
    if (free < disk.errorBytes) return problem('error', 'check.disk-low', mebibytes(free), this.effect);
    if (free < disk.warnBytes) return problem('warning', 'check.disk-low', mebibytes(free), this.effect);
    return ok(mebibytes(free));
  },
};
