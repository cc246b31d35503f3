/** Errors of the connector's API, in German. */
export const apiTexts = {
  internal: {
    cause: 'Etwas ist gescheitert, das wir nicht vorhergesehen haben',
    nextStep:
      'Versuchen Sie es erneut; geschieht es wieder, geben Sie dem Support die Anfragenummer oder das Protokoll.',
  },
  'api.invalid': {
    cause: 'Die Anfrage hat nicht die erwartete Form',
    nextStep: 'Berichtigen Sie das genannte Feld und senden Sie sie noch einmal.',
  },
  'api.not-signed-in': {
    cause: 'Sie sind nicht angemeldet',
    nextStep: 'Melden Sie sich an und versuchen Sie es erneut.',
  },
  'api.bad-credentials': {
    cause: 'Die E-Mail-Adresse oder das Passwort ist falsch',
    nextStep:
      'Prüfen Sie beides; haben Sie das Passwort vergessen, bitten Sie einen Administrator um einen neuen Link.',
  },
  'api.forbidden': {
    cause: 'Ihre Rolle erlaubt das nicht',
    nextStep: 'Bitten Sie einen Administrator des Kontos um das genannte Recht.',
  },
  'api.csrf': {
    cause: 'Die Anfrage kam nicht aus der Konsole',
    nextStep: 'Laden Sie die Seite neu und versuchen Sie es erneut.',
  },
  'api.not-found': {
    cause: 'Unter dieser Kennung gibt es nichts, was Sie sehen dürfen',
    nextStep: 'Gehen Sie zurück zur Liste und öffnen Sie den Eintrag von dort.',
  },
  'api.conflict': {
    cause: 'Das steht im Widerspruch zu dem, was bereits vorhanden ist',
    nextStep: 'Laden Sie neu, um zu sehen, was vorhanden ist, und entscheiden Sie dann noch einmal.',
  },
  'api.stale': {
    cause: 'Jemand anderes hat das inzwischen geändert',
    nextStep: 'Laden Sie neu, um die Änderung zu sehen, und nehmen Sie dann Ihre eigene noch einmal vor.',
  },
  'api.precondition-required': {
    cause: 'Die Änderung sagt nicht, auf welchem Stand sie beruht',
    nextStep: 'Senden Sie If-Match mit dem ETag, den Sie gelesen haben.',
  },
  'api.idempotency-mismatch': {
    cause: 'Dieser Idempotency-Key wurde schon für eine andere Anfrage benutzt',
    nextStep: 'Nehmen Sie für eine neue Anfrage einen neuen Schlüssel.',
  },
  'api.too-many-requests': {
    cause: 'Zu viele Anfragen in kurzer Zeit',
    nextStep: 'Warten Sie so lange, wie Retry-After sagt.',
  },
  'api.too-large': { cause: 'Die Anfrage ist größer als erlaubt', nextStep: 'Senden Sie weniger auf einmal.' },
  'api.media-type': {
    cause: 'Der Inhalt ist nicht von einer Art, die diese Adresse annimmt',
    nextStep: 'Senden Sie JSON mit Content-Type application/json.',
  },
  'api.unavailable': {
    cause: 'Der Connector kann das im Augenblick nicht',
    nextStep:
      'Versuchen Sie es gleich noch einmal; bleibt es so, sehen Sie nach freiem Speicherplatz und in das Protokoll des Connectors.',
  },
  'api.sign-in-link-used': {
    cause: 'Dieser Anmeldelink wurde benutzt oder ist abgelaufen',
    nextStep:
      'Melden Sie sich mit E-Mail-Adresse und Passwort an, oder erstellen Sie dort, wo Sie angemeldet sind, einen neuen Link.',
  },
  'api.setup-done': {
    cause: 'Dieser Einrichtungslink wurde benutzt oder ist abgelaufen',
    nextStep:
      'Melden Sie sich an, oder starten Sie den Connector neu, damit er einen neuen Link ausgibt, falls noch niemand ein Konto hat.',
  },
};
