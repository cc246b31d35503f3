import type { Phrases } from '../../phrases.ts';

/** The network of the site's port: what is wrong with an address. */
export const networkPhrases: Phrases = {
  'the address {1_} must be like 192.0.2.10/24, with the prefix of the network':
    'die Adresse {1} muss wie 192.0.2.10/24 sein, mit dem Präfix des Netzes',
  'the prefix /{1_} must be from /8 to /30': 'das Präfix /{1} muss zwischen /8 und /30 liegen',
  'the address {1_} {2}': 'die Adresse {1} {2*}',
  'the name server {1_} {2}': 'der Nameserver {1} {2*}',
  'the gateway {1_} {2}': 'das Gateway {1} {2*}',
  'means no address': 'bedeutet keine Adresse',
  'is the loopback of each host': 'ist die Schleifenadresse jedes Rechners',
  'is given by itself where nothing else is (link-local)':
    'wird von selbst vergeben, wo es keine andere gibt (link-local)',
  'is for multicast': 'ist für Multicast',
  'is reserved': 'ist reserviert',
  'is that of the network {1_} itself': 'ist die des Netzes {1} selbst',
  'is the broadcast address of {1_}': 'ist die Broadcast-Adresse von {1}',
  'is on another port of this gateway already': 'liegt schon auf einem anderen Anschluss dieses Gateways',
  'is not an IPv4 address': 'ist keine IPv4-Adresse',
  'is not an IP address': 'ist keine IP-Adresse',
  'is the port’s own address': 'ist die eigene Adresse des Anschlusses',
  'is outside of the network {1_}': 'liegt außerhalb des Netzes {1}',
  'is no host of the network {1_}': 'ist kein Rechner des Netzes {1}',
  'a name server is named twice': 'ein Nameserver ist doppelt angegeben',
  'systemd-networkd does not answer': 'systemd-networkd antwortet nicht',
  '{1_} is set by {2}, which comes first': '{1} wird von {2} gesetzt, das Vorrang hat',
  'the local pages are on {1_} only (DEMARC_WEB_HOST)': 'die lokalen Seiten liegen nur auf {1} (DEMARC_WEB_HOST)',
};
