import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '#config/clock.ts';
import { DocumentFile } from '#config/document.ts';
import type { Log } from '#config/log.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';

const BootDocument = z.object({ boot: z.int().min(0) });

const HOUR_MS = 3_600_000;

/**
 * Counts this process start in `boot.json` and returns its number, from 1. Kept outside the store, because the number
 * must not go back when the store is lost: sequence numbers of a new store begin above it.
 * @throws DemarcError `config.unwritable`
 */
export async function countBoot(options: { folder: string; clock: Clock; log: Log }): Promise<number> {
  const file = new DocumentFile(join(options.folder, 'boot.json'), BootDocument);
  let last = 0;
  try {
    last = (await file.load()).value?.boot ?? 0;
  } catch (error) {
    if (!(error instanceof DemarcError) || error.code !== 'config.invalid') throw error;
    // Both copies are damaged. Hours since 1970 are above any count that a device reaches and below 2^21.
    last = Math.floor(options.clock.now() / HOUR_MS);
    options.log.error(
      { code: 'config.invalid', err: error },
      'the boot counter was damaged; it goes on from the clock',
    );
  }
  const boot = last + 1;
  await file.save({ boot });
  return boot;
}
