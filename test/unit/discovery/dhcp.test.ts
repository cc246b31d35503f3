import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { callServersOf, informOf } from '#pbx-adapters/discovery/signals/dhcp.ts';

const ID = 0x12345678;
const LINE = 'id:ipphone.mitel.com;sw_tftp=10.37.20.11;call_srv=10.37.18.11,10.37.10.11;vlan=1056;;dscp=46';

const option = (code: number, value: string | number[]) => {
  const bytes = typeof value === 'string' ? Buffer.from(value) : Buffer.from(value);
  return Buffer.from([code, bytes.length, ...bytes]);
};

/** A DHCPACK to `ID` with these options. */
function answer(...options: Buffer[]): Buffer {
  const packet = Buffer.alloc(236);
  packet[0] = 2;
  packet.writeUInt32BE(ID, 4);
  return Buffer.concat([packet, Buffer.from([99, 130, 83, 99]), option(53, [5]), ...options, Buffer.from([255])]);
}

const identified = (enterprise: number, text: string) => {
  const inner = option(1, text);
  return option(125, [0, 0, enterprise >> 8, enterprise & 255, inner.length, ...inner]);
};

describe('DHCP options for telephones', () => {
  const network = { address: '192.0.2.1', mac: '08:00:0f:12:34:56', base: 0xc0000200, mask: 0xffffff00 };

  test('the question names who asks, and what for (RFC 2131, RFC 2132)', () => {
    const packet = informOf(network, ID);
    expect(packet.subarray(0, 8).toString('hex')).toBe('0101060012345678');
    expect([...packet.subarray(12, 16)]).toEqual([192, 0, 2, 1]);
    expect(packet.subarray(28, 34).toString('hex')).toBe('08000f123456');
    expect(packet.subarray(236).toString('hex')).toBe(
      `638253633501083c11${Buffer.from('ipphone.mitel.com').toString('hex')}37022b7dff`,
    );
  });

  const both = ['10.37.18.11', '10.37.10.11'];
  test.each<[string, Buffer, string[]]>([
    ['option 43', answer(option(43, LINE)), both],
    [
      'option 43 in pieces',
      answer(option(43, LINE.slice(0, 40)), option(3, [1, 2, 3, 4]), option(43, LINE.slice(40))),
      both,
    ],
    ['option 43 with an option inside', answer(option(43, [2, LINE.length, ...Buffer.from(LINE)])), both],
    ['option 125', answer(identified(1027, LINE)), both],
    ['option 125 of another maker', answer(identified(9, LINE)), []],
    [
      'a tag that comes twice',
      answer(option(43, 'id:ipphone.mitel.com;call_srv=10.0.0.1;call_srv=10.0.0.2')),
      ['10.0.0.2'],
    ],
    ['what is no address', answer(option(43, 'id:ipphone.mitel.com;call_srv=pbx.example,,10.0.0.300')), []],
    ['another vendor’s text', answer(option(43, 'id:other.example;call_srv=10.0.0.1')), []],
    ['no options', answer(), []],
  ])('reads %s', (_what, packet, wanted) => {
    expect(callServersOf(packet, ID)).toEqual(wanted);
  });

  test('an answer to another question, or of another kind, is none', () => {
    const packet = answer(option(43, LINE));
    expect(callServersOf(packet, ID + 1)).toEqual([]);
    const offer = Buffer.from(packet);
    offer[242] = 2;
    expect(callServersOf(offer, ID)).toEqual([]);
    offer.writeUInt8(1, 0);
    expect(callServersOf(offer, ID)).toEqual([]);
  });

  test('no more than eight systems are taken', () => {
    const many = Array.from({ length: 15 }, (_, n) => `10.0.0.${n}`).join();
    expect(callServersOf(answer(option(43, `id:ipphone.mitel.com;call_srv=${many}`)), ID)).toHaveLength(8);
  });

  test('no bytes, cut or changed anywhere, do harm', () => {
    const whole = answer(option(52, [3]), option(43, LINE), identified(1027, LINE));
    for (let end = 0; end <= whole.length; end += 1) callServersOf(whole.subarray(0, end), ID);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 20 }), (changes) => {
        const packet = Buffer.from(whole);
        for (const [at, byte] of changes) packet[at] = byte;
        expect(callServersOf(packet, ID).length).toBeLessThanOrEqual(8);
      }),
    );
  });
});
