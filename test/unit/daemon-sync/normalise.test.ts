import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { cleanText } from '#contract/clean-text.ts';
import { readEmail } from '#contract/email.ts';
import { UserRecord } from '#contract/users.ts';
import { normaliser } from '#daemon/sync/normalise.ts';
import { phoneCountry, toE164 } from '#daemon/sync/phone.ts';
import type { PbxUser } from '#pbx-adapters/adapter.ts';

describe('text', () => {
  test.each([
    ['plain', 'Anna Berger', 'Anna Berger'],
    ['decomposed letters become composed ones', 'Ju\u0308rgen', 'J\u00fcrgen'],
    ['a newline becomes a space', 'Anna\r\nBerger', 'Anna Berger'],
    ['NUL and other control characters become spaces', 'a\u0000b\u0007c\u0085d', 'a b c d'],
    ['line separators and reading direction marks go', 'a\u2028b\u202ec', 'a b c'],
    ['outer and double spaces go', '  a \t  b\u00a0 ', 'a b'],
    ['a script tag is only text', '<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['half a surrogate pair becomes the replacement character', 'a\ud800b', 'a\ufffdb'],
    [
      'joiners that languages need stay',
      '\u0646\u0627\u0645\u0647\u200c\u0627\u06cc',
      '\u0646\u0627\u0645\u0647\u200c\u0627\u06cc',
    ],
    ['only spaces is nothing', ' \n\t ', undefined],
    ['nothing is nothing', undefined, undefined],
  ])('%s', (_, input, expected) => {
    expect(cleanText(input, 256)).toBe(expected);
  });

  it('cuts at the limit and never inside a character', () => {
    expect(cleanText('x'.repeat(1_000_000), 256)).toHaveLength(256);
    expect(cleanText(`${'x'.repeat(255)}😀😀`, 256)).toBe('x'.repeat(255));
  });

  it('is stable: cleaning twice is cleaning once, and the result is always fit for the wire', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
        const clean = cleanText(text, 256);
        if (clean === undefined) return;
        expect(clean.length).toBeLessThanOrEqual(256);
        expect(clean).not.toMatch(/[\p{Cc}]/u);
        expect(clean.isWellFormed()).toBe(true);
        expect(cleanText(clean, 256)).toBe(clean);
      }),
    );
  });
});

describe('e-mail', () => {
  test.each([
    ['anna@example.com', 'anna@example.com'],
    [' Anna.Berger@Example.COM ', 'Anna.Berger@example.com'],
    ["o'neil+pbx@sub.example.co.uk", "o'neil+pbx@sub.example.co.uk"],
    ['a..b.@docomo.example.jp', 'a..b.@docomo.example.jp'],
    ['jürgen@müller.example', 'jürgen@müller.example'],
    ['почта@почта.рф', 'почта@почта.рф'],
    ['x@my_host.example.com', 'x@my_host.example.com'],
    ['a/b=c@example.com', 'a/b=c@example.com'],
    ['x@1and1.com', 'x@1and1.com'],
  ])('%s is valid', (text, email) => {
    expect(readEmail(text)).toEqual({ status: 'valid', email });
  });

  test.each([
    'anna',
    '@example.com',
    'anna@',
    'anna@localhost',
    'anna@example..com',
    'anna@-example.com',
    'anna@example.com.',
    'anna@10.0.0.1',
    'anna@[10.0.0.1]',
    'a@b@example.com',
    'a b@example.com',
    'a@example.com; b@example.com',
    '<anna@example.com>',
    '"a b"@example.com',
    `${'x'.repeat(65)}@example.com`,
    `a@${'x'.repeat(64)}.com`,
    `a@${'x.'.repeat(200)}com`,
    'n/a',
  ])('%s is invalid', (text) => {
    expect(readEmail(text)).toEqual({ status: 'invalid' });
  });

  test.each([undefined, '', '   '])('%j is no e-mail', (text) => {
    expect(readEmail(text)).toEqual({ status: 'none' });
  });
});

