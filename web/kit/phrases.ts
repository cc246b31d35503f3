/** Sentences that the programs write in English, with gaps for what was met, and how another language says them. */
export type Phrases = Readonly<Record<string, string>>;

interface Pattern {
  /** What stands around the gaps: one more than there are gaps. */
  literals: string[];
  gaps: { name: string; oneWord: boolean }[];
  says: string;
}

/** `{1}`; in English `{1_}` takes no blank. In the other language `{1*}` is said in it too, and `{1@}` is a time. */
const GAP = /\{(\d)([_*@]?)\}/g;
/** Sentences are kept: lists say the same ones again at every render. */
const MOST_KEPT = 2000;
/** Longer texts are reports and files, never a sentence. */
const LONGEST = 2000;

/**
 * Makes what puts a sentence of the programs into another language. A sentence that is not in the table comes back as it
 * is; what a person or a peer has written is never in it. `written` writes an instant or a day as the language does.
 */
export function createSaid(phrases: Phrases, written: (instant: string) => string): (english: string) => string {
  const exact = new Map<string, string>();
  const patterns: Pattern[] = [];
  for (const [english, says] of Object.entries(phrases)) {
    const gaps = [...english.matchAll(GAP)].map(([, name = '', kind]) => ({ name, oneWord: kind === '_' }));
    if (gaps.length === 0) exact.set(english, says);
    else patterns.push({ literals: english.replaceAll(GAP, '\0').split('\0'), gaps, says });
  }
  // The sentence that fixes more words is the better match.
  const fixed = ({ literals }: Pattern) => literals.join('').length;
  patterns.sort((a, b) => fixed(b) - fixed(a));
  const kept = new Map<string, string>();

  function said(english: string): string {
    if (english.length > LONGEST) return english;
    const known = exact.get(english) ?? kept.get(english);
    if (known !== undefined) return known;
    const says =
      (isList(english) ? (byPattern(english, isListItself) ?? inParts(english)) : undefined) ??
      byPattern(english) ??
      withDetail(english) ??
      inParts(english) ??
      english;
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(english, says);
    return says;
  }

  function byPattern(english: string, fits: (pattern: Pattern) => boolean = () => true): string | undefined {
    for (const pattern of patterns) {
      const met = fits(pattern) ? match(pattern, english) : undefined;
      if (met === undefined) continue;
      return pattern.says.replaceAll(GAP, (whole, name: string, how: string) => {
        const value = met.get(name) ?? whole;
        return how === '*' ? said(value) : how === '@' ? written(value) : value;
      });
    }
    return undefined;
  }

  /** "Cause (what was met)", as errors write it; a cause may hold parentheses itself. */
  function withDetail(english: string): string | undefined {
    if (!english.endsWith(')')) return undefined;
    for (let at = english.indexOf(' ('); at >= 0; at = english.indexOf(' (', at + 1)) {
      const cause = exact.get(english.slice(0, at));
      if (cause !== undefined) return `${cause} (${said(english.slice(at + 2, -1))})`;
    }
    return undefined;
  }

  /** Several findings in one line, or several sentences, where at least one of them is known. */
  function inParts(english: string): string | undefined {
    for (const between of ['; ', '. ', ', ', ': ']) {
      const parts = english.split(between);
      if (parts.length === 1) continue;
      const own = parts.map((part, index) =>
        between === '. ' && index < parts.length - 1 ? stopped(part) : said(part),
      );
      if (own.some((part, index) => part !== parts[index])) return own.join(between);
    }
    if (!english.endsWith('.')) return undefined;
    const says = said(english.slice(0, -1));
    return says === english.slice(0, -1) ? undefined : `${says}.`;
  }

  /** A sentence whose full stop was taken off. */
  function stopped(sentence: string): string {
    const whole = said(`${sentence}.`);
    return whole.endsWith('.') ? whole.slice(0, -1) : whole;
  }

  return said;
}

/** Findings in a row: a gap of one must not swallow the next. */
const isList = (text: string): boolean => text.includes('; ');
const isListItself = ({ literals }: Pattern): boolean => literals.some(isList);

/** What stands in the gaps; each literal is looked for once from where the last one ended, so no text takes long. */
function match({ literals, gaps }: Pattern, text: string): Map<string, string> | undefined {
  const [first = '', ...rest] = literals;
  const last = rest.at(-1) ?? '';
  if (!text.startsWith(first) || !text.endsWith(last)) return undefined;
  const met = new Map<string, string>();
  let from = first.length;
  for (const [index, { name, oneWord }] of gaps.entries()) {
    const isLast = index === gaps.length - 1;
    const until = isLast ? text.length - last.length : text.indexOf(rest[index] ?? '', from);
    if (until < from) return undefined;
    const value = text.slice(from, until);
    if (oneWord && /\s/.test(value)) return undefined;
    met.set(name, value);
    from = until + (rest[index]?.length ?? 0);
  }
  return met;
}
