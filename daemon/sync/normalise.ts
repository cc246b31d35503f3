/** From a PBX's record to the one that the cloud keeps (design section 6). Pure; adapters have split "Last, First". */

import { cleanText } from '#contract/clean-text.ts';
import { readEmail } from '#contract/email.ts';
import type { UserRecord } from '#contract/users.ts';
import type { PhonePolicy } from '#contract/words.ts';
import type { PbxUser } from '#pbx-adapters/adapter.ts';
import { phoneCountry, toE164 } from './phone.ts';

const MAX_KEY = 200;
const MAX_TEXT = 256;
const MAX_EXTENSION = 32;

/** What of the site's settings decides about a record. `country` is ISO 3166-1 alpha-2, for numbers without a code. */
export interface NormaliseRules {
  country?: string | undefined;
  phonePolicy: PhonePolicy;
}

/** A usable record, or why there is none. */
export type Normalised = { ok: true; user: UserRecord } | { ok: false; reason: string };

/** Normalises one record after another by the same rules. */
export type Normaliser = (user: PbxUser) => Normalised;

export function normaliser(rules: NormaliseRules): Normaliser {
  const country = phoneCountry(rules.country);
  const wantsWork = rules.phonePolicy === 'All' || rules.phonePolicy === 'Work';
  const wantsMobile = rules.phonePolicy === 'All' || rules.phonePolicy === 'Mobile';
  return (raw) => {
    const key = cleanText(raw.key, MAX_KEY + 1);
    if (key === undefined) return { ok: false, reason: 'no key' };
    if (key.length > MAX_KEY) return { ok: false, reason: `the key is longer than ${MAX_KEY} characters` };
    const firstName = cleanText(raw.firstName, MAX_TEXT);
    const lastName = cleanText(raw.lastName, MAX_TEXT);
    const loginId = cleanText(raw.loginId, MAX_TEXT);
    const department = cleanText(raw.department, MAX_TEXT);
    const extension = readExtension(raw.extension);
    const email = readEmail(raw.email);
    const user: UserRecord = {
      key,
      name: cleanText(raw.name, MAX_TEXT) ?? fullName(firstName, lastName) ?? loginId ?? extension ?? key,
      irregularities: email.status === 'valid' ? [] : [email.status === 'none' ? 'no-email' : 'invalid-email'],
    };
    if (firstName !== undefined) user.firstName = firstName;
    if (lastName !== undefined) user.lastName = lastName;
    if (email.status === 'valid') user.email = email.email;
    if (extension !== undefined) user.extension = extension;
    if (loginId !== undefined) user.loginId = loginId;
    if (department !== undefined) user.department = department;
    if (wantsWork) {
      const phone = toE164(raw.workPhone, extension, country);
      if (phone !== undefined) user.workPhone = phone;
    }
    if (wantsMobile) {
      const phone = toE164(raw.mobilePhone, extension, country);
      if (phone !== undefined) user.mobilePhone = phone;
    }
    return { ok: true, user };
  };
}

/** Kept as text: leading zeros matter. One that is too long is left out, because half of it would be someone else's. */
function readExtension(text: string | undefined): string | undefined {
  const clean = cleanText(text, MAX_EXTENSION + 1);
  return clean === undefined || clean.length > MAX_EXTENSION ? undefined : clean;
}

function fullName(first: string | undefined, last: string | undefined): string | undefined {
  return cleanText([first, last].filter((part) => part !== undefined).join(' '), MAX_TEXT);
}
