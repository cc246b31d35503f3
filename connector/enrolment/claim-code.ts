import { randomInt } from 'node:crypto';
import { CLAIM_CODE_ALPHABET } from '#contract/ids.ts';

const LENGTH = 8;

/** A new claim code: 36 bits, which five tries in a quarter of an hour cannot guess. */
export const newClaimCode = (): string =>
  Array.from({ length: LENGTH }, () => CLAIM_CODE_ALPHABET[randomInt(CLAIM_CODE_ALPHABET.length)]).join('');
