import { join } from 'node:path';
import { z } from 'zod';
import { removeFile } from '#config/atomic-file.ts';
import { DocumentFile } from '#config/document.ts';
import { Id, Instant } from '#contract/ids.ts';

/**
 * What is to become of this gateway. `wipe`: everything goes, as before the first start. `release`: the cloud's part
 * goes, its PBXs stay. `move`: another account claims it, so that the earlier one's data goes and its PBXs get new ids.
 */
const ResetKind = z.enum(['wipe', 'release', 'move']);
export type ResetKind = z.infer<typeof ResetKind>;

/** How far it is. `wanted`: the cloud is still to hear of it. `due`: the next start does it before anything else. */
const ResetPhase = z.enum(['wanted', 'due']);

/** Every state of a reset that can be met on disk; the matrix of faults is made from it. */
export const RESET_STATES = ResetKind.options.flatMap((kind) =>
  ResetPhase.options.map((phase) => ({ kind, phase }) as const),
);

const ResetMarker = z.object({
  kind: ResetKind,
  phase: ResetPhase,
  at: Instant,
  /** Who wanted it: a command, a person on site, or the cloud that let go of the gateway. */
  by: z.enum(['command', 'site', 'cloud']),
  command: Id.optional(),
  /** Process starts that found it wanted. */
  starts: z.int().min(0).default(0),
});
export type ResetMarker = z.infer<typeof ResetMarker>;

/** The wish to reset, in a file of its own outside the store: the store is among what goes. */
export const resetMarkerPath = (folder: string): string => join(folder, 'reset.json');

export class ResetMarkerFile {
  readonly #file: DocumentFile<typeof ResetMarker>;

  constructor(folder: string) {
    this.#file = new DocumentFile(resetMarkerPath(folder), ResetMarker);
  }

  /** @throws DemarcError `config.invalid` when it and its good copy are damaged, `config.unreadable` */
  async load(): Promise<ResetMarker | undefined> {
    return (await this.#file.load()).value;
  }

  /** @throws DemarcError `config.unwritable` */
  async save(marker: ResetMarker): Promise<void> {
    await this.#file.save(marker);
  }

  async remove(): Promise<void> {
    // The good copy first: it would bring the wish back.
    await removeFile(`${this.#file.path}.good`);
    await removeFile(this.#file.path);
  }
}

const Former = z.object({ account: Id });

/** Which account this gateway belonged to before it was released: its PBX ids are known there. */
export class FormerAccount {
  readonly #file: DocumentFile<typeof Former>;

  constructor(folder: string) {
    this.#file = new DocumentFile(join(folder, 'former-account.json'), Former);
  }

  async load(): Promise<string | undefined> {
    return (await this.#file.load()).value?.account;
  }

  async save(account: string): Promise<void> {
    await this.#file.save({ account });
  }
}
