/** What we answer to whoever pings us: RFC 4475, floods, slow and lying peers. */
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerRequest, type Source } from '#sip-trunks/answer/answer.ts';
import { AnswerLimiter } from '#sip-trunks/answer/limiter.ts';
import { OptionsListener } from '#sip-trunks/answer/listener.ts';
import { until } from '#test/support/program.ts';

const tagKey = Buffer.from('key of a test');
const source: Source = { address: '192.0.2.99', port: 40_000, transport: 'udp' };

/** The files lack the last blank line here and there, and some have the line ends of Unix. */
function torture(name: string): Buffer {
  const bytes = readFileSync(`test/lab/sip-torture/${name}.dat`);
  if (bytes.includes('\r\n\r\n')) return bytes;
  return Buffer.from(`${bytes.toString('latin1').trimEnd().replaceAll(/\r?\n/g, '\r\n')}\r\n\r\n`, 'latin1');
}
const statusOf = (name: string) => {
  const answer = answerRequest(torture(name), source, { tagKey });
  return 'ignored' in answer ? answer.ignored : answer.status;
};
const options = (...more: string[]) =>
  [
    'OPTIONS sip:192.0.2.1 SIP/2.0',
    'Via: SIP/2.0/UDP pbx.example:5066;branch=z9hG4bKone;rport',
    'Via: SIP/2.0/UDP behind.example;branch=z9hG4bKtwo',
    'From: <sip:pbx.example>;tag=a',
    'To: <sip:192.0.2.1>',
    'Call-ID: one@pbx.example',
    'CSeq: 7 OPTIONS',
    'Max-Forwards: 70',
    ...more,
    '',
    '',
  ].join('\r\n');

describe('the messages of RFC 4475 are answered as it asks', () => {
  test.each([
    ['valid OPTIONS', 200, ['lwsdisp', 'semiuri', 'transports', 'zeromf', 'badbranch', 'badaspec', 'trws']],
    [
      'valid requests of methods that we know and do not serve',
      405,
      [
        'wsinv',
        'esc01',
        'escnull',
        'longreq',
        'dblreq',
        'mpart01',
        'inv2543',
        'invut',
        'sdp01',
        'regescrt',
        'cparam01',
        'cparam02',
        'baddate',
        'regaut01',
        'unksm2',
        'regbadct',
      ],
    ],
    ['methods that nobody knows', 501, ['intmeth', 'esc02']],
    [
      'what cannot be understood',
      400,
      [
        'badinv01',
        'clerr',
        'ncl',
        'scalar02',
        'quotbal',
        'ltgtruri',
        'lwsruri',
        'lwsstart',
        'escruri',
        'mismatch01',
        'mismatch02',
        'insuf',
        'multi01',
        'mcl01',
      ],
    ],
    ['schemes of URI that are not SIP', 416, ['unkscm', 'novelsc']],
    ['a required extension', 420, ['bext01']],
    ['another version', 505, ['badvers']],
    ['responses, to nothing', 'response', ['unreason', 'noreason', 'bcast', 'bigcode', 'scalarlg']],
  ] as const)('%s: %s', (_, expected, names) => {
    expect(Object.fromEntries(names.map((name) => [name, statusOf(name)]))).toEqual(
      Object.fromEntries(names.map((name) => [name, expected])),
    );
  });
});

describe('an answer', () => {
  test('goes back the way that the request came, with the same tag each time', () => {
    const first = answerRequest(Buffer.from(options()), source, { tagKey });
    if ('ignored' in first) throw new Error(first.ignored);
    const text = first.bytes.toString();
    expect(first.port).toBe(40_000);
    expect(text).toMatch(
      /^SIP\/2\.0 200 OK\r\nVia: SIP\/2\.0\/UDP pbx\.example:5066;branch=z9hG4bKone;rport=40000;received=192\.0\.2\.99\r\nVia: SIP\/2\.0\/UDP behind/,
    );
    expect(text).toMatch(/\r\nTo: <sip:192\.0\.2\.1>;tag=[\da-f]{16}\r\n/);
    expect(answerRequest(Buffer.from(options()), source, { tagKey })).toEqual(first);
  });

  test('without rport goes to the port of the Via', () => {
    const answer = answerRequest(Buffer.from(options().replace(';rport', '')), source, { tagKey });
    expect(answer).toMatchObject({ port: 5066 });
  });

  test('names the extension that is not there, and never answers an ACK', () => {
    const answer = answerRequest(Buffer.from(options('Require: gin')), source, { tagKey });
    expect('bytes' in answer && answer.bytes.toString()).toMatch(/^SIP\/2\.0 420 [\s\S]*\r\nUnsupported: gin\r\n/);
    const ack = options().replaceAll('OPTIONS', 'ACK');
    expect(answerRequest(Buffer.from(ack), source, { tagKey })).toEqual({ ignored: 'ack' });
  });

  test('whatever the bytes are: nothing is thrown, nothing takes 20 ms, and the answer is hardly larger', () => {
    const names = ['wsinv', 'badinv01', 'intmeth', 'longreq', 'mcl01', 'zeromf', 'bext01'];
    const broken = fc
      .tuple(fc.constantFrom(...names), fc.nat(), fc.nat(255), fc.nat())
      .map(([name, at, value, cut]) => {
        const copy = Buffer.from(torture(name));
        copy[at % copy.length] = value;
        return copy.subarray(0, cut % 3 === 0 ? cut % (copy.length + 1) : copy.length);
      });
    const slow = (bytes: Buffer) => {
      let best = Infinity;
      for (let round = 0; round < 3 && best > 5; round += 1) {
        const began = performance.now();
        const answer = answerRequest(bytes, source, { tagKey });
        best = Math.min(best, performance.now() - began);
        if (!('ignored' in answer)) expect(answer.bytes.length).toBeLessThan(bytes.length + 256);
      }
      return best;
    };
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
          broken,
        ),
        (bytes) => {
          expect(slow(bytes)).toBeLessThan(20);
        },
      ),
      { numRuns: 5000 },
    );
    for (const dear of [
      options(...Array.from({ length: 7 }, () => `Authorization: Digest ${'a'.repeat(990)}`)),
      options(`Authorization: Digest ${'a'.repeat(60_000)}`),
      options(...Array.from({ length: 900 }, () => 'Via: SIP/2.0/UDP a')),
      options(`Via: ${' '.repeat(1000)}x`),
    ]) {
      expect(slow(Buffer.from(dear))).toBeLessThan(20);
    }
  }, 60_000);
});

