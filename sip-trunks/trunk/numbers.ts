/**
 * Numbers on a trunk: canonical E.164 inside, written per trunk and direction exactly as the far end wants it, read
 * tolerantly however it comes (the "+" is the most frequent fault of trunks).
 */
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { DryRun, NumberFormat } from '#contract/trunks.ts';

/** What is needed to read a national number: ISO 3166-1 alpha-2. */
export interface NumberPlan {
  country: string | undefined;
}

const E164 = /^\+[1-9]\d{3,14}$/;
const DIALLED = /^[+0-9*#]{1,32}$/;

const countryCode = (country: string | undefined): CountryCode | undefined => {
  const code = country?.toUpperCase();
  return code !== undefined && isSupportedCountry(code) ? code : undefined;
};

/**
 * A number as E.164, whichever way it came: with a plus, with the international prefix 00, national in the plan's
 * country, or bare digits with the country code. Undefined for what is none (an extension, a name).
 */
export function canonical(text: string, { country }: NumberPlan): string | undefined {
  const digits = text
    .trim()
    .replace(/^tel:/i, '')
    .replaceAll(/[\s().\-/]/g, '');
  if (E164.test(digits)) return digits;
  if (!/^\d{4,17}$/.test(digits)) return undefined;
  const code = countryCode(country);
  const national = () => validNumber(digits, code);
  if (digits.startsWith('00')) return validNumber(`+${digits.slice(2)}`) ?? national();
  // Many countries have valid numbers of nearly every length: bare digits are the international number if they are one.
  return digits.startsWith('0') ? national() : (validNumber(`+${digits}`) ?? national());
}

function validNumber(text: string, country?: CountryCode): string | undefined {
  const parsed = parsePhoneNumberFromString(text, { extract: false, ...(country && { defaultCountry: country }) });
  return parsed?.isValid() === true ? parsed.number : undefined;
}

/** A number as it goes over the trunk. What is no E.164 number (a user name, an extension) goes unchanged. */
export function written(number: string, format: NumberFormat, { country }: NumberPlan): string {
  if (!E164.test(number)) return number;
  const formed = inForm(number, format.form, countryCode(country));
  return `${format.prepend}${format.strip === 0 ? formed : stripped(formed, format.strip)}`;
}

function inForm(number: string, form: NumberFormat['form'], country: CountryCode | undefined): string {
  switch (form) {
    case 'plus':
      return number;
    case 'no-plus':
      return number.slice(1);
    case 'international-prefix':
      return `00${number.slice(1)}`;
    case 'national': {
      const parsed = parsePhoneNumberFromString(number, { extract: false });
      if (parsed === undefined || country === undefined) return number;
      // Abroad a national number would be somebody else's.
      if (parsed.country !== country && !parsed.getPossibleCountries().includes(country)) return `00${number.slice(1)}`;
      return parsed.formatNational().replaceAll(/\D/g, '');
    }
    default:
      return form satisfies never;
  }
}

const stripped = (text: string, count: number): string => text.replace(/^\+/, '').slice(count);

/** Tries a number on a trunk without calling anybody. */
export function dryRun(
  dialled: string,
  direction: DryRun['direction'],
  format: NumberFormat,
  plan: NumberPlan,
): DryRun {
  const asDialled = dialled.trim();
  const number = canonical(asDialled, plan);
  const base = { asDialled, direction } as const;
  if (number === undefined) {
    const problem = DIALLED.test(asDialled)
      ? 'It is no public number in this country, so it is sent as it is; the other side has to know it'
      : 'It is not a number: it is sent as it is';
    return { ...base, canonical: null, asSent: asDialled, steps: ['sent unchanged'], problem };
  }
  const asSent = written(number, format, plan);
  const steps = [`read as ${number}`, formWords[format.form]];
  if (format.strip > 0) steps.push(`first ${format.strip} digits taken off`);
  if (format.prepend !== '') steps.push(`${format.prepend} put in front`);
  const problem = /\d/.test(asSent) ? null : 'Nothing is left of the number: fewer digits must be taken off';
  return { ...base, canonical: number, asSent, steps, problem };
}

const formWords: Readonly<Record<NumberFormat['form'], string>> = {
  plus: 'written with a plus',
  'no-plus': 'written without the plus',
  national: 'written as a national number',
  'international-prefix': 'written with 00 instead of the plus',
};
