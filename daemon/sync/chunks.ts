/** One change for the cloud: a record as its JSON, or a key. */
export type Change = { put: string } | { remove: string };

/** What one chunk message carries: records as JSON, and keys. */
export interface ChunkContent {
  put: string[];
  remove: string[];
}

/** A message has 64 KiB; the rest is the envelope's. */
const MAX_BYTES = 60 * 1024;
/** The chunk's own fields: run, PBX, number, brackets. */
const OVERHEAD_BYTES = 256;
const MAX_PUTS = 1000;
const MAX_REMOVES = 2000;

/** Packs changes into chunks of at most 60 KiB of JSON, 1,000 records to put and 2,000 keys to remove. */
export class ChunkPacker {
  #chunk: ChunkContent = { put: [], remove: [] };
  #bytes = OVERHEAD_BYTES;

  /** Takes a change; answers the chunk that it did not fit into any more. */
  add(change: Change): ChunkContent | undefined {
    const isPut = 'put' in change;
    const size = Buffer.byteLength(isPut ? change.put : JSON.stringify(change.remove)) + 1;
    const { put, remove } = this.#chunk;
    const isFull = isPut ? put.length === MAX_PUTS : remove.length === MAX_REMOVES;
    const full = isFull || this.#bytes + size > MAX_BYTES ? this.rest() : undefined;
    if (isPut) this.#chunk.put.push(change.put);
    else this.#chunk.remove.push(change.remove);
    this.#bytes += size;
    return full;
  }

  /** What has not been given yet; undefined when there is nothing. */
  rest(): ChunkContent | undefined {
    const chunk = this.#chunk;
    this.#chunk = { put: [], remove: [] };
    this.#bytes = OVERHEAD_BYTES;
    return chunk.put.length + chunk.remove.length > 0 ? chunk : undefined;
  }
}
