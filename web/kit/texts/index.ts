import { kitText as english } from './en.ts';

/** What a catalogue of the kit has to say: another language that lacks a text does not compile. */
export type KitTexts = typeof english;

export const kitText: KitTexts = english;
