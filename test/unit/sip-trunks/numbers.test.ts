import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { NumberFormat } from '#contract/trunks.ts';
import { canonical, dryRun, written } from '#sip-trunks/trunk/numbers.ts';

const AT = { country: 'AT' };
const FR = { country: 'FR' };
const format = (given: Partial<NumberFormat>) => NumberFormat.parse(given);

test.each([
  ['+43720123456', AT, '+43720123456'],
  ['0043 720 123456', AT, '+43720123456'],
  ['43720123456', AT, '+43720123456'],
  ['0720 123456', AT, '+43720123456'],
  ['tel:+33-1-42-68-53-00', AT, '+33142685300'],
  ['01 42 68 53 00', FR, '+33142685300'],
  ['1001', AT, undefined],
  ['alice', AT, undefined],
  ['', AT, undefined],
])('%s is read as the number that it is', (text, plan, number) => {
  expect(canonical(text, plan)).toBe(number);
});

test.each([
  ['+33142685300', { form: 'plus' }, FR, '+33142685300'],
  ['+33142685300', { form: 'no-plus' }, FR, '33142685300'],
  ['+33142685300', { form: 'international-prefix' }, FR, '0033142685300'],
  ['+33142685300', { form: 'national' }, FR, '0142685300'],
  // Somebody abroad is not reached by a national number.
  ['+33142685300', { form: 'national' }, AT, '0033142685300'],
  ['+33142685300', { form: 'no-plus', strip: 2, prepend: '0' }, FR, '0142685300'],
  ['+33142685300', { form: 'plus', strip: 2 }, FR, '142685300'],
  ['+33142685300', { form: 'plus', prepend: '9' }, FR, '9+33142685300'],
] as const)('%s as %o', (number, given, plan, expected) => {
  expect(written(number, format(given), plan)).toBe(expected);
});

describe('what is no number', () => {
  it('is never touched', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][a-z0-9._-]{0,20}$/), fc.nat(5), (user, strip) => {
        expect(written(user, format({ form: 'national', strip, prepend: '0' }), FR)).toBe(user);
      }),
    );
  });
});

it('reads back what it wrote, in every form without strip and prepend', () => {
  const numbers = fc.constantFrom('+33142685300', '+43720123456', '+4989123456', '+12125550123', '+390612345678');
  fc.assert(
    fc.property(
      numbers,
      fc.constantFrom('plus', 'no-plus', 'national', 'international-prefix' as const),
      (number, form) => {
        expect(canonical(written(number, format({ form }), AT), AT)).toBe(number);
      },
    ),
  );
});

describe('a dry run', () => {
  it('tells what is sent and why', () => {
    expect(dryRun('0720 123456', 'to-far-end', format({ form: 'no-plus', strip: 2, prepend: '0' }), AT)).toEqual({
      asDialled: '0720 123456',
      direction: 'to-far-end',
      canonical: '+43720123456',
      asSent: '0720123456',
      steps: ['read as +43720123456', 'written without the plus', 'first 2 digits taken off', '0 put in front'],
      problem: null,
    });
  });

  it('says so when nothing is left', () => {
    expect(dryRun('+43720123456', 'to-pbx', format({ strip: 20 }), AT).problem).toContain('fewer digits');
  });

  it('does not pretend to know an extension', () => {
    expect(dryRun('1001', 'to-pbx', format({}), AT)).toMatchObject({ canonical: null, asSent: '1001' });
    expect(dryRun('1001', 'to-pbx', format({}), AT).problem).toContain('no public number');
  });
});
