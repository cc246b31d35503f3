import type { AlertTexts } from './alert-texts.ts';

const free = (details: Readonly<Record<string, string | number>>): string =>
  details['percent'] === undefined ? '' : ` (${details['percent']} % or ${details['mebibytes']} MiB free)`;
const day = (at: string | number | undefined): string => String(at ?? '').slice(0, 10);

const ends: Readonly<Record<string, string>> = {
  'far-end': 'the far end',
  pbx: 'the PBX',
  'secondary-pbx': 'the second PBX',
};

export const english: AlertTexts = {
  message: {
    'gateway-offline': ({ gateway }) => `Gateway ${gateway} is offline`,
    'sync-missed': ({ gateway, subject, details }) =>
      `Users of ${subject} (gateway ${gateway}) were not synced for more than ${details['minutes']} minutes`,
    'sync-held': ({ gateway, subject }) =>
      `A user sync of ${subject} (gateway ${gateway}) is held because it would remove many users`,
    'certificate-expiring': ({ gateway, details }) =>
      `The certificate of gateway ${gateway} was not renewed and is valid only until ${day(details['until'])}`,
    'disk-low': ({ gateway, details }) => `The disk of gateway ${gateway} is nearly full${free(details)}`,
    'queue-growing': ({ gateway, details }) =>
      `Gateway ${gateway} is online but does not get rid of its queue (${details['records']} records, the oldest ${details['minutes']} minutes old)`,
    'records-lost': ({ gateway, details }) =>
      `Gateway ${gateway} lost records or sent some that could not be read (${details['lost']} so far)`,
    'command-failed': ({ gateway, subject, details }) =>
      `The command ${subject} failed on gateway ${gateway}${details['reason'] ? `: ${details['reason']}` : ''}`,
    'trunk-down': ({ gateway, subject, details }) =>
      `SIP trunk ${subject} is down, seen from gateway ${gateway}: ${ends[details['end'] ?? '']} (${details['what']})`,
  },
  nextStep: {
    'gateway-offline':
      'Check power and Internet access of the site. Nothing is lost: data waits there until it is back.',
    'sync-missed': 'Open the gateway, look at the last sync runs and test the link to this PBX.',
    'sync-held': 'Open the sync run, look at who would be removed, and confirm or reject it.',
    'certificate-expiring':
      'Bring the gateway online; it renews by itself. After the expiry it has to be enrolled again.',
    'disk-low': 'Free some space on the gateway or enlarge its disk; old logs and packages are the usual cause.',
    'queue-growing': 'Run the self-test of the gateway and look at the speed of its Internet access.',
    'records-lost': 'Open the gateway, look at the dropped and quarantined counts, and run a full sync of its PBXs.',
    'command-failed': 'Open the command; its result says what to do.',
    'trunk-down': 'Open the trunk and verify it: every step says what is wrong and what to do.',
  },
  opened: (count) => (count === 1 ? 'New alert' : `${count} new alerts`),
  reminder: (count) => (count === 1 ? 'Still open' : `${count} still open`),
  resolved: (count) => (count === 1 ? 'Resolved' : `${count} resolved`),
  many: (opened, resolved) =>
    [opened > 0 && `${opened} open`, resolved > 0 && `${resolved} resolved`].filter(Boolean).join(', '),
  resolvedOne: (message) => `Resolved: ${message}`,
  reminderOne: (message) => `Still open: ${message}`,
  openSince: 'Since',
  closedAt: 'Until',
  next: 'What to do',
  more: (count) => `and ${count} more`,
  link: 'All alerts',
  footer: 'You get this because you are a support contact. The alerts and the contacts are settings of the console.',
  testSubject: 'Test message',
  testBody: 'This is a test. Alerts of your gateways will reach you at this address.',
};
