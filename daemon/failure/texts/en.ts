import type { FailureTexts } from './texts.ts';

/** English words of the page that is there while the daemon cannot start. */
export const english: FailureTexts = {
  language: 'en',
  title: (host) => (host === undefined ? 'The gateway cannot start' : `The gateway ${host} cannot start`),
  again:
    'It tries again by itself, about every minute. Telephones and the telephone system are not affected. Reload this page to see how it stands.',
  bundle: 'Support bundle',
  bundleLead: 'Logs and facts about this machine, without passwords, for whoever helps you.',
  download: 'Download',
  secret: 'Set-up secret',
  password: 'Password',
  loopback: [
    'No password can be checked now, so the bundle is given on the gateway itself only:',
    'with the port of these pages.',
  ],
  footer: (version, code, since) => `Demarc ${version}, code ${code}, since ${since}`,
  causes: {},
  advice: {
    'config.invalid':
      'Both copies of the settings are damaged. Put the file back from a backup. Without one, remove it and the copy beside it (its name with .good): the gateway then starts with empty settings, keeps its identity in the cloud, and is set up again here.',
    'config.unreadable': 'Look at the disk of this machine: a file that was there cannot be read.',
    'config.unwritable': 'Free some space on the disk, or give the service the right to its folder.',
    'store.full': 'Free some space on the disk of this machine; nothing that was accepted is lost.',
  },
};
