/** The reader of LDAP answers: whatever arrives, it ends in a value or in one DemarcError. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { LdapEntry } from '#pbx-adapters/channels/ldap/entry.ts';
import { LdapFraming } from '#pbx-adapters/channels/ldap/framing.ts';
import { decodeResponse, readEntry } from '#pbx-adapters/channels/ldap/response.ts';
import { AttributeReader } from '#pbx-adapters/channels/ldap/values.ts';
import { integer, tlv } from '#test/lab/ber.ts';

const attribute = (name: string, ...values: (string | Buffer)[]) =>
  tlv(0x30, tlv(0x04, name), tlv(0x31, ...values.map((value) => tlv(0x04, value))));
const entryMessage = (...attributes: Buffer[]) =>
  tlv(0x30, integer(7), tlv(0x64, tlv(0x04, 'cn=x'), tlv(0x30, ...attributes)));

const sample = Buffer.concat([
  entryMessage(attribute('cn', 'Łukasz', 'b'), attribute('mail', 'a@b')),
  tlv(0x30, integer(7), tlv(0x73, tlv(0x04, 'ldap://far/'))),
  tlv(
    0x30,
    integer(7),
    tlv(0x65, integer(10, 0x0a), tlv(0x04, ''), tlv(0x04, 'why'), tlv(0xa3, tlv(0x04, 'ldap://other:1389/o=x'))),
    tlv(0xa0, tlv(0x30, tlv(0x04, '1.2.840.113556.1.4.319'), tlv(0x04, tlv(0x30, integer(0), tlv(0x04, 'next'))))),
  ),
]);

/** Decodes a message whole, the inside of an entry included. */
const decode = (message: Buffer, names = new AttributeReader()) => {
  const response = decodeResponse(message);
  if (response.kind !== 'entry') return response;
  return { kind: response.kind, id: response.id, ...readEntry(response.content, names) };
};

/** Feeds bytes through framing and decoding. */
const read = (chunks: readonly Buffer[]) => {
  const framing = new LdapFraming();
  return chunks.flatMap((chunk) => framing.push(chunk).map((message) => decode(message)));
};

const onlyOurErrors = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(DemarcError);
    expect(error).toMatchObject({ code: 'ldap.protocol' });
  }
};

describe('LDAP answers', () => {
  it('are read the same however the bytes are cut into chunks', () => {
    const whole = read([sample]);
    expect(whole).toMatchObject([
      { kind: 'entry', dn: 'cn=x' },
      { kind: 'reference', urls: ['ldap://far/'] },
      { kind: 'result', code: 10, text: 'why', referrals: ['ldap://other:1389/o=x'], cookie: Buffer.from('next') },
    ]);
    fc.assert(
      fc.property(fc.array(fc.nat(sample.length), { maxLength: 20 }), (cuts) => {
        const points = [0, ...cuts.toSorted((a, b) => a - b), sample.length];
        const chunks = points.slice(1).map((end, at) => sample.subarray(points[at], end));
        expect(read(chunks)).toEqual(whole);
      }),
    );
  });

  it('random bytes end in a value or in ldap.protocol', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => onlyOurErrors(() => read([Buffer.from(bytes)]))),
      { numRuns: 2000 },
    );
  });

  it('one changed byte anywhere ends in a value or in ldap.protocol', () => {
    fc.assert(
      fc.property(fc.nat(sample.length - 1), fc.nat(255), (at, byte) => {
        const changed = Buffer.from(sample);
        changed[at] = byte;
        onlyOurErrors(() => read([changed]));
      }),
      { numRuns: 3000 },
    );
  });

  it('an attribute list that claims to be longer than its message is refused, not looped over', () => {
    const message = entryMessage(attribute('cn', 'x'));
    // Only the length of the attribute list is a lie; everything around it stays right.
    const list = message.lastIndexOf(Buffer.from([0x30, attribute('cn', 'x').length]));
    message[list + 1] = 0x7f;
    expect(() => decode(message)).toThrow(expect.objectContaining({ code: 'ldap.protocol' }));
  });

  it('a message that announces 2 GB is refused at its header', () => {
    const framing = new LdapFraming();
    expect(() => framing.push(Buffer.from([0x30, 0x84, 0x7f, 0xff, 0xff, 0xff]))).toThrow(
      expect.objectContaining({ code: 'ldap.protocol' }),
    );
  });

  it('a large message in small chunks is joined once', () => {
    const message = entryMessage(attribute('description', 'x'.repeat(2_000_000)));
    const framing = new LdapFraming();
    const started = performance.now();
    let found = 0;
    for (let at = 0; at < message.length; at += 200) found += framing.push(message.subarray(at, at + 200)).length;
    expect(found).toBe(1);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('entries', () => {
  const entryOf = (...attributes: Buffer[]) => {
    const decoded = decode(entryMessage(...attributes));
    if (decoded.kind !== 'entry') throw new Error('not an entry');
    return new LdapEntry(decoded.dn, decoded.attributes);
  };

  it('find an attribute by its name in any case', () => {
    expect(entryOf(attribute('givenName', 'Ann')).values('GIVENNAME')).toEqual(['Ann']);
  });

  it('give a GUID as hex, also when its bytes happen to be text', () => {
    const entry = entryOf(attribute('objectGUID', Buffer.from('0123456789abcdef')));
    expect(entry.values('objectGUID')).toEqual(['30313233343536373839616263646566']);
  });

  it('report bytes that are not UTF-8, and not a replacement mark that was there', () => {
    const entry = entryOf(attribute('cn', Buffer.from([0x41, 0xff])), attribute('sn', 'a\ufffdb'));
    expect(entry.values('cn')).toEqual(['A\ufffd']);
    expect(entry.problems()).toEqual([{ attribute: 'cn', problem: 'invalid-utf8' }]);
  });

  it('never give passwords or pictures', () => {
    const entry = entryOf(attribute('userPassword', 'secret'), attribute('jpegPhoto', 'x'), attribute('cn', 'a'));
    expect(entry.names()).toEqual(['cn']);
    expect(entry.values('userPassword')).toEqual([]);
  });

  it('keep 64 KiB whole and report one byte more', () => {
    const whole = entryOf(attribute('cn', 'x'.repeat(65_536)));
    expect(whole.values('cn')[0]).toHaveLength(65_536);
    expect(whole.problems()).toEqual([]);
    const cut = entryOf(attribute('cn', 'x'.repeat(65_537)));
    expect(cut.values('cn')[0]).toHaveLength(256);
    expect(cut.problems()).toEqual([{ attribute: 'cn', problem: 'too-long' }]);
  });
});
