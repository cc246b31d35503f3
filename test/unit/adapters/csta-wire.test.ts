/** Framing and XML of CSTA: whatever arrives, it ends in messages or in one DemarcError. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { CstaFraming, encodeFrame } from '#pbx-adapters/channels/csta/framing.ts';
import { requestSystemStatus, startSession, toXml } from '#pbx-adapters/channels/csta/requests.ts';
import { parseMessage } from '#pbx-adapters/channels/csta/xml.ts';
import { frame, message } from '#test/lab/office-400/csta-wire.ts';

const ED5 = 'http://www.ecma-international.org/standards/ecma-323/csta/ed5';
const protocolError = expect.objectContaining({ code: 'csta.protocol' });

const read = (chunks: readonly Buffer[]) => {
  const framing = new CstaFraming();
  return chunks.flatMap((chunk) =>
    framing.push(chunk).map(({ id, xml }) => ({ id, name: parseMessage(xml).name, bytes: xml.length })),
  );
};

const onlyOurErrors = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(DemarcError);
    expect(error).toEqual(protocolError);
  }
};

const sample = Buffer.concat([
  frame('0001', message('RequestSystemStatusResponse', '<systemStatus>normal</systemStatus>', 'plain')),
  frame('9999', message('DeliveredEvent', '<calledDevice>Müller 🎧</calledDevice>', 'prefixed')),
  frame('0002', message('CSTAErrorCode', '<operation>generic</operation>', 'misspelt')),
]);

describe('frames', () => {
  it.each([
    [1, `<SystemStatusResponse xmlns="${ED5}"/>`, '0000006530303031'],
    [7, `<?xml version="1.0" encoding="UTF-8"?><GetSwitchingFunctionDevices xmlns="${ED5}"/>`, '0000009230303037'],
  ])('message %i has the header that the standard gives it', (id, xml, header) => {
    expect(encodeFrame(id, xml).toString('hex', 0, 8)).toBe(header);
  });

  it('count bytes, not characters', () => {
    expect(encodeFrame(1, '<a>é🎧</a>').readUInt16BE(2)).toBe(8 + 13);
  });

  it.each([32_759, 32_760, 40_000, 65_527])('%i bytes of XML come through: the length has no sign', (size) => {
    const xml = `<a>${'x'.repeat(size - 7)}</a>`;
    const [found] = new CstaFraming().push(encodeFrame(9998, xml));
    expect(found?.id).toBe(9998);
    expect(found?.xml.toString()).toBe(xml);
  });

  it('a message that no frame can hold is refused before it is sent', () => {
    expect(() => encodeFrame(1, 'x'.repeat(65_528))).toThrow(protocolError);
  });

  it('are read the same however the bytes are cut into chunks', () => {
    const whole = read([sample]);
    expect(whole.map(({ id, name }) => [id, name])).toEqual([
      [1, 'RequestSystemStatusResponse'],
      [9999, 'DeliveredEvent'],
      [2, 'CSTAErrorCode'],
    ]);
    fc.assert(
      fc.property(fc.array(fc.nat(sample.length), { maxLength: 30 }), (cuts) => {
        const points = [0, ...cuts.toSorted((a, b) => a - b), sample.length];
        expect(read(points.slice(1).map((end, at) => sample.subarray(points[at], end)))).toEqual(whole);
      }),
    );
    expect(read(Array.from(sample, (byte) => Buffer.from([byte])))).toEqual(whole);
  });

  it('cut off at any offset they give the messages that are whole, and no error', () => {
    const sizes = [0, sample.readUInt16BE(2)];
    sizes.push((sizes[1] ?? 0) + sample.readUInt16BE((sizes[1] ?? 0) + 2), sample.length);
    for (let end = 0; end <= sample.length; end += 1) {
      expect(read([sample.subarray(0, end)])).toHaveLength(sizes.filter((size) => size > 0 && size <= end).length);
    }
  });

  it.each([
    ['an indicator that is not zero', Buffer.from([0, 1])],
    ['one byte of HTTP', Buffer.from('H')],
    ['a length of zero', frame('0001', '<a/>', 0)],
    ['a length shorter than the header', frame('0001', '<a/>', 7)],
    ['a length without content', frame('0001', '', 8)],
    ['a length that cuts the XML', frame('0001', '<abc/>', 11)],
    ['an id that is not digits', frame('-001', '<a/>')],
    ['an id of other digits', frame('\u00b2\u00b2\u00b2\u00b2', '<a/>')],
  ])('%s is refused', (_what, bytes) => {
    expect(() => read([bytes])).toThrow(protocolError);
  });

  it('a length that is too long waits for the rest and takes no memory for it', () => {
    const framing = new CstaFraming();
    expect(framing.push(frame('0001', '<a/>', 65_535))).toEqual([]);
  });

  it('a line of 10 MB without any header is refused at its start', () => {
    const started = performance.now();
    expect(() => read([Buffer.alloc(10_000_000, 'A')])).toThrow(protocolError);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('64 KiB that arrive byte by byte are joined once', () => {
    const bytes = encodeFrame(1, `<a>${'x'.repeat(65_000)}</a>`);
    const framing = new CstaFraming();
    const started = performance.now();
    let found = 0;
    for (const byte of bytes) found += framing.push(Buffer.from([byte])).length;
    expect(found).toBe(1);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('random bytes end in messages or in csta.protocol', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => onlyOurErrors(() => read([Buffer.from(bytes)]))),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) =>
        onlyOurErrors(() => read([frame('0001', Buffer.from(bytes))])),
      ),
      { numRuns: 2000 },
    );
  });

  it('one changed byte anywhere ends in messages or in csta.protocol', () => {
    fc.assert(
      fc.property(fc.nat(sample.length - 1), fc.nat(255), (at, byte) => {
        const changed = Buffer.from(sample);
        changed[at] = byte;
        onlyOurErrors(() => read([changed]));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('messages', () => {
  const parse = (xml: string | Buffer) => parseMessage(Buffer.from(xml));

  it.each(['plain', 'prefixed', 'misspelt'] as const)('are read by local names, also %s', (dialect) => {
    const { name, root } = parse(message('SystemStatus', '<systemStatus>normal</systemStatus>', dialect));
    expect([name, root.textAt('systemStatus')]).toEqual(['SystemStatus', 'normal']);
  });

  it('keep text as it is: leading zeros, exponents, signs and blanks inside', () => {
    const { root } = parse('<r><a>0012</a><b>1e5</b><c>+41</c><d>true</d><e> x  y </e><f>0x1F</f></r>');
    expect(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => root.textAt(name))).toEqual([
      '0012',
      '1e5',
      '+41',
      'true',
      'x  y',
      '0x1F',
    ]);
  });

  it('one element is a list as well, and one that is missing or empty is none', () => {
    const { root } = parse('<r><d><id>1</id></d><e/></r>');
    expect(root.all('d').map((one) => one.textAt('id'))).toEqual(['1']);
    expect(root.all('x')).toEqual([]);
    expect(root.textAt('e')).toBeUndefined();
    expect(root.textAt('toString')).toBeUndefined();
    expect(root.textAt('d', 'id', 'deeper')).toBeUndefined();
  });

  it('read characters by number, and device ids with bare brackets', () => {
    const { root } = parse('<r><a>M&#252;&#x6c;ler &amp; Co</a><b>N<123!98></b><c>N&lt;*45&gt;</c></r>');
    expect(['a', 'b', 'c'].map((name) => root.textAt(name))).toEqual(['Müller & Co', 'N<123!98>', 'N<*45>']);
  });

  it('with bytes that are not UTF-8 are still read, and Latin-1 where it is declared', () => {
    const latin = Buffer.from('<r><a>Größe</a></r>', 'latin1');
    expect(parse(latin).root.textAt('a')).toBe('Gr\ufffd\ufffde');
    const declared = Buffer.concat([Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?>'), latin]);
    expect(parse(declared).root.textAt('a')).toBe('Größe');
  });

  it('tell the edition that they are written in', () => {
    expect(parse(message('SystemStatus', '', 'plain')).edition).toBe(5);
    expect(parse('<a xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed3"/>').edition).toBe(3);
    expect(parse('<a/>').edition).toBeUndefined();
  });

  const bomb = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('');
  it.each([
    ['an entity bomb', `<!DOCTYPE r [<!ENTITY l0 "ha">${bomb}]><r>&l9;</r>`],
    ['an external entity', '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>'],
    ['a document type in lower case', '<!doctype r><r/>'],
    ['9,000 levels', '<a>'.repeat(9000) + '</a>'.repeat(9000)],
    ['42 levels', '<a>'.repeat(42) + '</a>'.repeat(42)],
    ['a reserved name', '<r><__proto__>1</__proto__></r>'],
    ['two roots', '<a/><b/>'],
    ['two roots of one name', '<a/><a/>'],
    ['an end that is missing', '<a><b></a>'],
    ['nothing', ' '],
    ['a declaration alone', '<?xml version="1.0"?>'],
    ['text', 'hello'],
  ])('%s is refused', (_what, xml) => {
    expect(() => parse(xml)).toThrow(protocolError);
  });

  it('a message of 64 KiB made of one attribute, comment or text takes no time', () => {
    const started = performance.now();
    for (const xml of [
      `<a b="${'<'.repeat(65_000)}"/>`,
      `<a><!--${'-'.repeat(65_000)}`,
      `<a>${'&'.repeat(65_000)}</a>`,
    ]) {
      onlyOurErrors(() => parse(xml));
      onlyOurErrors(() => parse(`<a>${'N<1'.repeat(20_000)}</a>`));
    }
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('random XML-like text ends in a message or in csta.protocol', () => {
    const piece = fc.constantFrom(
      '<a>',
      '</a>',
      '<b:c x="1">',
      '</b:c>',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '&lt;',
      '&#0;',
      'N<1>',
      '<?x',
      '?>',
      '"',
      '0',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) =>
        onlyOurErrors(() => parse(`<r>${pieces.join('')}</r>`)),
      ),
      { numRuns: 3000 },
    );
  });
});

describe('requests', () => {
  it('are in the namespace of their edition', () => {
    expect(toXml(requestSystemStatus, 4)).toBe(
      `<?xml version="1.0" encoding="UTF-8"?><RequestSystemStatus xmlns="${ED5.replace('ed5', 'ed4')}"></RequestSystemStatus>`,
    );
  });

  it('carry any user name and password as text, whatever marks are in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (password) => {
        const clean = password.replaceAll(/[\p{Cc}\ufffe\uffff]/gu, '').trim();
        const { root } = parseMessage(Buffer.from(toXml(startSession({ user: 'u', password }), 5)));
        const info = root.at('applicationInfo', 'applicationSpecificInfo');
        expect(info?.textAt('user')).toBe('u');
        expect(info?.textAt('password') ?? '').toBe(clean);
      }),
      { numRuns: 500 },
    );
  });
});
