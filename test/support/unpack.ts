/** Looks into a bundle as a support engineer does. */
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';

/** The files of a `.tar.gz` by their path. */
export async function unpack(archive: Buffer | Readable): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const tar = (archive instanceof Readable ? archive : Readable.from([archive])).pipe(createGunzip()).pipe(extract());
  for await (const entry of tar) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
    files.set(entry.header.name, Buffer.concat(chunks));
  }
  return files;
}

export interface Manifest {
  request: { type: string };
  collectors: { id: string; status: string; durationMs: number; detail?: string }[];
  entries: { path: string; bytes: number; sha256: string; collector: string; cut?: string }[];
}

/** The manifest of an unpacked bundle. */
export const manifestOf = (files: ReadonlyMap<string, Buffer>): Manifest =>
  JSON.parse(files.get('manifest.json')?.toString('utf8') ?? '{}') as Manifest;
