import { hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { makeFolder } from '#config/atomic-file.ts';
import type { Log } from '#config/log.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { Id } from '#contract/ids.ts';
import { IrregularQuery, NewPbx, PbxChange } from '#contract/wizard/pbx.ts';
import type { PbxRegistry, PbxView } from '../../pbxs/pbx-registry.ts';
import type { SyncEngine } from '../../sync/engine.ts';
import { limited } from '../body.ts';
import { Reply, type Route, route } from '../route.ts';

interface PbxRouteParts {
  registry: PbxRegistry;
  engine: Pick<SyncEngine, 'run' | 'status' | 'irregular' | 'irregularUsers'>;
  /** The state folder, in which the exports of new PBXs are put. */
  folder: string;
  log: Log;
}

const params = z.object({ id: Id });
const WithFolder = z.object({ folder: z.string().optional() });
const MAX_EXPORT_BYTES = 32 * 1024 * 1024;
const PROBE_LIMIT_MS = 60_000;

/** A file name of a form export: no path, no hidden file. */
const ExportName = z
  .string()
  .max(128)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._()-]*\.csv$/iu, 'must be the name of a CSV file');

/** PBXs of this gateway: list, add, change, remove, test, sync, form exports, irregular users (ONB-27 to ONB-34). */
export function pbxRoutes({ registry, engine, folder, log }: PbxRouteParts): Route[] {
  return [
    route({ method: 'GET', path: '/api/pbxs', handle: async () => ({ pbxs: registry.list().map(revised) }) }),
    route({
      method: 'GET',
      path: '/api/pbx-types',
      handle: async () => {
        const { pbxTypes } = await import('../../wizard/pbx-forms.ts');
        return pbxTypes(join(resolve(folder), 'exports', `pbx-${registry.list().length + 1}`));
      },
    }),
    route({
      method: 'POST',
      path: '/api/pbxs',
      body: NewPbx,
      handle: async ({ body }) => {
        const pbx = await registry.add(body);
        // The proposed folder is there at once: exports may also come by SFTP.
        const { folder: exports } = WithFolder.parse(pbx.connection);
        if (exports?.startsWith(`${join(resolve(folder), 'exports')}${sep}`)) await makeFolder(exports);
        return new Reply(201, revised(pbx));
      },
    }),
    route({
      method: 'PATCH',
      path: '/api/pbxs/:id',
      params,
      body: PbxChange,
      handle: async ({ params: { id }, body: { revision, ...change } }) => {
        const now = revised(registry.get(id)).revision;
        if (revision !== undefined && revision !== now) throw new DemarcError('wizard.changed');
        return revised(await registry.edit(id, change));
      },
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
      method: 'POST',
      path: '/api/pbxs/:id/sync/start',
      params,
      handle: async ({ params: { id } }) => {
        registry.get(id);
        const started = engine.status(id).running === null;
        if (started) {
          engine.run(id, { trigger: 'sync-now' }, new AbortController().signal).catch((thrown: unknown) => {
            // What a run came to is in its status; only one that could not begin is told here.
            const { code, detail } = toDemarcError(thrown);
            log.warn({ code, pbx: id, detail }, 'a sync that was asked for did not take place');
          });
        }
        return new Reply(202, { started });
      },
    }),
    route({
      method: 'GET',
      path: '/api/pbxs/:id/irregular',
      params,
      query: IrregularQuery,
      handle: async ({ params: { id }, query: { kind, limit, after } }) => {
        registry.get(id);
        const users = await engine.irregular(id, kind, limit + 1, after);
        const shown = users.slice(0, limit);
        return { users: shown, next: users.length > limit ? (shown.at(-1)?.key ?? null) : null };
      },
    }),
    route({
      method: 'GET',
      path: '/api/pbxs/:id/irregular.csv',
      params,
      query: IrregularQuery.pick({ kind: true }),
      handle: async ({ params: { id }, query: { kind } }) => {
        registry.get(id);
        const { irregularCsv } = await import('../../wizard/irregular-csv.ts');
        return new Reply(200, undefined, {
          text: irregularCsv(engine.irregularUsers(id, kind)),
          headers: {
            'content-type': 'text/csv; charset=utf-8',
            'content-disposition': `attachment; filename="users-${kind}.csv"`,
          },
        });
      },
    }),
    route({
      method: 'PUT',
      path: '/api/pbxs/:id/exports/:name',
      params: z.object({ id: Id, name: z.string().transform(decoded).pipe(ExportName) }),
      streamed: true,
      handle: async ({ params: { id, name }, request, signal }) => {
        const { folder } = WithFolder.parse(registry.get(id).connection);
        if (folder === undefined) throw new DemarcError('pbx.not-supported', 'this PBX has no folder for form exports');
        const bytes = await saveExport(folder, name, limited(request, MAX_EXPORT_BYTES), signal);
        return new Reply(201, { name, bytes });
      },
    }),
  ];
}

/** With what tells one state of the settings from another, so that two browsers do not overwrite each other. */
function revised(pbx: PbxView): PbxView & { revision: string } {
  const { name, syncMinutes, connection, secrets } = pbx;
  return { ...pbx, revision: hash('sha256', JSON.stringify([name, syncMinutes, connection, secrets])).slice(0, 16) };
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
