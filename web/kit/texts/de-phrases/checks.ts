import type { Phrases } from '../../phrases.ts';

/** The self-test of a gateway (`daemon/self-test`). */
export const checkPhrases: Phrases = {
  'Web proxy': 'Web-Proxy',
  Clock: 'Uhr',
  Store: 'Datenspeicher',
  'PBX {1}': 'Telefonanlage {1}',
  'Name of the cloud': 'Name der Cloud',
  'Certificate of the cloud': 'Zertifikat der Cloud',
  'Disk space': 'Platz auf der Festplatte',
  'WebSocket to the cloud': 'WebSocket zur Cloud',
  'Records for the cloud': 'Einträge für die Cloud',
  'Certificate of this gateway': 'Zertifikat dieses Gateways',
  'TCP connection to the cloud': 'TCP-Verbindung zur Cloud',
  'no cloud is set up yet': 'Es ist noch keine Cloud eingerichtet',
  'The gateway cannot connect to the cloud through this proxy.':
    'Das Gateway kann sich über diesen Proxy nicht mit der Cloud verbinden.',
  'no web proxy is set; the gateway connects directly':
    'Es ist kein Web-Proxy gesetzt; das Gateway verbindet sich direkt',
  '{1_} lets connections to {2_} through': '{1} lässt Verbindungen zu {2} durch',
  'Certificates cannot be judged, deadlines of commands are missed, and times in reports are wrong.':
    'Zertifikate lassen sich nicht beurteilen, Fristen von Befehlen werden verpasst, und Zeiten in Berichten sind falsch.',
  'the cloud did not tell its time': 'Die Cloud hat ihre Uhrzeit nicht genannt',
  'right to within {1}': 'Auf {1*} genau',
  '{1} ahead': '{1*} voraus',
  '{1} behind': '{1*} zurück',
  '{1_} days': '{1} Tage',
  'Users of this PBX are not brought up to date; those in the cloud stay as they are.':
    'Die Benutzer dieser Telefonanlage werden nicht aktualisiert; die in der Cloud bleiben, wie sie sind.',
  works: 'Funktioniert',
  '{1_} users': '{1} Benutzer',
  'Nothing new can be kept: syncs, commands and settings fail until it is writable again.':
    'Nichts Neues lässt sich speichern: Abgleiche, Befehle und Einstellungen scheitern, bis er wieder beschreibbar ist.',
  'takes a durable write in {1_} ms': 'Speichert dauerhaft in {1} ms',
  'The gateway cannot connect to the cloud; what it collects waits on its disk.':
    'Das Gateway kann sich nicht mit der Cloud verbinden; was es sammelt, wartet auf seiner Platte.',
  '{1_} is an address, nothing to resolve': '{1} ist eine Adresse, es gibt nichts aufzulösen',
  'The gateway refuses to connect, because it cannot be sure to whom it would talk.':
    'Das Gateway verbindet sich nicht, weil es nicht sicher sein kann, mit wem es spräche.',
  '{1_} showed no certificate': '{1} hat kein Zertifikat gezeigt',
  'When it has expired, no gateway can connect any more.':
    'Wenn es abgelaufen ist, kann sich kein Gateway mehr verbinden.',
  '{1_}, {2_} days left': '{1}, noch {2} Tage',
  '{1_} is trusted, {2_}, {3_} days left': '{1} wird vertraut, {2}, noch {3} Tage',
  '{1_} MiB free': '{1} MiB frei',
  'When the disk is full, new records and settings cannot be kept; what was accepted before stays.':
    'Ist die Platte voll, lassen sich neue Einträge und Einstellungen nicht speichern; was angenommen war, bleibt.',
  'The gateway stays offline: commands do not arrive, and records wait on its disk.':
    'Das Gateway bleibt offline: Befehle kommen nicht an, und Einträge warten auf seiner Platte.',
  '{1_} accepted the WebSocket': '{1} hat den WebSocket angenommen',
  'the cloud answers; it accepts the WebSocket once this gateway is enrolled':
    'Die Cloud antwortet; den WebSocket nimmt sie an, sobald dieses Gateway angemeldet ist',
  '{1_} answered {2_}': '{1} hat {2} geantwortet',
  'The cloud shows an older state than the PBXs have.':
    'Die Cloud zeigt einen älteren Stand, als ihn die Telefonanlagen haben.',
  '{1_} by {2_}': '{1} durch {2*}',
  '{1_} records, the oldest of {2_} minutes ago': '{1} Einträge, der älteste von vor {2} Minuten',
  '{1_} records wait': '{1} Einträge warten',
  'After its expiry the cloud refuses this gateway until it is enrolled again.':
    'Nach dem Ablauf weist die Cloud dieses Gateway ab, bis es neu angemeldet ist.',
  'this gateway is not enrolled yet': 'Dieses Gateway ist noch nicht angemeldet',
  'by this clock it ended on {1_}, but the cloud could not be asked for the time':
    'nach dieser Uhr endete es am {1@}, aber die Cloud konnte nicht nach der Zeit gefragt werden',
  'since {1_}': 'seit {1@}',
  '{1_} days left': 'noch {1} Tage',
  'valid until {1_}, {2_} days left': 'Gültig bis {1@}, noch {2} Tage',
  '{1_}:{2_} accepts connections': '{1}:{2} nimmt Verbindungen an',
  'the proxy {1_}:{2_} accepts connections': 'Der Proxy {1}:{2} nimmt Verbindungen an',
  '{1_}: no answer in time': '{1}: keine Antwort in der Zeit',
  'proxy {1_}: no answer in time': 'Proxy {1}: keine Antwort in der Zeit',
  'proxy {1_} answered {2_}': 'Proxy {1} hat {2} geantwortet',
  'no answer in time': 'keine Antwort in der Zeit',
  'closed before it was ready': 'geschlossen, bevor sie bereit war',
};
