import type { ConsoleTexts } from '../index.ts';

/** German texts of signing in and of the first set-up. */
export const signInTexts: Pick<ConsoleTexts, 'signIn' | 'setup' | 'signInLink' | 'passwordLink' | 'signInProblem'> = {
  signIn: {
    title: 'Anmelden',
    lead: 'Die Konsole Ihrer Gateways und Telefonanlagen.',
    email: 'E-Mail-Adresse',
    password: 'Passwort',
    submit: 'Anmelden',
    over: 'Melden Sie sich an, um fortzufahren.',
    or: 'oder',
    by: (name) => `Über ${name} anmelden`,
    firstTime: 'Zum ersten Mal hier? Der Connector hat beim Start einen einmaligen Einrichtungslink ausgegeben.',
  },
  setup: {
    title: 'Demarc einrichten',
    lead: 'Dieser Link gilt einmal. Er legt Ihr Partnerkonto und Ihre eigene Anmeldung an.',
    partnerName: 'Firma (Partnerkonto)',
    name: 'Ihr Name',
    email: 'E-Mail-Adresse',
    password: 'Passwort',
    passwordHint: 'Mindestens 8 Zeichen.',
    submit: 'Einrichten und anmelden',
    noToken: 'Der Link ist nicht vollständig',
    noTokenNext:
      'Öffnen Sie den ganzen Link, den der Connector beim Start ausgegeben hat, mit allem hinter dem Zeichen #.',
    done: 'Diese Konsole ist eingerichtet. Melden Sie sich mit Ihrer E-Mail-Adresse und Ihrem Passwort an.',
    toSignIn: 'Zur Anmeldung',
  },
  passwordLink: {
    titleFirst: 'Passwort wählen',
    titleAgain: 'Neues Passwort wählen',
    lead: (email) => `Für ${email}. Der Link gilt einmal.`,
    leadWaiting: 'Der Link wird geprüft …',
    submit: 'Speichern und anmelden',
    again: 'Passwort noch einmal',
    different: 'Die beiden sind nicht gleich.',
    incomplete: 'Der Link ist nicht vollständig',
    incompleteNext: 'Öffnen Sie den ganzen Link, den Sie erhalten haben, mit allem hinter dem Zeichen #.',
  },
  signInProblem: {
    title: 'Die Anmeldung hat nicht geklappt',
    lead: 'Die Anmeldung Ihrer Organisation hat Sie zurückgeschickt, aber etwas steht im Weg.',
    again: 'Zurück zur Anmeldung',
  },
  signInLink: {
    title: 'Mit einem Link anmelden',
    lead: 'Dieser Link gilt einmal, innerhalb von 15 Minuten.',
    submit: 'Anmelden',
  },
};
