/** Errors of claiming, identity, certificates and leaving, in German. */
export const enrolmentTexts = {
  'enrolment.unknown-code': {
    cause: 'Mit diesem Code wartet kein Gateway',
    nextStep: 'Vergleichen Sie ihn mit dem Code auf dem Bildschirm des Gateways; Codes enden nach 15 Minuten.',
  },
  'enrolment.too-many-tries': {
    cause: 'Zu viele falsche Codes',
    nextStep: 'Warten Sie eine Viertelstunde, oder öffnen Sie den Link, den das Gateway zeigt.',
  },
  'enrolment.expired': {
    cause: 'Der Code ist abgelaufen',
    nextStep: 'Lassen Sie das Gateway einen neuen Code zeigen.',
  },
  'enrolment.owned-elsewhere': {
    cause: 'Dieses Gateway gehört zu einem anderen Konto',
    nextStep: 'Geben Sie es dort zuerst frei und ordnen Sie es dann erneut zu.',
  },
  'enrolment.bad-request': {
    cause: 'Die Zertifikatsanforderung ist ungültig',
    nextStep:
      'Setzen Sie die Identität des Gateways zurück und ordnen Sie es erneut zu; es braucht einen P-256-Schlüssel.',
  },
  'enrolment.bad-token': {
    cause: 'Das Bereitstellungstoken ist unbekannt, verbraucht oder abgelaufen',
    nextStep: 'Bitten Sie den Partner um ein neues Token, oder ordnen Sie das Gateway mit seinem Code zu.',
  },
  'enrolment.clock-wrong': {
    cause:
      'Die Uhr des Gateways weicht weit von der wirklichen Zeit ab, deshalb lassen sich Zertifikate nicht beurteilen',
    nextStep: 'Stellen Sie die Uhr, oder machen Sie einen Zeitserver erreichbar (NTP), und versuchen Sie es erneut.',
  },
  'enrolment.no-cloud': {
    cause: 'Das Gateway kennt die Adresse der Cloud nicht',
    nextStep: 'Geben Sie die Adresse der Cloud in den Einstellungen des Gateways ein und versuchen Sie es erneut.',
  },
  'identity.revoked': {
    cause: 'Das Zertifikat dieses Gateways wurde widerrufen',
    nextStep: 'Das Gateway wurde in der Konsole freigegeben; ordnen Sie es erneut zu.',
  },
  'identity.expired': {
    cause: 'Das Zertifikat dieses Gateways ist abgelaufen',
    nextStep: 'Ordnen Sie es mit einem neuen Code erneut zu; seine Daten bleiben.',
  },
  'identity.required': {
    cause: 'Die Verbindung brachte kein Client-Zertifikat mit',
    nextStep: 'Ordnen Sie das Gateway zu; es verbindet sich mit dem Zertifikat, das es dann erhält.',
  },
  'identity.untrusted': {
    cause: 'Das Client-Zertifikat wurde nicht von dieser Cloud ausgestellt, oder es ist nicht das eines Gateways',
    nextStep: 'Prüfen Sie, in welcher Cloud das Gateway zugeordnet wurde; ist es umgezogen, ordnen Sie es erneut zu.',
  },
  'identity.damaged': {
    cause: 'Die Dateien, die sagen, wer dieses Gateway ist, sind beschädigt',
    nextStep:
      'Geben Sie das Gateway in der Konsole frei und ordnen Sie es erneut zu, oder stellen Sie die Dateien aus einer Sicherung wieder her.',
  },
  'identity.mismatch': {
    cause: 'Die MQTT-Kennung oder der letzte Wille passt nicht zum Zertifikat des Gateways',
    nextStep: 'Aktualisieren Sie das Gateway; ist es aktuell, wurde es womöglich manipuliert.',
  },
  'reset.not-claimed': {
    cause: 'Dieses Gateway gehört zu keinem Konto, es gibt also nichts freizugeben',
    nextStep: 'Ordnen Sie es mit demarc link zu, oder löschen Sie es mit demarc reset.',
  },
  'account.deactivated': {
    cause: 'Dieses Konto ist deaktiviert: Es kann angesehen, aber nicht geändert werden',
    nextStep: 'Reaktivieren Sie zuerst das Konto.',
  },
  'account.switched-off': {
    cause: 'Das Konto ist deaktiviert, deshalb können sich seine Personen nicht anmelden',
    nextStep: 'Bitten Sie den Partner, der das Konto betreut, es zu reaktivieren.',
  },
};
