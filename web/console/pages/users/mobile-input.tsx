import { Group, NativeSelect, TextInput } from '@mantine/core';
import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/min';
import { useMemo } from 'react';
import { countryName } from '#web/kit/format/countries.ts';
import { language, locale } from '#web/kit/language.ts';
import { text } from '../../texts/index.ts';

const t = text.users;

/** A number as it is typed: the country beside what stands after its code. */
export interface MobileDraft {
  country: CountryCode;
  national: string;
}

/** Where a new number is taken to be from: the browser's region, where it tells one. */
function ownCountry(): CountryCode {
  const region = new Intl.Locale(navigator.language).maximize().region;
  return region !== undefined && isSupportedCountry(region) ? region : language === 'de' ? 'DE' : 'GB';
}

/** The parts of a stored number (E.164). */
export function draftOf(number: string | undefined): MobileDraft {
  const parsed = number === undefined ? undefined : parsePhoneNumberFromString(number);
  if (parsed?.country === undefined) return { country: ownCountry(), national: number ?? '' };
  return { country: parsed.country, national: parsed.formatNational() };
}

/** The number as it is stored: undefined for none, null for what cannot be one. */
export function numberOf({ country, national }: MobileDraft): string | undefined | null {
  if (national.trim() === '') return undefined;
  const parsed = parsePhoneNumberFromString(national, country);
  return parsed?.isPossible() ? parsed.number : null;
}

/** A mobile number with the choice of its country code (USR-6). */
export function MobileInput(props: {
  value: MobileDraft;
  onChange: (value: MobileDraft) => void;
  disabled: boolean;
  error: string | undefined;
}) {
  const { value } = props;
  const choices = useMemo(
    () =>
      getCountries()
        .map((country) => ({ value: country, label: `${countryName(country)} (+${getCountryCallingCode(country)})` }))
        .sort((a, b) => a.label.localeCompare(b.label, locale)),
    [],
  );
  return (
    <Group gap="xs" align="flex-start" grow preventGrowOverflow={false}>
      <NativeSelect
        label={t.mobileCountry}
        value={value.country}
        data={choices}
        disabled={props.disabled}
        onChange={(event) => {
          const country = event.currentTarget.value;
          if (isSupportedCountry(country)) props.onChange({ ...value, country });
        }}
      />
      <TextInput
        label={t.mobileNumber}
        type="tel"
        autoComplete="off"
        maxLength={40}
        value={value.national}
        disabled={props.disabled}
        error={props.error}
        onChange={(event) => props.onChange({ ...value, national: event.currentTarget.value })}
      />
    </Group>
  );
}
