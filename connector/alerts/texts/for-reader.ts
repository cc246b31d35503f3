import { AlertLanguage } from '#contract/alerts.ts';
import type { AlertTexts } from './alert-texts.ts';
import { TEXTS } from './texts.ts';

/**
 * The texts for whoever asks: in the first language of Accept-Language (RFC 9110, 12.5.4) that there are texts in, taken
 * in the order of the header; else in English.
 */
export function textsForReader(request: { headers: { 'accept-language'?: string | undefined } }): AlertTexts {
  const wanted = (request.headers['accept-language'] ?? '').slice(0, 200).split(',');
  const known = wanted
    .map((tag) => AlertLanguage.safeParse(tag.trim().split(/[-;]/)[0]?.toLowerCase()))
    .find((language) => language.success);
  return TEXTS[known?.data ?? 'en'];
}
