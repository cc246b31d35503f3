import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** A number that needs no library: E.164 without any decoration. */
const CLEAN_E164 = /^\+[1-9]\d{7,14}$/;
/** What people put between the digits. Brackets are not here: "(0)" is no part of the number. */
const SPACING = /[\s./-]+/g;
/** A country code and then a zero: in most countries the trunk prefix, in some a part of the number. */
const MAYBE_TRUNK_PREFIX = /^\+\d{1,3}[\s./-]+0/;
/** The longest text that is looked at; the longest real notation of a number is far shorter. */
const MAX_TEXT = 64;
/** Without a plus, so few digits are an internal number: the library would take "1001" for a national one (measured). */
const MAX_INTERNAL_DIGITS = 6;

/** The country as libphonenumber knows it, or undefined: then only numbers with a country code can be read. */
export function phoneCountry(country: string | undefined): CountryCode | undefined {
  const code = country?.toUpperCase();
  return code !== undefined && isSupportedCountry(code) ? code : undefined;
}

/**
 * A phone number as E.164, or undefined when the text is none that the public network knows: an internal number (short
 * and without a plus, or the same as the extension), or not valid in its country.
 */
export function toE164(
  text: string | undefined,
  extension: string | undefined,
  country: CountryCode | undefined,
): string | undefined {
  if (text === undefined || text.length > MAX_TEXT) return undefined;
  // NFKC makes the full-width digits of East Asian directories plain ones.
  const number = text.normalize('NFKC').trim().replace(/^tel:/i, '');
  if (CLEAN_E164.test(number)) return number;
  if (number.startsWith('+') && !MAYBE_TRUNK_PREFIX.test(number)) {
    // Most numbers of a directory are like this. The library takes ten times as long and leaves 10 kB of garbage each.
    const digits = number.replaceAll(SPACING, '');
    if (CLEAN_E164.test(digits)) return digits;
  }
  if (number === '' || number === extension || isInternal(number, extension)) return undefined;
  const parsed = parsePhoneNumberFromString(number, { extract: false, ...(country && { defaultCountry: country }) });
  return parsed?.isValid() ? parsed.number : undefined;
}

function isInternal(number: string, extension: string | undefined): boolean {
  if (number.includes('+')) return false;
  const digits = number.replaceAll(/\D/g, '');
  return digits.length <= MAX_INTERNAL_DIGITS || digits === extension;
}
