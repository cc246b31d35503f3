/**
 * How the fingerprint of a key is shown, alike on the gateway's page and in the console, so that two people can compare
 * it: the SHA-256 of the SubjectPublicKeyInfo (given as hex) in groups of four.
 */
export function groupFingerprint(sha256Hex: string): string {
  return (sha256Hex.toUpperCase().match(/.{1,4}/g) ?? []).join(' ');
}
