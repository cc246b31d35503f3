/** The guard, the grammar and the framing of SIP, by RFC 4475 and by chance. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MessageFramer } from '#sip-trunks/message/framing.ts';
import { guard } from '#sip-trunks/message/guard.ts';
import { parseMessage, type SipMessage, stringifyMessage } from '#sip-trunks/message/message.ts';

const TORTURE = 'test/lab/sip-torture';
const torture = readdirSync(TORTURE).map((name) => ({ name, bytes: readFileSync(join(TORTURE, name)) }));

const message = (more: Partial<SipMessage> = {}): SipMessage => ({
  start: { kind: 'response', status: 200, reason: 'OK' },
  via: [{ protocol: 'UDP', host: '192.0.2.1', port: 5060, params: { branch: 'z9hG4bKabc', rport: null } }],
  from: { uri: 'sip:a@192.0.2.1', params: { tag: 'one' } },
  to: { uri: 'sip:192.0.2.11', params: { tag: '0_123-456' } },
  callId: 'id@192.0.2.1',
  cseq: { seq: 1, method: 'OPTIONS' },
  headers: { 'user-agent': 'Mitel-3300-ICP 8.0.9.18' },
  body: Buffer.alloc(0),
  ...more,
});
const text = (lines: string[]) => Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
const plain = (...more: string[]) => [
  'SIP/2.0 200 OK',
  'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKabc',
  'From: <sip:a@192.0.2.1>;tag=one',
  'To: <sip:192.0.2.11>;tag=two',
  'Call-ID: id',
  'CSeq: 1 OPTIONS',
  ...more,
];

/** The shortest of three, so that a busy machine is not taken for a slow parser. */
function parseMs(bytes: Buffer): number {
  let shortest = Infinity;
  for (let round = 0; round < 3 && shortest > 5; round += 1) {
    const started = performance.now();
    parseMessage(bytes);
    shortest = Math.min(shortest, performance.now() - started);
  }
  return shortest;
}

describe('the torture messages of RFC 4475', () => {
  test.each(torture)('$name neither throws nor stalls', ({ bytes }) => {
    expect(['string', 'object']).toContain(typeof parseMessage(bytes));
    expect(parseMs(bytes)).toBeLessThan(20);
  });

  test('most of the valid ones are read', () => {
    const valid = ['wsinv', 'esc01', 'esc02', 'lwsdisp', 'semiuri', 'transports', 'noreason', 'unreason', 'mpart01'];
    const refused = valid.filter((name) => {
      const found = torture.find((file) => file.name === `${name}.dat`);
      return found !== undefined && typeof parseMessage(found.bytes) === 'string';
    });
    expect(refused).toEqual([]);
  });
});

describe('the guard refuses', () => {
  test.each([
    ['too-short', Buffer.from('SIP/2.0 200\r\n\r\n')],
    ['too-long', Buffer.alloc(8193, 0x20)],
    ['no-end-of-header', Buffer.from('SIP/2.0 200 OK\r\nVia: x'.padEnd(60, 'y'))],
    ['not-sip', text(['HTTP/1.1 200 OK', 'Server: nginx and more'])],
    ['too-many-headers', text(plain(...Array.from({ length: 70 }, (_, i) => `X-${i}: y`)))],
    ['header-too-long', text(plain(`X-Long: ${'y'.repeat(1100)}`))],
    ['dangerous-name', text(plain('X: a;__proto__=b'))],
    ['dangerous-name', text(plain('%5f%5Fproto__: b'))],
    ['dangerous-name', text(plain('constructor: b'))],
    ['dangerous-name', text(plain('X: a;prototype'))],
  ])('%s', (refusal, bytes) => {
    expect(guard(bytes)).toBe(refusal);
    expect(parseMessage(bytes)).toBe(refusal);
  });

  test('nothing of a name that merely contains such a word', () => {
    expect(parseMessage(text(plain('Subject: the constructor came')))).toMatchObject({ callId: 'id' });
  });
});