describe('the limit', () => {
  test('one source gets its share, another is not harmed by it', () => {
    const limiter = new AnswerLimiter({ perSource: 10, overall: 1000, mostSources: 100 });
    const allowed = (from: string, count: number, at: number) =>
      Array.from({ length: count }, () => limiter.allows(from, at)).filter(Boolean).length;
    expect(allowed('a', 500, 0)).toBe(20);
    expect(allowed('b', 5, 0)).toBe(5);
    expect(allowed('a', 500, 1000)).toBe(10);
  });

  test('40,000 forged sources get no more than all together may have, and no more room than the table', () => {
    const limiter = new AnswerLimiter({ perSource: 50, overall: 2000, mostSources: 4096 });
    let allowed = 0;
    for (let at = 0; at < 40_000; at += 1) allowed += limiter.allows(`10.0.${at >> 8}.${at & 255}`, 0) ? 1 : 0;
    expect(allowed).toBe(4000);
    expect(limiter.size).toBe(4096);
  });
});

describe('the listener', () => {
  const limits = { perSource: 20, overall: 2000, mostSources: 100, mostConnections: 3, idleMs: 300 };
  const open = () => OptionsListener.open({ host: '127.0.0.1', port: 0, tagKey, limits });
  const dial = async (port: number): Promise<Socket & { text: string }> => {
    const socket = Object.assign(connect(port, '127.0.0.1'), { text: '' });
    socket.on('error', () => undefined);
    socket.on('data', (piece: Buffer) => (socket.text += piece.toString()));
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    return socket;
  };

  test('answers over UDP up to the limit of the source, and says how many it left unanswered', async () => {
    await using listener = await open();
    const socket = createSocket('udp4');
    let answers = 0;
    socket.on('message', () => (answers += 1));
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    for (let at = 0; at < 120; at += 1) socket.send(options(), listener.port, '127.0.0.1');
    await until('all came', 5000, () => listener.counts.answered + listener.counts.limited === 120);
    await until('the answers came', 5000, () => answers === listener.counts.answered);
    expect(answers).toBeGreaterThanOrEqual(40);
    expect(answers).toBeLessThan(60);
    socket.close();
  });

  test('answers over TCP however the request is cut, and a ping of the flow', async () => {
    await using listener = await open();
    const socket = await dial(listener.port);
    const bytes = options('Content-Length: 0');
    socket.write(bytes.slice(0, 30));
    await until('the first piece is there', 2000, () => socket.bytesWritten > 0);
    socket.write(bytes.slice(30));
    await until('an answer', 2000, () => socket.text.startsWith('SIP/2.0 200 OK'));
    socket.text = '';
    socket.write('\r\n\r\n');
    await until('a pong', 2000, () => socket.text === '\r\n');
    socket.destroy();
  });

  test('a lying length, an endless head and an idle peer lose their connection; no more than so many are kept', async () => {
    await using listener = await open();
    const closed = async (what: string, ...pieces: string[]) => {
      const socket = await dial(listener.port);
      for (const piece of pieces) socket.write(piece);
      await until(`${what} is cut off`, 3000, () => socket.destroyed || socket.readableEnded);
    };
    await closed('a lying length', options('Content-Length: abc'));
    await closed('an endless head', `OPTIONS sip:a SIP/2.0\r\n${'X: y\r\n'.repeat(3000)}`);
    await closed('silence');
    const kept = await Promise.all(Array.from({ length: 5 }, () => dial(listener.port)));
    await until('the surplus is refused', 2000, () => listener.counts.refusedConnections === 2);
    for (const socket of kept) socket.destroy();
  });
});
