/** Closed sets of status words that users meet. A word that is not here is never shown. */
import { z } from 'zod';

/** Presence of a gateway as the cloud knows it (GWS-3; always shown with "last seen"). */
export const Presence = z.enum(['Never connected', 'Online', 'Offline', 'Stale', 'Updating', 'Released']);
export type Presence = z.infer<typeof Presence>;

/** How a user sync ended (ZOM-9, AVC-7); "Running" only while it runs. */
export const SyncOutcome = z.enum(['Successful', 'Held', 'Failed', 'Partial']);
export type SyncOutcome = z.infer<typeof SyncOutcome>;

/** What started a sync run. */
export const SyncTrigger = z.enum(['schedule', 'catch-up', 'sync-now', 'decision', 'resync', 'first']);
export type SyncTrigger = z.infer<typeof SyncTrigger>;

/** The four PBX families (ONB-21). */
export const PbxType = z.enum(['mivoice-business', 'mivoice-5000', 'mivoice-office-400', 'mx-one']);
export type PbxType = z.infer<typeof PbxType>;

/** The names of the PBX families as people write them. */
export const PBX_TYPE_NAMES: Readonly<Record<PbxType, string>> = {
  'mivoice-business': 'MiVoice Business',
  'mivoice-5000': 'MiVoice 5000',
  'mivoice-office-400': 'MiVoice Office 400',
  'mx-one': 'MX-ONE',
};

/** Application types shown in the inventory (INV-13, INV-14; the gateway's own name is ours). */
export const ApplicationType = z.enum([
  'mivoice-business',
  'mivoice-5000',
  'mivoice-office-400',
  'mx-one',
  'mitel-border-gateway',
  'micollab',
  'demarc-gateway',
]);
export type ApplicationType = z.infer<typeof ApplicationType>;

/** Licence types (INV-15 to INV-17). */
export const LicenceType = z.enum(['Unlicensed', 'Subscription', 'Perpetual']);
export type LicenceType = z.infer<typeof LicenceType>;

/** Software assurance status, always computed on read (INV-18 to INV-23). */
export const SwaStatus = z.enum(['Not Indicated', 'Active', 'Inactive', 'Expiring soon', 'Expired', 'Unknown']);
export type SwaStatus = z.infer<typeof SwaStatus>;

/** What can be wrong with a user record that is still usable (ONB-30; design section 6). */
export const Irregularity = z.enum(['no-email', 'email-not-unique', 'invalid-email', 'duplicate-extension']);
export type Irregularity = z.infer<typeof Irregularity>;

/** Which phone numbers of a PBX user go to the cloud (SPC-6). */
export const PhonePolicy = z.enum(['All', 'Work', 'Mobile', 'None']);
export type PhonePolicy = z.infer<typeof PhonePolicy>;
