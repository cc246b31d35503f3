/** Finds what is still English on a page in German. */
import type { Page } from 'playwright-core';
import { catalogue } from '#contract/errors/catalogue.ts';
import { text as german } from '#web/console/texts/de/index.ts';
import { text as english } from '#web/console/texts/en/index.ts';
import { kitText as germanKit } from '#web/kit/texts/de.ts';
import { phrases } from '#web/kit/texts/de-phrases/index.ts';
import { kitText as englishKit } from '#web/kit/texts/en.ts';
import { text as germanWizard } from '#web/wizard/texts/de/index.ts';
import { text as englishWizard } from '#web/wizard/texts/en/index.ts';

/** What a catalogue says, in the pieces that stand between what is put in. */
function pieces(value: unknown): string[] {
  if (typeof value === 'string') return value.split(/\{\d.?\}/);
  if (typeof value === 'function') return String(value('\0', '\0', '\0', '\0', '\0')).split(/[\0\d]+/);
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(pieces);
}
const isSentence = (piece: string): boolean => (piece.match(/\p{L}+/gu)?.length ?? 0) > 2;

const OURS = new Set([
  ...pieces(german),
  ...pieces(germanKit),
  ...pieces(germanWizard),
  ...Object.values(phrases).flatMap(pieces),
]);
const THEIRS = [
  ...pieces(english),
  ...pieces(englishKit),
  ...pieces(englishWizard),
  ...pieces(catalogue),
  ...Object.keys(phrases).flatMap(pieces),
]
  .map((piece) => piece.trim())
  .filter((piece) => isSentence(piece) && !OURS.has(piece));
/** Names of settings, errors and places, alike in both languages. */
const ALIKE = /^[a-z]+(\.[a-z-]+)+$|^Isle of Man$/;
/** Words that no German line has: what a catalogue does not know is found by them. */
const ENGLISH = /\b(the|of|and|is|are|were|with|from|not|to|for|by|this|has|have|no|your|it)\b/i;

/** Every line that a person sees or is read, but for what programs and people have named. */
const linesOf = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const lines: string[] = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node !== null; node = walk.nextNode()) {
      const element = node instanceof Element ? node : node.parentElement;
      if (element === null || element.closest('script, style, noscript, pre, code, .dk-mono, [lang=en]')) continue;
      if (node instanceof Text) lines.push(node.data);
      else
        for (const name of ['aria-label', 'title', 'placeholder', 'alt']) lines.push(element.getAttribute(name) ?? '');
    }
    return [...new Set(lines.map((line) => line.trim()))];
  });

/** The lines that are not in German: sentences of a catalogue, and whatever has words that German does not have. */
export const englishLines = async (page: Page): Promise<string[]> =>
  (await linesOf(page)).filter(
    (line) => !ALIKE.test(line) && (ENGLISH.test(line) || THEIRS.some((piece) => line.includes(piece))),
  );
