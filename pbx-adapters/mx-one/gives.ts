import type { Capabilities } from '#pbx-adapters/adapter.ts';
import type { MxOneConnection } from './connection.ts';

/** What an MX-ONE gives when everything is set up (design section 5). */
export const mxOneGives: Capabilities = {
  users: { via: 'SSH mdsh', note: 'The Service Node has no e-mail addresses: a directory (LDAP, AD) can add them.' },
  numbers: { via: 'SSH mdsh', note: 'Extension ranges of number_print; it does not tell direct-dial numbers.' },
  version: {
    via: 'SSH mdsh',
    note: 'From ts_about. With an account there, the test also asks the Provisioning Manager for its own version.',
  },
  licence: { via: 'SSH mdsh', note: 'Use of each licence from license_status; it tells no expiry date.' },
  trunk: {
    via: 'SSH mdsh',
    note: 'Compared, set, read back and saved by Demarc, when the account may; else by the worksheet of the trunk.',
  },
  activity: {
    via: 'CSTA',
    note: 'When switched on; only extensions whose CSTA support is open to third parties are seen. Demarc sends no log-in there.',
  },
};

/** What this link gives with its settings. */
export function givenBy({ activity }: Pick<MxOneConnection, 'activity'>): Capabilities {
  if (activity) return mxOneGives;
  return { ...mxOneGives, activity: { via: 'none', note: 'Switched off; the PBX offers CSTA on port 8882 for it.' } };
}
