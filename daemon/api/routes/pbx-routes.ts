import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { makeFolder } from '#config/atomic-file.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { Id } from '#contract/ids.ts';
import { NewPbx, PbxChange } from '#contract/wizard/pbx.ts';
import { Irregularity } from '#contract/words.ts';
import type { PbxRegistry } from '../../pbxs/pbx-registry.ts';
import type { SyncEngine } from '../../sync/engine.ts';
import { limited } from '../body.ts';
import { Reply, type Route, route } from '../route.ts';

interface PbxRouteParts {
  registry: PbxRegistry;
  engine: Pick<SyncEngine, 'run' | 'status' | 'irregular'>;
}

const params = z.object({ id: Id });
const MAX_EXPORT_BYTES = 32 * 1024 * 1024;
const MAX_IRREGULAR = 1000;
const PROBE_LIMIT_MS = 60_000;

/** A file name of a form export: no path, no hidden file. */
const ExportName = z
  .string()
  .max(128)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._()-]*\.csv$/iu, 'must be the name of a CSV file');

/** PBXs of this gateway: list, add, change, remove, test, sync, form exports, irregular users (ONB-27 to ONB-34). */
export function pbxRoutes({ registry, engine }: PbxRouteParts): Route[] {
  return [
    route({ method: 'GET', path: '/api/pbxs', handle: async () => ({ pbxs: registry.list() }) }),
    route({
      method: 'POST',
      path: '/api/pbxs',
      body: NewPbx,
      handle: async ({ body }) => new Reply(201, await registry.add(body)),
    }),
    route({
      method: 'PATCH',
      path: '/api/pbxs/:id',
      params,
      body: PbxChange,
      handle: ({ params: { id }, body }) => registry.edit(id, body),
    }),
    route({
      method: 'DELETE',
      path: '/api/pbxs/:id',
      params,
      handle: async ({ params: { id } }) => {
        await registry.remove(id);
        return new Reply(204, undefined);
      },
    }),
    route({
      method: 'POST',
      path: '/api/pbxs/:id/test',
      params,
      handle: ({ params: { id }, signal }) =>
        registry.probe(id, AbortSignal.any([signal, AbortSignal.timeout(PROBE_LIMIT_MS)])),
    }),
    route({
      method: 'POST',
      path: '/api/pbxs/:id/sync',
      params,
      body: z.strictObject({ full: z.boolean().optional() }).optional(),
      // A reader that leaves does not end the run: others wait for its result too.
      handle: ({ params: { id }, body }) =>
        engine.run(id, { trigger: 'sync-now', full: body?.full }, new AbortController().signal),
    }),
    route({
      method: 'GET',
      path: '/api/pbxs/:id/irregular',
      params,
      query: z.object({ kind: Irregularity, limit: z.coerce.number().int().min(1).max(MAX_IRREGULAR).default(200) }),
      handle: async ({ params: { id }, query }) => {
        registry.get(id);
        return { users: await engine.irregular(id, query.kind, query.limit) };
      },
    }),
    route({
      method: 'PUT',
      path: '/api/pbxs/:id/exports/:name',
      params: z.object({ id: Id, name: z.string().transform(decoded).pipe(ExportName) }),
      streamed: true,
      handle: async ({ params: { id, name }, request, signal }) => {
        const { folder } = z.object({ folder: z.string().optional() }).parse(registry.get(id).connection);
        if (folder === undefined) throw new DemarcError('pbx.not-supported', 'this PBX has no folder for form exports');
        const bytes = await saveExport(folder, name, limited(request, MAX_EXPORT_BYTES), signal);
        return new Reply(201, { name, bytes });
      },
    }),
  ];
}

/** A path segment as text; what cannot be decoded stays as it is and is refused by its form. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return segment;
    throw error;
  }
}

/** Streams beside the target and renames, so that a reader never meets half a file. */
async function saveExport(
  folder: string,
  name: string,
  chunks: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<number> {
  const temporary = join(folder, `.${name}.upload`);
  let bytes = 0;
  const counted = async function* () {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      yield chunk;
    }
  };
  try {
    await makeFolder(folder);
    await pipeline(counted(), createWriteStream(temporary, { mode: 0o600, flush: true }), { signal });
    await rename(temporary, join(folder, name));
  } catch (error) {
    await rm(temporary, { force: true });
    if (error instanceof DemarcError || signal.aborted) throw error;
    throw new DemarcError('config.unwritable', folder, { cause: error });
  }
  return bytes;
}
