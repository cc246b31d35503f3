import { locale } from '../language.ts';
import { kitText } from '../texts/index.ts';

const grouped = new Intl.NumberFormat(locale);
const decimals = (digits: number) =>
  new Intl.NumberFormat(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping: false,
  });
const [whole, tenths, hundredths] = [decimals(0), decimals(1), decimals(2)];

/** A whole number with separators: "12,345". */
export const count = (value: number): string => grouped.format(value);

/** A number with one decimal: "99.9". */
export const tenth = (value: number): string => tenths.format(value);

/** A count with its noun: "1 user", "12,345 users". */
export const counted = (value: number, noun: keyof typeof kitText.nouns): string =>
  `${count(value)} ${kitText.nouns[noun][value === 1 ? 0 : 1]}`;

/** Bytes of a queue or a message, in the largest fitting binary unit: "0 B", "12 KiB", "3.4 MiB". */
export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  if (value < 1024 ** 2) return `${whole.format(value / 1024)} KiB`;
  if (value < 1024 ** 3) return `${tenths.format(value / 1024 ** 2)} MiB`;
  return `${hundredths.format(value / 1024 ** 3)} GiB`;
}

/** Sizes of memory and disks, always with two decimals, in MiB below one GiB and in GiB from there on (INV-27). */
export function capacity(value: number): string {
  return value < 1024 ** 3
    ? `${hundredths.format(value / 1024 ** 2)} MiB`
    : `${hundredths.format(value / 1024 ** 3)} GiB`;
}
