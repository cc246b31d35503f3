/** Messages as evidence: readable, and without what would let somebody log in or listen. */

const LOGIN_HEADER = /^(?:(?:proxy-)?authorization|authentication-info|(?:www|proxy)-authenticate)[ \t]*:/i;
const IDENTITY_HEADER = /^(identity[ \t]*:).*/i;
const KEY_LINE = /^(a=crypto:\d+ \S+ inline:)\S+/i;
const ICE_LINE = /^(a=ice-(?:pwd|ufrag):)\S+/i;
const SECRET_PART = /\b(response|nonce|cnonce|nextnonce|rspauth|opaque)=("[^"]*"|[^,\s]+)/gi;

/** The text of a message, at most so many characters, with the answers to challenges and the keys of media taken out. */
export function evidenceText(bytes: Buffer, most: number): string {
  const unfolded = bytes.toString('utf8').replaceAll(/\r?\n[ \t]+/g, ' ');
  const lines = unfolded.split(/\r?\n/).map((line) => {
    if (LOGIN_HEADER.test(line)) return line.replaceAll(SECRET_PART, '$1=***');
    return line.replace(IDENTITY_HEADER, '$1 ***').replace(KEY_LINE, '$1***').replace(ICE_LINE, '$1***');
  });
  const text = lines
    .join('\n')
    .replaceAll(/[^\P{C}\n]/gu, '.')
    .trim();
  return text.length > most ? `${text.slice(0, most - 2)} …` : text;
}
