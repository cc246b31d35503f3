import { CLAIM_CODE_ALPHABET, ClaimCode } from '#contract/ids.ts';

/** What is typed, cleaned while it is typed: capitals, only letters of the alphabet, "ABCD-EFGH". */
export function typedClaimCode(typed: string): string {
  const strange = new RegExp(`[^${CLAIM_CODE_ALPHABET}]`, 'g');
  const letters = typed.toUpperCase().replaceAll(strange, '').slice(0, 8);
  return letters.length > 4 ? `${letters.slice(0, 4)}-${letters.slice(4)}` : letters;
}

/** The code in the API's form, or undefined while it is not complete. */
export function completeClaimCode(typed: string): string | undefined {
  const parsed = ClaimCode.safeParse(typed);
  return parsed.success ? parsed.data : undefined;
}

/** A fingerprint in groups that two people can compare by reading aloud. */
export function groupedFingerprint(fingerprint: string): string {
  const letters = fingerprint.replaceAll(/[^0-9a-z]/gi, '').toUpperCase();
  return /^[0-9A-F]+$/.test(letters) && letters.length >= 32 ? (letters.match(/.{1,4}/g) ?? []).join(' ') : fingerprint;
}
