import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PcapReader } from '#sip-trunks/trace/pcap-reader.ts';
import { Pseudonyms } from '#sip-trunks/trace/pseudonyms.ts';
import { Recording, type TraceFilter } from '#sip-trunks/trace/recording.ts';
import { traceResult } from '#sip-trunks/trace/result.ts';
import { readWire } from '#sip-trunks/trace/wire-message.ts';
import { SECRETS, seededCall } from './messages.ts';

const AT = Date.parse('2026-11-22T10:00:00.123Z');

function recorded(calls = [seededCall()]) {
  const recording = new Recording();
  for (const [index, one] of calls.flat().entries()) recording.add({ ...one, at: AT + index * 20, transport: 'tls' });
  return recording;
}

const resultOf = (recording: Recording, filter: TraceFilter = {}) =>
  traceResult(recording.dialogs(filter), [], Buffer.alloc(32, 7));

/** How a secret may be spelt in a file. */
const spellings = (secret: string): string[] => [
  secret,
  secret.replaceAll('+', ''),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  encodeURIComponent(secret),
];

describe('redaction', () => {
  test.each(SECRETS)('%s is in no file', (secret) => {
    for (const { name, bytes } of resultOf(recorded()).files) {
      const text = bytes.toString('latin1').toLowerCase();
      for (const spelling of spellings(secret)) expect(text, name).not.toContain(spelling.toLowerCase());
      // Numbers are also looked for without what people put between the digits.
      if (/^\d+$/.test(secret)) expect(text.replaceAll(/[ ().-]/g, ''), name).not.toContain(secret);
    }
  });

  test('what support needs stays: who answered what, through where, with which reason, codecs and the Via', () => {
    const file = (name: string) =>
      resultOf(recorded())
        .files.find((one) => one.name === name)
        ?.bytes.toString() ?? '';
    const pcap = file('trace.pcap');
    expect(pcap).toContain('SIP/2.0 503 Trunk concurrent call limit exceeded for +33');
    expect(pcap).toContain('Via: SIP/2.0/TLS 192.0.2.10:5060;branch=z9hG4bK776asdhds;rport');
    expect(pcap).toContain('a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:***');
    expect(pcap).toContain('a=rtpmap:8 PCMA/8000');
    expect(pcap).toContain('realm="cloud.example"');
    expect(pcap).toContain('algorithm=SHA-256');
    expect(pcap).toContain('X-Patient: ***');
    expect(pcap).toContain('Call-ID: a84b4c76e66710@pbx.example');
    expect(file('ladder.txt')).toContain('503 Trunk concurrent call limit');
    expect(file('ladder.svg')).toContain('<title>SIP messages of 1 calls');
    expect(JSON.parse(file('summary.json')).calls[0]).toMatchObject({
      method: 'INVITE',
      status: 503,
      challenges: 1,
      messages: 5,
    });
  });

  test('every message has the length that it says', () => {
    for (const { bytes } of new PcapReader().push(resultOf(recorded()).files[0]?.bytes ?? Buffer.alloc(0))) {
      const wire = readWire(bytes);
      const length = wire?.headers.find(({ name }) => name === 'content-length')?.value;
      expect(wire?.body.length).toBe(Number(length));
    }
  });

  test('one number has one pseudonym however it is written, of the same form, and never itself', () => {
    const names = new Pseudonyms(randomBytes(32));
    const [plus, zeros, national, bare] = ['+43720123456', '0043720123456', '0720123456', '43720123456'].map((one) =>
      names.number(one),
    );
    const end = plus?.slice(-7) ?? '';
    expect([plus, zeros, national, bare]).toEqual([`+4372${end}`, `004372${end}`, `072${end}`, `4372${end}`]);
    const number = fc.stringMatching(/^\+?\d{1,15}$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(number, { maxLength: 8, selector: (one) => one.replaceAll(/\D/g, '').slice(-7) }),
        (list) => {
          const own = new Pseudonyms(Buffer.alloc(32, 1));
          for (const one of list) {
            const made = own.number(one);
            expect(made).toHaveLength(one.length);
            expect(made.startsWith('+')).toBe(one.startsWith('+'));
            expect(made).not.toBe(one);
            expect(own.number(one)).toBe(made);
          }
        },
      ),
    );
  });

  test('the same person has another name in the next trace', () => {
    expect(new Pseudonyms(Buffer.alloc(32, 1)).number('0720123456')).not.toBe(
      new Pseudonyms(Buffer.alloc(32, 2)).number('0720123456'),
    );
  });
});

