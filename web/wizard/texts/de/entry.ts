/** German texts of the way in: set-up secret, local password. */
export const entryTexts = {
  entry: {
    setUpTitle: 'Dieses Gateway einrichten',
    setUpLead:
      'Geben Sie den Einrichtungsschlüssel ein. Er steht auf dem Etikett oder auf dem Bildschirm des Gateways.',
    secret: 'Einrichtungsschlüssel',
    secretHint: 'Kein Etikett? An der Maschine selbst zeigt ihn „demarc setup-secret“.',
    open: 'Beginnen',
    signInTitle: 'An diesem Gateway anmelden',
    signInLead: 'Die Installation dieses Gateways ist abgeschlossen.',
    password: 'Passwort dieses Gateways',
    signIn: 'Anmelden',
    lost: 'Passwort vergessen? An der Maschine selbst zeigt „demarc setup-secret --new“ einen neuen Einrichtungsschlüssel.',
    withSecret: 'Stattdessen einen Einrichtungsschlüssel verwenden',
    withPassword: 'Stattdessen das Passwort verwenden',
    wait: (seconds: number) => `Warten Sie ${seconds} s bis zum nächsten Versuch.`,
    passwordTitle: 'Passwort dieses Gateways',
    passwordLead:
      'Nach der Installation gilt der Einrichtungsschlüssel nicht mehr. Sie melden sich dann mit diesem Passwort an.',
    currentPassword: 'Bisheriges Passwort',
    currentPasswordTip: 'Nötig, wenn Sie sich damit angemeldet haben.',
    newPassword: 'Neues Passwort',
    newPasswordHint: 'Mindestens 12 Zeichen.',
    repeat: 'Passwort wiederholen',
    different: 'Das ist nicht dasselbe wie oben.',
    savePassword: 'Passwort festlegen',
    passwordSet: 'Das Passwort wurde festgelegt',
  },
};
