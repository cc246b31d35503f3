/** The languages that Demarc's pages speak, by BCP 47 tag, each with its own name. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = 'demarc.language';

const isLanguage = (tag: string | null | undefined): tag is Language => tag === 'en' || tag === 'de';

/** What the person chose here before; else the first of the browser's languages that we have; else English. */
function preferred(): Language {
  const chosen = globalThis.localStorage?.getItem(KEY);
  if (isLanguage(chosen)) return chosen;
  const wanted = globalThis.navigator?.languages?.map((tag) => tag.split('-')[0]) ?? [];
  return wanted.find(isLanguage) ?? 'en';
}

/** The language of this page, for its whole life. */
export const language: Language = typeof document === 'undefined' ? 'en' : preferred();

/** For dates and numbers: the 24-hour clock and the day first, also in English. */
export const locale = language === 'de' ? 'de-DE' : 'en-GB';

/** Remembers the choice and loads the page anew, as every text was chosen when it was loaded. */
export function changeLanguage(next: Language): void {
  localStorage.setItem(KEY, next);
  location.reload();
}
