import type { UserRecord } from '#contract/users.ts';

/** One change for the cloud. */
export type Change = { put: UserRecord } | { remove: string };

/** What one chunk message carries. */
export interface ChunkContent {
  put: UserRecord[];
  remove: string[];
}

/** A message has 64 KiB; the rest is the envelope's. */
const MAX_BYTES = 60 * 1024;
/** The chunk's own fields: run, PBX, number, brackets. */
const OVERHEAD_BYTES = 256;
const MAX_PUTS = 1000;
const MAX_REMOVES = 2000;

/** Packs changes into chunks of at most 60 KiB of JSON, 1,000 records to put and 2,000 keys to remove. */
export async function* packChunks(changes: AsyncIterable<Change>): AsyncGenerator<ChunkContent> {
  let chunk: ChunkContent = { put: [], remove: [] };
  let bytes = OVERHEAD_BYTES;
  for await (const change of changes) {
    const size = Buffer.byteLength(JSON.stringify('put' in change ? change.put : change.remove)) + 1;
    const full = 'put' in change ? chunk.put.length === MAX_PUTS : chunk.remove.length === MAX_REMOVES;
    if (full || bytes + size > MAX_BYTES) {
      yield chunk;
      chunk = { put: [], remove: [] };
      bytes = OVERHEAD_BYTES;
    }
    if ('put' in change) chunk.put.push(change.put);
    else chunk.remove.push(change.remove);
    bytes += size;
  }
  if (chunk.put.length + chunk.remove.length > 0) yield chunk;
}
