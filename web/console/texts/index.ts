import { text as english } from './en/index.ts';

/** What a catalogue of the console has to say: another language that lacks a text does not compile. */
export type ConsoleTexts = typeof english;

export const text: ConsoleTexts = english;
