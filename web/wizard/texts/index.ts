import { language } from '#web/kit/language.ts';
import type { Translated } from '#web/kit/texts/translated.ts';
import type { text as english } from './en/index.ts';

/** What a catalogue of the wizard has to say: another language that lacks a text does not compile. */
export type WizardTexts = Translated<typeof english>;

/** The wizard's words in the language of this page; only its catalogue is loaded. */
export const text: WizardTexts =
  language === 'de' ? (await import('./de/index.ts')).text : (await import('./en/index.ts')).text;
