import { MAX_RANGE } from '#contract/api/numbers.ts';
import { InvalidField } from '../lists/invalid-field.ts';

/** Both ends of a block of numbers, of equal length: as text they compare as the numbers do. */
export interface Ends {
  lower: string;
  upper: string;
}

/** How many numbers lie between the ends, both included. */
export const sizeOf = ({ lower, upper }: Ends): number => Number(BigInt(upper) - BigInt(lower)) + 1;

/** The digits of both ends, `+` taken away. @throws InvalidField for ends of unequal length, in the wrong order, too far apart */
export function endsOf(from: string, to: string, field: string): Ends {
  const ends = { lower: from.replace('+', ''), upper: to.replace('+', '') };
  if (from.startsWith('+') !== to.startsWith('+')) {
    throw new InvalidField(field, 'must be written like the start: both with a plus sign or both without');
  }
  if (ends.lower.length !== ends.upper.length) throw new InvalidField(field, 'must have as many digits as the start');
  if (ends.upper < ends.lower) throw new InvalidField(field, 'must not be below the start');
  if (BigInt(ends.upper) - BigInt(ends.lower) >= BigInt(MAX_RANGE)) {
    throw new InvalidField(field, `a range holds ${MAX_RANGE} numbers at the most`);
  }
  return ends;
}

/** The number after this one with the same count of digits; undefined after the last. */
export function after(digits: string): string | undefined {
  const next = (BigInt(digits) + 1n).toString();
  return next.length > digits.length ? undefined : next.padStart(digits.length, '0');
}
