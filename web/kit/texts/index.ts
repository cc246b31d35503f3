import { language } from '../language.ts';
import type { kitText as english } from './en.ts';
import type { Translated } from './translated.ts';

/** What a catalogue of the kit has to say: another language that lacks a text does not compile. */
export type KitTexts = Translated<typeof english>;

/** The words of the shared components in the language of this page; only its catalogue is loaded. */
export const kitText: KitTexts =
  language === 'de' ? (await import('./de.ts')).kitText : (await import('./en.ts')).kitText;
