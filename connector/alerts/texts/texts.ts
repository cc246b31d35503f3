import type { AlertLanguage } from '#contract/alerts.ts';
import type { AlertTexts } from './alert-texts.ts';
import { german } from './de.ts';
import { english } from './en.ts';
import { french } from './fr.ts';

/** The texts of each language that contacts can choose. */
export const TEXTS: Readonly<Record<AlertLanguage, AlertTexts>> = { en: english, de: german, fr: french };
