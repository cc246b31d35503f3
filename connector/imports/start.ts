import type { Clock } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { Store } from '../store/store.ts';
import { ImportApplier } from './applier.ts';
import { Imports } from './imports.ts';

/** The imports of a connector: what is on disk, and what makes users of it. */
export interface ImportParts {
  imports: Imports;
  applier: ImportApplier;
}

/** Puts the parts together and takes up what was being applied when the process ended. */
export async function startImports(parts: { store: Store; clock: Clock; log: Log }): Promise<ImportParts> {
  const [imports, applier] = [new Imports(parts), new ImportApplier(parts)];
  await applier.start();
  return { imports, applier };
}
