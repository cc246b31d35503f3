/** Cleaning of text that was read from a PBX or entered by a person (design section 6). */

/** Printable ASCII without double or outer spaces: nothing to do, and by far the most common case. */
const ALREADY_CLEAN = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;
/**
 * Control characters, line and paragraph separators, and the invisible ones that turn the reading direction (they can
 * make one name look like another).
 */
const UNWANTED = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * Text as the cloud keeps it: Unicode NFC, well-formed, on one line, trimmed, at most `max` UTF-16 units long and never
 * cut inside a character. Undefined when nothing is left.
 */
export function cleanText(text: string | undefined, max: number): string | undefined {
  if (text === undefined) return undefined;
  if (text.length <= max && ALREADY_CLEAN.test(text)) return text;
  // A value of a megabyte is cut before it is worked on; four times the limit leaves room for what cleaning removes.
  const bounded = text.length > max * 4 ? text.slice(0, max * 4) : text;
  const clean = bounded.toWellFormed().replaceAll(UNWANTED, ' ').normalize('NFC').replaceAll(/\s+/gu, ' ').trim();
  if (clean.length <= max) return clean === '' ? undefined : clean;
  const cut = clean.slice(0, max);
  return (cut.isWellFormed() ? cut : cut.slice(0, -1)).trimEnd();
}
