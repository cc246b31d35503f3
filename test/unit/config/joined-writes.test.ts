import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinWrites } from '#config/joined-writes.ts';

/** What a stream hands down, piece by piece, when these were written while it was corked. */
async function handedDown(pieces: readonly Buffer[], fails?: Error): Promise<{ blocks: Buffer[]; error: unknown }> {
  const blocks: Buffer[] = [];
  const stream = joinWrites(
    new Duplex({
      write(chunk: Buffer, _encoding, done) {
        blocks.push(chunk);
        setImmediate(() => done(fails));
      },
    }),
  );
  const ended = new Promise<unknown>((resolve) => {
    stream.once('error', resolve).once('finish', () => resolve(undefined));
  });
  stream.cork();
  for (const piece of pieces) stream.write(piece);
  stream.end();
  return { error: await ended, blocks };
}

test('what waits leaves as it was written, in few blocks, none of them larger than 32 KiB unless a piece is', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 2, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(sizes, async (lengths) => {
      const pieces = lengths.map((length, at) => Buffer.alloc(length, at));
      const { blocks } = await handedDown(pieces);
      expect(Buffer.concat(blocks).equals(Buffer.concat(pieces))).toBe(true);
      for (const block of blocks) expect(block.length).toBeLessThanOrEqual(Math.max(32 * 1024, ...lengths));
      // Two neighbours that fit together are never apart.
      for (const [at, block] of blocks.entries()) {
        expect(block.length + (blocks[at + 1]?.length ?? Infinity)).toBeGreaterThan(32 * 1024);
      }
    }),
    { numRuns: 30 },
  );
});

test('a packet in small pieces is one block', async () => {
  const { blocks } = await handedDown(['0', 'len', 'topic', 'id', 'payload'].map((text) => Buffer.from(text)));
  expect(blocks.map(String)).toEqual(['0lentopicidpayload']);
});

test('a failure ends the writing', async () => {
  const { blocks, error } = await handedDown([Buffer.alloc(30_000), Buffer.alloc(30_000)], new Error('cut'));
  expect([blocks.length, String(error)]).toEqual([1, 'Error: cut']);
});
