import type { Phrases } from '../../phrases.ts';

/** The search for telephone systems: what was seen, and what speaks for what. */
export const discoveryPhrases: Phrases = {
  'network card {1_}': 'Netzwerkkarte {1}',
  'network card {1_} of {2}': 'Netzwerkkarte {1} von {2*}',
  'announces {1} ({2_})': 'kündigt {1} an ({2})',
  'TCP port {1_} is open': 'TCP-Port {1} ist offen',
  'TCP port {1_} is open, which stands for {2_} at this site':
    'TCP-Port {1} ist offen; er steht an diesem Standort für {2}',
  'web page {1_}': 'Webseite {1}',
  'web page {1_}: {2}': 'Webseite {1}: {2*}',
  'title "{1}"': 'Titel „{1}“',
  'server "{1}"': 'Server „{1}“',
  'leads to {1}': 'führt zu {1}',
  'realm "{1}"': 'Realm „{1}“',
  'has "{1}"': 'enthält „{1}“',
  'certificate for {1}, issued by {2}': 'Zertifikat für {1}, ausgestellt von {2}',
  'answers SIP OPTIONS over {1_} with {2_} without a banner':
    'antwortet auf SIP OPTIONS über {1} mit {2}, ohne sich zu nennen',
  'answers SIP OPTIONS over {1_} with {2_} as "{3}"': 'antwortet auf SIP OPTIONS über {1} mit {2} als „{3}“',
  'greets with "{1}"': 'begrüßt mit „{1}“',
  'SSH host key {1_}': 'SSH-Hostschlüssel {1}',
  'the DHCP server {1_} names it to Mitel telephones': 'der DHCP-Server {1} nennt es den Mitel-Telefonen',
  'The DHCP server {1_} names {2_} to Mitel telephones, which is outside of what is searched.':
    'Der DHCP-Server {1} nennt den Mitel-Telefonen {2}; das liegt außerhalb dessen, was durchsucht wird.',
  'DHCP options of {1_} were not read: UDP port 68 cannot be used ({2_}).':
    'DHCP-Optionen von {1} wurden nicht gelesen: UDP-Port 68 kann nicht benutzt werden ({2}).',
  'The search was ended at its time limit; not every host was asked.':
    'Die Suche endete an ihrer Zeitgrenze; nicht jeder Rechner wurde gefragt.',
  'No mDNS on {1_}: {2}.': 'Kein mDNS auf {1}: {2}.',
  '{1} holds no addresses of hosts': '{1} enthält keine Adressen von Rechnern',
  'Of the own network {1_}/{2_} only {3_} is searched.': 'Vom eigenen Netz {1}/{2} wird nur {3} durchsucht.',
  'What was seen contradicts itself: it also speaks for {1}.':
    'Was gesehen wurde, widerspricht sich: Es spricht auch für {1*}.',
  'It answers SIP and does not say what it is; many PBXs can be set to keep silent.':
    'Es antwortet auf SIP und sagt nicht, was es ist; viele Telefonanlagen lassen sich so einstellen.',
  'This family does not name itself reliably: confirm the type by hand.':
    'Diese Familie nennt sich nicht zuverlässig selbst: Bestätigen Sie den Typ von Hand.',
  'Only one kind of evidence: others can give themselves out as this type.':
    'Nur eine Art von Hinweis: Andere können sich als dieser Typ ausgeben.',
  'MiVoice Border Gateway (session border controller)': 'MiVoice Border Gateway (Session Border Controller)',
  'MiCollab server': 'MiCollab-Server',
  'MiCollab conferencing': 'MiCollab-Konferenzen',
  'Mitel server (Mitel Standard Linux), product unknown': 'Mitel-Server (Mitel Standard Linux), Produkt unbekannt',
  'Mitel 5000 CP (Inter-Tel, MiVoice Office 250); not a MiVoice 5000':
    'Mitel 5000 CP (Inter-Tel, MiVoice Office 250); keine MiVoice 5000',
  'SIP-DECT manager': 'SIP-DECT-Manager',
  'Mitel telephone': 'Mitel-Telefon',
  'Mitel device, product unknown': 'Mitel-Gerät, Produkt unbekannt',
  'SIP system of another make': 'SIP-System eines anderen Herstellers',
  'SIP system that does not name itself': 'SIP-System, das sich nicht nennt',
  'Mitel (earlier Aastra)': 'Mitel (früher Aastra)',
};