describe('a filter', () => {
  const two = () => recorded([seededCall('one@x', '+33142685300'), seededCall('two@x', '+4930123400')]);
  test.each([
    [{}, 2],
    [{ number: '0142685300' }, 1],
    [{ number: '+33142685300' }, 1],
    [{ number: '0720123456' }, 2],
    [{ number: '0999999999' }, 0],
    [{ method: 'INFO' }, 2],
    [{ method: 'REGISTER' }, 0],
    [{ trunk: 'other' }, 0],
  ] as const)('%j leaves %i calls, whole', (filter, expected) => {
    const dialogs = two().dialogs(filter);
    expect(dialogs).toHaveLength(expected);
    for (const { messages } of dialogs) expect(messages).toHaveLength(5);
  });

  test('a call has ended when it was refused for good', () => {
    expect(recorded().callsEnded).toBe(1);
    const challenged = new Recording();
    for (const one of seededCall().slice(0, 2)) challenged.add({ ...one, at: AT, transport: 'udp' });
    expect(challenged.callsEnded).toBe(0);
  });
});

describe('limits', () => {
  test('the same message seen twice at once is one, sent again later it is two', () => {
    const [first] = seededCall();
    if (first === undefined) throw new Error('no message');
    const recording = new Recording();
    for (const ms of [0, 3, 500]) recording.add({ ...first, at: AT + ms, transport: 'udp' });
    expect(recording.messages).toBe(2);
  });

  test('a flood fills the trace and no more, and is counted', () => {
    const recording = new Recording();
    const head = 'OPTIONS sip:a SIP/2.0\r\nCall-ID: ';
    for (let index = 0; index < 21_000; index += 1) {
      const bytes = Buffer.from(`${head}${index}\r\n\r\n`);
      recording.add({
        at: AT,
        transport: 'udp',
        from: { address: '::1', port: 1 },
        to: { address: '::1', port: 2 },
        bytes,
      });
    }
    expect([recording.messages, recording.dropped]).toEqual([20_000, 1000]);
  });

  test('whatever bytes come, nothing throws and nothing takes long', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        const recording = new Recording();
        const from = { address: '192.0.2.1', port: 5060 };
        const start = Buffer.from('INVITE sip:1@a SIP/2.0\r\nFrom: ');
        for (const one of [Buffer.from(bytes), Buffer.concat([start, Buffer.from(bytes)])]) {
          recording.add({ at: AT, transport: 'udp', from, to: from, bytes: one });
        }
        resultOf(recording);
        new PcapReader().push(Buffer.from(bytes));
      }),
      { numRuns: 300 },
    );
    const long = (filler: string) =>
      Buffer.from(`INVITE sip:${filler} SIP/2.0\r\nFrom: "${filler}`.padEnd(60_000, filler));
    for (const filler of ['sip:', '1', '<', '"', '\\', ';a=', ',', '\r\n ']) {
      const recording = new Recording();
      const from = { address: '192.0.2.1', port: 5060 };
      const started = performance.now();
      const start = Buffer.from('INVITE sip:1@a SIP/2.0\r\nFrom: ');
      recording.add({ at: AT, transport: 'udp', from, to: from, bytes: Buffer.concat([start, long(filler)]) });
      resultOf(recording);
      expect(performance.now() - started, JSON.stringify(filler)).toBeLessThan(500);
    }
  });
});

describe('pcap', () => {
  test('is read again as it was written, over IPv4 and IPv6, however it is cut', () => {
    const recording = new Recording();
    const ends = [
      [
        { address: '192.0.2.1', port: 5060 },
        { address: '198.51.100.2', port: 5061 },
      ],
      [
        { address: '2001:db8::1', port: 5060 },
        { address: '::ffff:192.0.2.9', port: 7 },
      ],
    ] as const;
    for (const [from, to] of ends) {
      recording.add({
        at: AT,
        transport: 'tls',
        from,
        to,
        bytes: Buffer.from('OPTIONS sip:a SIP/2.0\r\nCall-ID: x\r\n\r\n'),
      });
    }
    const file = resultOf(recording).files[0]?.bytes ?? Buffer.alloc(0);
    const reader = new PcapReader();
    const found = Array.from(file, (byte) => reader.push(Buffer.from([byte]))).flat();
    expect(found.map(({ at, from, to }) => [at, from.address, to.address, to.port])).toEqual([
      [AT, '192.0.2.1', '198.51.100.2', 5061],
      [AT, '2001:db8:0:0:0:0:0:1', '0:0:0:0:0:ffff:c000:209', 7],
    ]);
  });
});
