import type { Duplex } from 'node:stream';

/** Far below the 256 KiB that either end takes as one WebSocket message. */
const MOST_BYTES = 32 * 1024;

/**
 * Lets the small writes that wait on a stream leave together. The MQTT libraries write a packet in five or six pieces;
 * over a WebSocket each would be a frame, a TLS record and a system call of its own.
 */
export function joinWrites<S extends Duplex>(stream: S): S {
  stream._writev = (pieces, done) => {
    const joined = inBlocks(pieces.map(({ chunk }) => chunk));
    const next = (error?: Error | null): void => {
      const block = joined.shift();
      if (error || block === undefined) done(error);
      else stream._write(block, 'utf8', next);
    };
    next();
  };
  return stream;
}

/** Blocks of at most `MOST_BYTES`; a piece that is larger is one by itself. */
function inBlocks(pieces: readonly Buffer[]): Buffer[] {
  const blocks: Buffer[] = [];
  let from = 0;
  let bytes = 0;
  for (const [at, { length }] of pieces.entries()) {
    if (at > from && bytes + length > MOST_BYTES) {
      blocks.push(Buffer.concat(pieces.slice(from, at)));
      from = at;
      bytes = 0;
    }
    bytes += length;
  }
  if (from < pieces.length) blocks.push(Buffer.concat(pieces.slice(from)));
  return blocks;
}
