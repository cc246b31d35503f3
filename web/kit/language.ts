/** The languages that Demarc's pages speak, by BCP 47 tag, each with its own name. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

/** What was chosen in this browser, and what the person who is signed in has in their profile. */
const KEY = 'demarc.language';
const PERSON = 'demarc.language.person';

const isLanguage = (tag: string | null | undefined): tag is Language => tag === 'en' || tag === 'de';

/** That of who is signed in; else what was chosen here before, the first of the browser's that we have, English. */
function preferred(): Language {
  const chosen = [PERSON, KEY].map((key) => globalThis.localStorage?.getItem(key)).find(isLanguage);
  if (chosen !== undefined) return chosen;
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

/**
 * Speaks as the profile of the person who is signed in says, in whatever browser; null where it says nothing, or nobody
 * is signed in any more: then the browser's choice is good again, from the next load on.
 */
export function followPerson(stored: string | null): void {
  if (!isLanguage(stored)) return localStorage.removeItem(PERSON);
  localStorage.setItem(PERSON, stored);
  if (stored !== language) location.reload();
}
