/** Errors of the gateway's own pages, in German. */
export const wizardTexts = {
  'wizard.signed-out': {
    cause: 'Sie sind an diesem Gateway nicht oder nicht mehr angemeldet',
    nextStep: 'Melden Sie sich wieder an; was gespeichert war, ist noch da.',
  },
  'wizard.no-secret': {
    cause: 'Es gibt kein Einrichtungsgeheimnis mehr: Die Einrichtung ist abgeschlossen',
    nextStep: 'Mit demarc setup-secret --new erhalten Sie eines, das einmal einlässt.',
  },
  'wizard.wrong-secret': {
    cause: 'Das Einrichtungsgeheimnis ist nicht richtig',
    nextStep:
      'Lesen Sie es noch einmal auf der Konsole des Gateways ab, oder führen Sie dort demarc setup-secret aus; es endet, wenn die Einrichtung abgeschlossen ist.',
  },
  'wizard.wrong-password': {
    cause: 'Das Passwort ist nicht richtig',
    nextStep:
      'Geben Sie es noch einmal ein, oder führen Sie auf dem Gateway demarc setup-secret --new aus, um ohne Passwort hineinzukommen.',
  },
  'wizard.too-many': {
    cause: 'Zu viele falsche Versuche',
    nextStep: 'Warten Sie so lange, wie angegeben, und versuchen Sie es erneut.',
  },
  'wizard.foreign-origin': {
    cause: 'Die Anfrage kam nicht von den eigenen Seiten dieses Gateways',
    nextStep: 'Öffnen Sie die Adresse des Gateways im Browser und tun Sie es dort.',
  },
  'wizard.foreign-host': {
    cause: 'Unter diesem Namen ist dieses Gateway nicht bekannt',
    nextStep:
      'Öffnen Sie es unter seiner Adresse oder dem Namen, den demarc status zeigt; andere Namen werden mit DEMARC_WEB_NAMES gesetzt.',
  },
  'wizard.token-only': {
    cause: 'Das geht nur auf dem Gateway selbst, nicht in einem Browser',
    nextStep: 'Führen Sie auf dem Gateway das Kommando demarc aus.',
  },
  'wizard.changed': {
    cause: 'Jemand hat die Einrichtung inzwischen in einem anderen Browser geändert',
    nextStep:
      'Sehen Sie sich den jetzigen Stand an und nehmen Sie Ihre Änderung noch einmal vor, wenn sie noch nötig ist.',
  },
  'wizard.incomplete': {
    cause: 'Die Einrichtung kann noch nicht abgeschlossen werden',
    nextStep: 'Beenden Sie die genannten Schritte.',
  },
  'wizard.no-pages': {
    cause: 'Die Seiten dieses Gateways sind nicht installiert',
    nextStep: 'Installieren Sie die ganze Version; aus den Quellen führen Sie zuerst npm run build aus.',
  },
};
