import type { ConsoleTexts } from '../index.ts';

/** German texts of users. */
export const usersTexts: Pick<ConsoleTexts, 'users'> = {
  users: {
    title: 'Benutzer',
    search: 'Nach Name, E-Mail-Adresse oder Nebenstelle suchen',
    empty: 'Benutzer erscheinen, sobald ein Gateway seine Telefonanlage zum ersten Mal abgeglichen hat.',
    name: 'Name',
    email: 'E-Mail-Adresse',
    ext: 'Nst.',
    work: 'Geschäftlich',
    mobile: 'Mobil',
    pbx: 'Telefonanlage',
    modified: 'Geändert am',
    irregularity: 'Auffälligkeit',
    irregularities: {
      'no-email': 'Keine E-Mail-Adresse',
      'email-not-unique': 'E-Mail-Adresse nicht eindeutig',
      'invalid-email': 'E-Mail-Adresse ungültig',
      'duplicate-extension': 'Nebenstelle doppelt vergeben',
    },
    irregularHint: {
      'no-email':
        'Diese Person kann sich nicht registrieren. Tragen Sie in der Telefonanlage eine Adresse ein und gleichen Sie dann ab.',
      'email-not-unique':
        'Nur eine der Personen mit dieser Adresse kann sich registrieren. Berichtigen Sie sie in der Telefonanlage und gleichen Sie dann ab.',
      'invalid-email':
        'An diese Adresse kann keine E-Mail zugestellt werden. Berichtigen Sie sie in der Telefonanlage und gleichen Sie dann ab.',
      'duplicate-extension':
        'Zwei Personen dieser Telefonanlage haben diese Nebenstelle. Berichtigen Sie sie in der Telefonanlage und gleichen Sie dann ab.',
    },
    locked: (pbx) => `Abgeglichen aus ${pbx}. Änderungen können beim nächsten Abgleich überschrieben werden.`,
    lockedFields: 'Felder, die der Telefonanlage gehören',
    firstName: 'Vorname',
    lastName: 'Nachname',
    login: 'Anmeldename',
    department: 'Abteilung',
    key: 'Schlüssel in der Telefonanlage',
    none: 'keine',
  },
};
