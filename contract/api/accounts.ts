/** What the information page of an account holds beside what the sync obeys (ACC-6 to ACC-11). */
import { z } from 'zod';
import { AlertLanguage } from '../alerts.ts';
import { PbxType } from '../words.ts';

const line = (length: number) => z.string().trim().max(length);

/** Kinds of business, for those who look after many accounts. */
export const BusinessType = z.enum([
  'Education',
  'Finance',
  'Government',
  'Healthcare',
  'Hospitality',
  'Manufacturing',
  'Professional services',
  'Retail',
  'Transport',
  'Other',
]);
export type BusinessType = z.infer<typeof BusinessType>;

/** What may be entered; empty text is nothing. */
export const AccountParticulars = z.object({
  address1: line(128).nullable(),
  address2: line(128).nullable(),
  city: line(128).nullable(),
  postalCode: line(32).nullable(),
  province: line(128).nullable(),
  language: AlertLanguage.nullable(),
  businessType: BusinessType.nullable(),
});
export type AccountParticulars = z.infer<typeof AccountParticulars>;

/** What is only shown: who writes the invoices knows the number, who runs the connector where it stands. */
export const AccountFacts = z.object({
  billingNumber: z.string().nullable(),
  cloudLocation: z.string().nullable(),
  /** Filled once a gateway has brought a PBX (ACC-11). */
  pbxTypes: z.array(PbxType),
});

/** Somebody who is told of what happens in a new account (ACC-12). */
export const SupportContact = z.strictObject({ name: line(128).min(1), email: z.email().max(320) });
export type SupportContact = z.infer<typeof SupportContact>;
