import type { Capabilities } from '#pbx-adapters/adapter.ts';
import { snmpAccess } from '#pbx-adapters/channels/snmp/settings.ts';
import type { MiVoiceBusinessConnection } from './connection.ts';

/** What a MiVoice Business gives when everything is set up (design section 5). */
export const miVoiceBusinessGives: Capabilities = {
  users: {
    via: 'form export',
    note: 'User and Services Configuration, completed by Telephone Directory. The form Locations is not read: its columns are not known, and no field of a user takes it.',
  },
  numbers: {
    via: 'form export',
    note: 'Direct Inward Dialing Service; rows of external hot desk users are left out.',
  },
  version: { via: 'SNMP', note: 'Software and, where the PBX names it, release; needs host and community.' },
  licence: {
    via: 'SNMP',
    note: 'IP user licences bought and used, in the test of the link; kind and end date are told nowhere.',
  },
  trunk: {
    via: 'worksheet',
    note: 'Demarc computes every field and prints it form by form, with CSV for the forms that can be imported.',
  },
  activity: {
    via: 'SMDR',
    note: 'Calls today and the last call; who called whom is not kept unless that is switched on.',
  },
};

/** What this link gives with its settings. */
export function givenBy(connection: MiVoiceBusinessConnection): Capabilities {
  const bySnmp = { via: 'none', note: 'Enter host and SNMP community for it; a form export does not tell it.' };
  const bySmdr = { via: 'none', note: 'Enter host and the settings of SMDR for it; a form export holds no calls.' };
  return {
    ...miVoiceBusinessGives,
    ...(snmpAccess(connection) ? {} : { version: bySnmp, licence: bySnmp }),
    ...(connection.smdr ? {} : { activity: bySmdr }),
  };
}
