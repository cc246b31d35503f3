import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameGuard } from '#connector/bus/frame-guard.ts';

/** A whole packet: type in the high four bits, remaining length (MQTT 3.1.1 section 2.2.3), a body of that length. */
function packet(type: number, length: number): Buffer {
  const bytes = [type << 4];
  let rest = length;
  do {
    bytes.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from(bytes), Buffer.alloc(length, 0xff)]);
}

const limits = { connect: 1000, frame: 5000 };

/** Feeds the bytes cut at the given places; gives the first problem. */
function feed(bytes: Buffer, cuts: readonly number[] = []): string | undefined {
  const guard = new FrameGuard(limits);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let n = 1; n < places.length; n += 1) {
    const problem = guard.take(bytes.subarray(places[n - 1], places[n]));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

describe('the frame guard', () => {
  it.each([
    ['a CONNECT at its limit', [packet(1, 997)], undefined],
    ['a CONNECT over its limit', [packet(1, 998)], /1000 allowed/],
    ['a later packet at its limit', [packet(1, 10), packet(3, 4997)], undefined],
    ['a later packet over its limit', [packet(1, 10), packet(3, 4998)], /5000 allowed/],
    ['empty packets', [packet(1, 0), packet(12, 0), packet(12, 0)], undefined],
    ['anything before CONNECT', [packet(3, 10)], /not CONNECT/],
    ['a length of five bytes', [packet(1, 0), Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01])], /malformed/],
    ['a claim of 256 MB', [Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f])], /allowed/],
  ])('judges %s', (_what, packets, problem) => {
    const verdict = feed(Buffer.concat(packets));
    if (problem === undefined) expect(verdict).toBeUndefined();
    else expect(verdict).toMatch(problem);
  });

  it('gives one verdict however the bytes are cut', () => {
    const packets = fc.array(fc.tuple(fc.nat(15), fc.oneof(fc.nat(300), fc.nat(6000))), { maxLength: 6 });
    fc.assert(
      fc.property(packets, fc.array(fc.nat(), { maxLength: 20 }), (list, cuts) => {
        const bytes = Buffer.concat([packet(1, 20), ...list.map(([type, length]) => packet(type, length))]);
        expect(feed(bytes, cuts)).toBe(feed(bytes));
      }),
    );
  });

  it('lets through exactly what is within the limits', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(6000), { maxLength: 5 }), (lengths) => {
        const all = [packet(1, 5), ...lengths.map((length) => packet(3, length))];
        const within = all.every((one) => one.length <= limits.frame);
        expect(feed(Buffer.concat(all)) === undefined).toBe(within);
      }),
    );
  });
});
