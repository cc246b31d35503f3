import type { Phrases } from '../../phrases.ts';

/** What the panel of an account says of its integrations, and what a value in a form must be. */
export const integrationPhrases: Phrases = {
  '{1_} of {2_} SIP trunks are down': '{1} von {2} SIP-Trunks sind gestört',
  'Open the SIP trunks and look at what their supervision found.':
    'Öffnen Sie die SIP-Trunks und sehen Sie an, was ihre Überwachung gefunden hat.',
  '{1_} of {2_} webhooks cannot be delivered to': 'An {1} von {2} Webhooks lässt sich nichts zustellen',
  'Open the alert settings; the reason stands with each webhook.':
    'Öffnen Sie die Einstellungen der Alarme; bei jedem Webhook steht der Grund.',
  'The gateway is not connected': 'Das Gateway ist nicht verbunden',
  'The gateway is not connected ({1})': 'Das Gateway ist nicht verbunden ({1*})',
  'Check its power and its way to the Internet; it connects again by itself.':
    'Prüfen Sie seinen Strom und seinen Weg ins Internet; es verbindet sich von selbst wieder.',
  'The gateway is connected, but tells nothing any more': 'Das Gateway ist verbunden, meldet aber nichts mehr',
  'Open its page and restart it.': 'Öffnen Sie seine Seite und starten Sie es neu.',
  'must not be empty': 'darf nicht leer sein',
  'must be an e-mail address': 'muss eine E-Mail-Adresse sein',
  'must be a code of ISO 3166-1 such as FR': 'muss ein Kürzel nach ISO 3166-1 sein, wie FR',
  'must name at least one contact': 'muss mindestens einen Kontakt nennen',
  'must be in the future': 'muss in der Zukunft liegen',
  'must be a gateway of the account': 'muss ein Gateway des Kontos sein',
  'must be files that the gateway of the report has brought':
    'müssen Dateien sein, die das Gateway der Meldung gebracht hat',
  'holds one that is no gateway of this account': 'enthält eines, das kein Gateway dieses Kontos ist',
  'is no PBX of this account': 'ist keine Telefonanlage dieses Kontos',
  'must be another PBX than the first': 'muss eine andere Telefonanlage als die erste sein',
  'must be reached by the same gateway as the first': 'muss über dasselbe Gateway erreichbar sein wie die erste',
  'must be of the same family as before; add another trunk for another family':
    'muss von derselben Familie sein wie zuvor; legen Sie für eine andere Familie einen weiteren Trunk an',
  'must be written like the start: both with a plus sign or both without':
    'muss wie der Anfang geschrieben sein: beide mit Plus oder beide ohne',
  'must have as many digits as the start': 'muss so viele Ziffern haben wie der Anfang',
  'must not be below the start': 'darf nicht unter dem Anfang liegen',
  'a range holds {1_} numbers at the most': 'ein Bereich fasst höchstens {1} Nummern',
};
