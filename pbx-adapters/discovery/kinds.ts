import type { CandidateKind, CandidateRole } from '#contract/discovery.ts';
import { PBX_TYPE_NAMES } from '#contract/words.ts';

/** How each kind is named, and what it is for the site. */
export const KINDS: Readonly<Record<CandidateKind, { name: string; role: CandidateRole }>> = {
  'mivoice-business': { name: PBX_TYPE_NAMES['mivoice-business'], role: 'pbx' },
  'mivoice-5000': { name: PBX_TYPE_NAMES['mivoice-5000'], role: 'pbx' },
  'mivoice-office-400': { name: PBX_TYPE_NAMES['mivoice-office-400'], role: 'pbx' },
  'mx-one': { name: PBX_TYPE_NAMES['mx-one'], role: 'pbx' },
  'mitel-border-gateway': { name: 'MiVoice Border Gateway (session border controller)', role: 'border' },
  micollab: { name: 'MiCollab server', role: 'application' },
  'mitel-conferencing': { name: 'MiCollab conferencing', role: 'application' },
  'mitel-server': { name: 'Mitel server (Mitel Standard Linux), product unknown', role: 'unknown' },
  'mitel-5000-cp': { name: 'Mitel 5000 CP (Inter-Tel, MiVoice Office 250); not a MiVoice 5000', role: 'other' },
  'mitel-3100': { name: 'Mitel 3100', role: 'other' },
  'sip-dect-manager': { name: 'SIP-DECT manager', role: 'dect' },
  'mitel-phone': { name: 'Mitel telephone', role: 'phone' },
  'mitel-device': { name: 'Mitel device, product unknown', role: 'unknown' },
  'sip-device': { name: 'SIP system of another make', role: 'other' },
  'unnamed-sip': { name: 'SIP system that does not name itself', role: 'unknown' },
};

/** Kinds that say less than another kind may say of the same machine. */
export const GENERAL_KINDS: ReadonlySet<CandidateKind> = new Set(['mitel-server', 'mitel-device', 'unnamed-sip']);