describe('reading and writing', () => {
  test('what is written is read as it was', () => {
    const body = Buffer.from('v=0\r\no=ü 1\r\n');
    const original = message({ contact: { uri: 'sip:b@192.0.2.9', params: {} }, body });
    const back = parseMessage(stringifyMessage(original));
    expect(back).toMatchObject({ ...original, headers: original.headers, body });
  });

  test('a value with a line break is never written', () => {
    expect(() => stringifyMessage(message({ headers: { 'user-agent': 'a\r\nX: y' } }))).toThrow(/line break/);
  });

  test('a Content-Length that is longer than the body is refused, a shorter one cuts', () => {
    expect(parseMessage(Buffer.concat([text(plain('Content-Length: 9')), Buffer.from('four')]))).toBe('unreadable');
    const cut = parseMessage(Buffer.concat([text(plain('Content-Length: 2')), Buffer.from('four')]));
    expect(cut).toMatchObject({ body: Buffer.from('fo') });
  });

  test('whatever the bytes are, nothing is thrown, no prototype is touched, and no message takes 20 ms', () => {
    const word = fc.constantFrom(
      'Via',
      'From: ',
      'To:',
      '<',
      '>',
      ';tag=',
      ';__proto__',
      '%5f',
      '\r\n',
      ' ',
      '"',
      ',',
      '=',
      '\0',
      'é',
      'Digest a=',
      '\r\n\t',
      'SIP/2.0 200 OK\r\n',
      'CSeq: 9 X',
      'sip:[::1]',
      'a'.repeat(400),
    );
    const soup = fc.array(word, { maxLength: 120 }).map((words) => Buffer.from(words.join('')));
    const broken = fc
      .tuple(fc.constantFrom(...torture.map(({ bytes }) => bytes)), fc.nat(), fc.nat(255), fc.nat())
      .map(([bytes, at, value, cut]) => {
        const copy = Buffer.from(bytes);
        if (copy.length > 0) copy[at % copy.length] = value;
        return copy.subarray(0, cut % 3 === 0 ? cut % (copy.length + 1) : copy.length);
      });
    const started = performance.now();
    let worst = 0;
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
          soup,
          broken,
        ),
        (bytes) => {
          worst = Math.max(worst, parseMs(bytes));
          return true;
        },
      ),
      { numRuns: 10_000 },
    );
    expect(worst).toBeLessThan(20);
    expect(performance.now() - started).toBeLessThan(60_000);
    expect(Object.keys(Object.prototype)).toEqual([]);
  }, 90_000);

  test('the dearest message that the guard lets through takes less than 20 ms', () => {
    const dear = Array.from({ length: 7 }, () => `Authorization: Digest ${'a'.repeat(990)}`);
    expect(parseMs(text(plain(...dear)))).toBeLessThan(20);
  });
});

describe('framing', () => {
  const three = [message(), message({ body: Buffer.from('v=0') }), message({ callId: 'third' })].map(stringifyMessage);
  const stream = Buffer.concat([Buffer.from('\r\n\r\n'), ...three.flatMap((bytes) => [bytes, Buffer.from('\r\n')])]);

  test('however the stream is cut, the same messages come out', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: stream.length - 1 }), { maxLength: 8 }), (cuts) => {
        const framer = new MessageFramer();
        const edges = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
        const out = edges.slice(1).flatMap((end, i) => framer.push(stream.subarray(edges[i], end)).messages);
        expect(out).toEqual(three);
      }),
    );
  });

  test.each([
    ['bad-length', 'Content-Length: abc'],
    ['bad-length', 'Content-Length: -1'],
    ['bad-length', 'Content-Length: 3\r\nl: 4'],
    ['too-long', 'Content-Length: 8192'],
  ])('%s: %s ends the stream', (fault, header) => {
    const framer = new MessageFramer();
    expect(framer.push(text(plain(header)))).toEqual({ messages: [], fault });
    expect(framer.push(stringifyMessage(message()))).toEqual({ messages: [], fault });
  });

  test('a head without an end holds no more than one message', () => {
    const framer = new MessageFramer();
    expect(framer.push(Buffer.alloc(65_536, 0x41))).toEqual({ messages: [], fault: 'too-long' });
  });

  test('11,000 tiny messages in one piece are cut without recursion', () => {
    expect(new MessageFramer().push(Buffer.from('x\r\n\r\n'.repeat(11_000))).messages).toHaveLength(11_000);
  });
});
