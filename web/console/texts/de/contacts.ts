import type { ConsoleTexts } from '../index.ts';

/** German texts of the support contacts of an account. */
export const contactsTexts: Pick<ConsoleTexts, 'contacts'> = {
  contacts: {
    title: 'Ansprechpartner für den Support',
    note: 'Jedes Problem, das in diesem Konto gemeldet wird, geht ihnen per E-Mail zu, ebenso seine Alarme.',
    label: 'Namen oder E-Mail-Adressen',
    hint: 'Tippen Sie, um Personen des Partners zu finden, oder geben Sie eine Adresse ein. Drücken Sie nach jeder die Eingabetaste.',
    invalid: 'Enthält eine ungültige E-Mail-Adresse',
    saved: 'Die Ansprechpartner wurden gespeichert.',
  },
};
