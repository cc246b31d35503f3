import { cleanText } from './clean-text.ts';

/** Longest address that SMTP carries (RFC 5321 section 4.5.3.1.3, without the angle brackets). */
const MAX_LENGTH = 254;
/** What no local part holds unquoted (RFC 5322 section 3.2.3). Every other character is let through. */
const LOCAL = /^[^\s@<>()[\]\\,;:"\p{Cc}]{1,64}$/u;
const LABEL = /^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_-]{0,61}[\p{L}\p{M}\p{N}_])?$/u;

/** A directory's e-mail attribute: a usable address, a text that is none, or nothing at all. */
export type EmailReading = { status: 'valid'; email: string } | { status: 'invalid' } | { status: 'none' };

/**
 * Reads an e-mail address tolerantly; real directories hold odd addresses that mail reaches. The rule: one @; a local
 * part of 1 to 64 characters without spaces and specials (dots may stand anywhere: some providers hand such addresses
 * out; letters of every script are fine); a domain of at least two labels of letters, digits, hyphens and underscores,
 * none starting or ending with a hyphen, the last not a number; at most 254 characters. Quoted local parts, address
 * literals and domains of one label are refused: the cloud could not deliver to them. The domain is lower-cased, the
 * local part kept as written.
 */
export function readEmail(text: string | undefined): EmailReading {
  const clean = cleanText(text, MAX_LENGTH + 1);
  if (clean === undefined) return { status: 'none' };
  if (clean.length > MAX_LENGTH) return { status: 'invalid' };
  const at = clean.indexOf('@');
  const local = clean.slice(0, Math.max(at, 0));
  const domain = clean.slice(at + 1).toLowerCase();
  return at > 0 && LOCAL.test(local) && isDomain(domain)
    ? { status: 'valid', email: `${local}@${domain}` }
    : { status: 'invalid' };
}

function isDomain(domain: string): boolean {
  const labels = domain.split('.');
  return labels.length >= 2 && labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(labels.at(-1) ?? '');
}