describe('phone numbers', () => {
  test.each([
    ['+4315551234', undefined, 'AT', '+4315551234'],
    ['+43 1 555-12.34', undefined, undefined, '+4315551234'],
    ['+43 01 5551234', undefined, 'DE', '+4315551234'],
    ['+39 06 698 12345', undefined, 'DE', '+390669812345'],
    ['01 555 12 34', undefined, 'AT', '+4315551234'],
    ['0043 1 5551234', undefined, 'AT', '+4315551234'],
    ['+49 (0) 711 / 1234567', undefined, 'AT', '+497111234567'],
    ['(212) 555-0123', undefined, 'US', '+12125550123'],
    ['tel:+43-1-5551234', undefined, 'AT', '+4315551234'],
    ['+43 1 5551234 ext. 12', undefined, 'AT', '+4315551234'],
    ['＋４３１５５５１２３４', undefined, 'AT', '+4315551234'],
    ['06 12 34 56 78', undefined, 'FR', '+33612345678'],
  ])('%s (extension %s, in %s) is %s', (text, extension, country, expected) => {
    expect(toE164(text, extension, phoneCountry(country))).toBe(expected);
  });

  test.each([
    ['a short number without a plus is internal', '1001', undefined, 'DE'],
    ['what equals the extension is internal, however long', '01234567', '01234567', 'AT'],
    ['also when it is written with spaces', '0123 4567', '01234567', 'AT'],
    ['a national number without a country says nothing', '01 555 1234', undefined, undefined],
    ['an unknown country is no country', '01 555 1234', undefined, 'XX'],
    ['a country code alone', '+43', undefined, 'AT'],
    ['words', 'call the front desk', undefined, 'AT'],
    ['nothing', '', undefined, 'AT'],
    ['a megabyte of digits', '1'.repeat(1_000_000), undefined, 'AT'],
  ])('%s: none', (_, text, extension, country) => {
    expect(toE164(text, extension, phoneCountry(country))).toBeUndefined();
  });
});

const normalise = normaliser({ country: 'AT', phonePolicy: 'All' });
const user = (raw: PbxUser): UserRecord => {
  const result = normalise(raw);
  if (!result.ok) throw new Error(result.reason);
  return result.user;
};

describe('a record', () => {
  it('keeps the leading zeros of an extension', () => {
    expect(user({ key: 'k', extension: '0012' }).extension).toBe('0012');
  });

  it('leaves an extension out that is too long, instead of cutting it into another', () => {
    expect(user({ key: 'k', extension: '1'.repeat(33) }).extension).toBeUndefined();
  });

  test.each<[string, PbxUser, string]>([
    ['the name as it is', { key: 'k', name: 'Berger, Anna', firstName: 'Anna', lastName: 'Berger' }, 'Berger, Anna'],
    ['first and last', { key: 'k', firstName: 'Anna', lastName: 'Berger' }, 'Anna Berger'],
    ['one of them', { key: 'k', lastName: 'Reception' }, 'Reception'],
    ['the login', { key: 'k', loginId: 'aberger', extension: '12' }, 'aberger'],
    ['the extension', { key: 'k', extension: '0012' }, '0012'],
    ['the key', { key: 'k' }, 'k'],
  ])('is named by %s', (_, raw, name) => {
    expect(user(raw).name).toBe(name);
  });

  it('says that the e-mail is missing or invalid, and never sends a bad text as an e-mail', () => {
    expect(user({ key: 'k' }).irregularities).toEqual(['no-email']);
    const bad = user({ key: 'k', email: 'n/a' });
    expect(bad.irregularities).toEqual(['invalid-email']);
    expect(bad).not.toHaveProperty('email');
  });

  test.each([
    ['All', true, true],
    ['Work', true, false],
    ['Mobile', false, true],
    ['None', false, false],
  ] as const)('policy %s sends work %s, mobile %s (SPC-6)', (phonePolicy, work, mobile) => {
    const result = normaliser({ phonePolicy })({ key: 'k', workPhone: '+4315551234', mobilePhone: '+436641234567' });
    expect(result).toMatchObject({ ok: true });
    if (!result.ok) return;
    expect('workPhone' in result.user).toBe(work);
    expect('mobilePhone' in result.user).toBe(mobile);
  });

  it('without a key, or with one that is too long, is refused with the reason', () => {
    expect(normalise({ key: ' \n' })).toEqual({ ok: false, reason: 'no key' });
    expect(normalise({ key: 'x'.repeat(201) })).toMatchObject({ ok: false });
  });

  it('always fits the contract, whatever the PBX holds', () => {
    const text = fc.option(fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.emailAddress()), {
      nil: undefined,
    });
    const record = fc.record({
      key: fc.string({ unit: 'binary', maxLength: 250 }),
      name: text,
      firstName: text,
      lastName: text,
      email: text,
      extension: text,
      workPhone: text,
      mobilePhone: text,
      loginId: text,
      department: text,
    });
    fc.assert(
      fc.property(record, (raw) => {
        const given = Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== undefined));
        const result = normalise({ key: raw.key, ...given });
        if (!result.ok) return;
        expect(UserRecord.parse(result.user)).toEqual(result.user);
        const { key, name } = result.user;
        expect(normalise({ key, name })).toMatchObject({ ok: true, user: { key, name } });
      }),
      { numRuns: 500 },
    );
  });
});
