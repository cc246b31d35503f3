/** Errors of people, roles, tokens and of signing in by a provider, in German. */
export const accessTexts = {
  'api.person-only': {
    cause: 'Das ist für angemeldete Personen, nicht für ein Token',
    nextStep: 'Melden Sie sich an der Konsole an und erledigen Sie es dort.',
  },
  'role.name-taken': {
    cause: 'Es gibt schon eine Rolle mit diesem Namen',
    nextStep: 'Wählen Sie einen anderen Namen.',
  },
  'role.in-use': {
    cause: 'Diese Rolle haben noch Personen',
    nextStep: 'Geben Sie ihnen zuerst eine andere Rolle; wer sie sind, steht auf der Seite der Personen jedes Kontos.',
  },
  'role.too-many': {
    cause: 'Es gibt so viele eigene Rollen, wie es geben kann',
    nextStep: 'Löschen Sie Rollen, die niemand mehr braucht.',
  },
  'role.not-for-accounts': {
    cause: 'Eine Rolle mit der Grundrolle Partner kann nicht an ein Kundenkonto gehen',
    nextStep: 'Legen Sie eine Rolle mit der Grundrolle Kontoadministrator an und weisen Sie diese zu.',
  },
  'role.not-givable': {
    cause:
      'Diese Rolle können Sie hier nicht geben: Sie gehört nicht hierher, oder sie gewährt mehr, als Sie selbst haben',
    nextStep: 'Wählen Sie eine andere Rolle oder bitten Sie jemanden, der sie hat.',
  },
  'person.email-taken': {
    cause: 'Mit dieser E-Mail-Adresse meldet sich jemand an, der nicht zu Ihnen gehört',
    nextStep: 'Nehmen Sie eine andere Adresse dieser Person.',
  },
  'person.already-here': {
    cause: 'Diese Person ist schon hier',
    nextStep: 'Ändern Sie stattdessen die Rolle des vorhandenen Eintrags.',
  },
  'person.yourself': {
    cause: 'Niemand kann die eigene Rolle ändern oder sich selbst sperren oder entfernen',
    nextStep: 'Bitten Sie einen anderen Administrator. Name, Sprache und Passwort stehen auf Ihrer Profilseite.',
  },
  'person.not-yours': {
    cause: 'Diese Person gehört auch zu anderen Konten oder hat Rechte, die Sie nicht haben',
    nextStep: 'Wenden Sie sich an den Partner, der das Konto betreut.',
  },
  'person.no-password': {
    cause: 'Sie haben hier kein Passwort: Sie melden sich über Ihre Organisation an',
    nextStep: 'Ändern Sie es dort, oder bitten Sie einen Administrator um einen Link, um hier eines zu setzen.',
  },
  'person.wrong-password': {
    cause: 'Das jetzige Passwort ist falsch',
    nextStep: 'Geben Sie das Passwort ein, mit dem Sie sich jetzt anmelden.',
  },
  'person.link-used': {
    cause: 'Dieser Link wurde benutzt oder ersetzt, oder er ist abgelaufen',
    nextStep: 'Bitten Sie die Person, die Sie eingeladen hat, um einen neuen.',
  },
  'person.not-a-manager': {
    cause: 'Konten können nur Kontobetreuern zugewiesen werden',
    nextStep: 'Wandeln Sie diese Person zuerst in einen Kontobetreuer um.',
  },
  'token.too-many': {
    cause: 'Es gibt hier so viele Token, wie es geben kann',
    nextStep: 'Widerrufen Sie Token, die nichts mehr benutzt.',
  },
  'oidc.issuer-not-safe': {
    cause: 'Die Adresse des Anbieters muss mit https:// beginnen',
    nextStep:
      'Geben Sie den Aussteller so ein, wie ihn der Anbieter nennt. Einfaches http gilt nur für diesen Rechner selbst.',
  },
  'oidc.every-right': {
    cause: 'Wer den Anmeldeanbieter einstellt, entscheidet, wer alle sind: Dazu braucht es jedes Recht des Partners',
    nextStep: 'Bitten Sie jemanden mit der Rolle Partner.',
  },
  'oidc.unreachable': {
    cause: 'Der Anmeldeanbieter antwortet nicht',
    nextStep:
      'Prüfen Sie die Adresse des Ausstellers, und ob der Connector sie über das Netz erreichen darf; versuchen Sie es dann erneut.',
  },
  'oidc.not-a-provider': {
    cause: 'Was unter dieser Adresse antwortet, ist nicht der OpenID-Anbieter mit diesem Aussteller',
    nextStep: 'Geben Sie den Aussteller genau so ein, wie ihn der Anbieter nennt, bis auf einen Schrägstrich am Ende.',
  },
  'oidc.not-set-up': {
    cause: 'Diese Art der Anmeldung gibt es nicht mehr',
    nextStep: 'Melden Sie sich mit E-Mail-Adresse und Passwort an, oder fragen Sie einen Administrator.',
  },
  'oidc.flow-gone': {
    cause:
      'Diese Anmeldung hat zu lange gedauert, war schon abgeschlossen oder wurde in einem anderen Browser begonnen',
    nextStep: 'Beginnen Sie auf der Anmeldeseite noch einmal.',
  },
  'oidc.refused': {
    cause: 'Der Anmeldeanbieter hat abgelehnt',
    nextStep:
      'Versuchen Sie es erneut; bleibt es dabei, sagen Sie einem Administrator, was der Anbieter geantwortet hat.',
  },
  'oidc.answer-invalid': {
    cause: 'Die Antwort des Anmeldeanbieters ließ sich nicht beweisen',
    nextStep:
      'Versuchen Sie es erneut; bleibt es dabei, prüft ein Administrator Client-ID und Geheimnis sowie die Uhr des Connectors.',
  },
  'oidc.email-missing': {
    cause: 'Der Anmeldeanbieter hat Ihre E-Mail-Adresse nicht genannt',
    nextStep: 'Ein Administrator des Anbieters muss den Scope email für Demarc erlauben.',
  },
  'oidc.email-not-verified': {
    cause: 'Der Anmeldeanbieter bürgt nicht für Ihre E-Mail-Adresse',
    nextStep: 'Lassen Sie die Adresse dort bestätigen und melden Sie sich dann wieder an.',
  },
  'oidc.nobody': {
    cause: 'Niemand hier hat die E-Mail-Adresse, die der Anmeldeanbieter genannt hat',
    nextStep: 'Bitten Sie einen Administrator Ihres Kontos, Sie mit dieser Adresse einzuladen.',
  },
  'oidc.person-disabled': {
    cause: 'Sie können sich hier im Augenblick nicht anmelden',
    nextStep: 'Bitten Sie einen Administrator Ihres Kontos, Sie freizugeben.',
  },
  'oidc.other-identity': {
    cause: 'Jemand anderes beim Anmeldeanbieter hatte diese E-Mail-Adresse früher und ist hier damit verknüpft',
    nextStep: 'Ein Administrator entfernt die Person hier und lädt sie neu ein.',
  },
} as const;
