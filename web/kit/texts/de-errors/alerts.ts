/** Errors of telling people about alerts, in German. */
export const alertTexts = {
  'alert.mail-not-set-up': {
    cause: 'E-Mail ist auf diesem Connector nicht eingerichtet',
    nextStep: 'Der Betreiber setzt DEMARC_SMTP_URL und DEMARC_SMTP_FROM und startet den Connector neu.',
  },
  'alert.mail-unreachable': {
    cause: 'Der Mailserver ist nicht erreichbar',
    nextStep:
      'Prüfen Sie, ob er läuft, sowie Hostname und Port in DEMARC_SMTP_URL. Die E-Mail wird einen Tag lang weiter versucht.',
  },
  'alert.mail-tls': {
    cause: 'Mit dem Mailserver kann nicht sicher gesprochen werden',
    nextStep:
      'Prüfen Sie sein Zertifikat, und ob in DEMARC_SMTP_URL smtps:// (Port 465) oder smtp:// (Port 587) stehen sollte.',
  },
  'alert.mail-login': {
    cause: 'Der Mailserver hat die Anmeldung abgelehnt',
    nextStep: 'Berichtigen Sie Benutzername und Passwort in DEMARC_SMTP_URL und starten Sie den Connector neu.',
  },
  'alert.mail-later': {
    cause: 'Der Mailserver hat die E-Mail vorerst nicht angenommen',
    nextStep:
      'Es ist nichts zu tun: Die E-Mail wird einen Tag lang weiter versucht. Bleibt es so, zeigen Sie seinem Betreiber die Antwort.',
  },
  'alert.mail-refused': {
    cause: 'Der Mailserver hat die E-Mail endgültig abgelehnt',
    nextStep:
      'Prüfen Sie die Adresse dieses Kontakts und mit dem Betreiber des Mailservers, ob der Absender zugelassen ist.',
  },
  'alert.webhook-address': {
    cause: 'Die Adresse eines Webhooks muss mit https:// beginnen und darf kein Passwort enthalten',
    nextStep: 'Geben Sie die https-Adresse ein, die der Empfänger nennt; sein Geheimnis geht über die Signatur.',
  },
  'alert.webhook-private': {
    cause: 'Der Webhook führt in ein privates Netz',
    nextStep:
      'Nehmen Sie eine Adresse im Internet, oder lassen Sie es den Betreiber mit DEMARC_WEBHOOK_PRIVATE=allow erlauben.',
  },
  'alert.webhook-unreachable': {
    cause: 'Der Empfänger des Webhooks ist nicht erreichbar',
    nextStep: 'Prüfen Sie seine Adresse und ob er läuft. Die Nachricht wird einen Tag lang weiter versucht.',
  },
  'alert.webhook-tls': {
    cause: 'Dem Zertifikat des Empfängers wird nicht vertraut',
    nextStep: 'Erneuern Sie es, oder nehmen Sie eines einer öffentlichen CA für den Namen in der Adresse.',
  },
  'alert.webhook-timeout': {
    cause: 'Der Empfänger des Webhooks hat nicht rechtzeitig geantwortet',
    nextStep:
      'Lassen Sie ihn binnen zehn Sekunden antworten, bevor er die Arbeit tut. Die Nachricht wird einen Tag lang weiter versucht.',
  },
  'alert.webhook-redirect': {
    cause: 'Der Empfänger des Webhooks leitet an eine andere Adresse weiter; dem wird nicht gefolgt',
    nextStep: 'Geben Sie die Adresse ein, auf die er verweist.',
  },
  'alert.webhook-refused': {
    cause: 'Der Empfänger des Webhooks hat die Nachricht nicht angenommen',
    nextStep: 'Sehen Sie nach, was er zu dem genannten Status sagt. Die Nachricht wird einen Tag lang weiter versucht.',
  },
  'alert.too-many': {
    cause: 'Es gibt bereits so viele Kontakte oder Webhooks, wie erlaubt sind',
    nextStep: 'Löschen Sie einen, der nicht mehr gebraucht wird.',
  },
};
