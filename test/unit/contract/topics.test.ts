import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CLAIM_CODE_ALPHABET, ClaimCode, Id } from '#contract/ids.ts';
import { parseTopic, topics } from '#contract/topics.ts';

const id = fc
  .array(fc.constantFrom(...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'.split('')), { minLength: 26, maxLength: 26 })
  .map((letters) => letters.join(''));

describe('topics', () => {
  test('what is built is read back as it was', () => {
    fc.assert(
      fc.property(id, id, id, fc.nat(9_999_999), (account, gateway, other, n) => {
        const address = { account, gateway };
        expect(parseTopic(topics.conn(address))).toEqual({ ...address, channel: 'conn' });
        expect(parseTopic(topics.event(address))).toEqual({ ...address, channel: 'event' });
        expect(parseTopic(topics.state(address, 'pbxs'))).toEqual({ ...address, channel: 'state', section: 'pbxs' });
        expect(parseTopic(topics.users(address, other, n))).toEqual({ ...address, channel: 'users', run: other, n });
        expect(parseTopic(topics.result(address, other))).toEqual({ ...address, channel: 'result', command: other });
        expect(parseTopic(topics.command(address, other))).toEqual({ ...address, channel: 'command', command: other });
        expect(parseTopic(topics.ack(address))).toEqual({ ...address, channel: 'ack' });
        expect(parseTopic(topics.ask(address))).toEqual({ ...address, channel: 'ask' });
        expect(parseTopic(topics.want(address))).toEqual({ ...address, channel: 'want' });
      }),
    );
  });

  test('anything else is nobody’s topic and never throws', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => parseTopic(text) === undefined));
  });

  const A = '01JD0000000000000000000000';
  test.each([
    [`demarc/1/${A}/${A}/up/conn/`],
    [`demarc/1/${A}/${A}/up/conn/x`],
    [`demarc/2/${A}/${A}/up/conn`],
    [`demarc/1/${A}/${A}/up`],
    [`demarc/1/${A}/${A}/up/state`],
    [`demarc/1/${A}/${A}/up/state/UPPER`],
    [`demarc/1/${A}/${A}/up/state/a/b`],
    [`demarc/1/${A}/${A}/up/users/${A}/007`],
    [`demarc/1/${A}/${A}/up/users/${A}/1/2`],
    [`demarc/1/${A}/${A}/up/users/${A}/-1`],
    [`demarc/1/${A}/${A}/up/#`],
    [`demarc/1/+/${A}/up/conn`],
    [`demarc/1/${A.toLowerCase()}/${A}/up/conn`],
    [`/demarc/1/${A}/${A}/up/conn`],
  ])('%s is refused', (topic) => {
    expect(parseTopic(topic)).toBeUndefined();
  });
});

describe('identifiers', () => {
  test('a claim code may be typed in small letters, with spaces and dashes', () => {
    expect(ClaimCode.parse('acdf-ghjk')).toBe('ACDFGHJK');
    expect(ClaimCode.parse(' ac df 34 67 ')).toBe('ACDF3467');
  });

  test('no two characters of a claim code look alike', () => {
    for (const letter of '0O1IL2Z5S8BUV') expect(CLAIM_CODE_ALPHABET).not.toContain(letter);
    expect(new Set(CLAIM_CODE_ALPHABET).size).toBe(CLAIM_CODE_ALPHABET.length);
  });

  test('an id with a wildcard or a slash is none', () => {
    for (const text of ['+', '#', '../x', '', 'A'.repeat(27)]) expect(Id.safeParse(text).success).toBe(false);
  });
});
