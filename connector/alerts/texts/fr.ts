import type { AlertTexts } from './alert-texts.ts';

const free = (details: Readonly<Record<string, string | number>>): string =>
  details['percent'] === undefined ? '' : ` (${details['percent']} % ou ${details['mebibytes']} Mio libres)`;
const day = (at: string | number | undefined): string => String(at ?? '').slice(0, 10);

const ends: Readonly<Record<string, string>> = {
  'far-end': 'l’extrémité distante',
  pbx: 'le PBX',
  'secondary-pbx': 'le second PBX',
};

export const french: AlertTexts = {
  message: {
    'gateway-offline': ({ gateway }) => `La passerelle ${gateway} est hors ligne`,
    'sync-missed': ({ gateway, subject, details }) =>
      `Les utilisateurs de ${subject} (passerelle ${gateway}) n’ont pas été synchronisés depuis plus de ${details['minutes']} minutes`,
    'sync-held': ({ gateway, subject }) =>
      `Une synchronisation de ${subject} (passerelle ${gateway}) est retenue, car elle supprimerait beaucoup d’utilisateurs`,
    'certificate-expiring': ({ gateway, details }) =>
      `Le certificat de la passerelle ${gateway} n’a pas été renouvelé et n’est valable que jusqu’au ${day(details['until'])}`,
    'disk-low': ({ gateway, details }) => `Le disque de la passerelle ${gateway} est presque plein${free(details)}`,
    'queue-growing': ({ gateway, details }) =>
      `La passerelle ${gateway} est en ligne, mais sa file d’attente ne se vide pas (${details['records']} enregistrements, le plus ancien a ${details['minutes']} minutes)`,
    'records-lost': ({ gateway, details }) =>
      `La passerelle ${gateway} a perdu des enregistrements ou en a envoyé d’illisibles (${details['lost']} à ce jour)`,
    'command-failed': ({ gateway, subject, details }) =>
      `La commande ${subject} a échoué sur la passerelle ${gateway}${details['reason'] ? ` : ${details['reason']}` : ''}`,
    'trunk-down': ({ gateway, subject, details }) =>
      `Le trunk SIP ${subject} est en panne, vu de la passerelle ${gateway} : ${ends[details['end'] ?? '']} (${details['what']})`,
  },
  nextStep: {
    'gateway-offline':
      'Vérifiez l’alimentation et l’accès à Internet du site. Rien n’est perdu : les données y attendent le retour de la liaison.',
    'sync-missed': 'Ouvrez la passerelle, regardez les dernières synchronisations et testez la liaison avec ce PBX.',
    'sync-held': 'Ouvrez la synchronisation, regardez qui serait supprimé, puis confirmez ou refusez.',
    'certificate-expiring':
      'Remettez la passerelle en ligne ; elle renouvelle son certificat seule. Après l’expiration, il faut l’inscrire à nouveau.',
    'disk-low':
      'Libérez de la place sur la passerelle ou agrandissez son disque ; de vieux journaux et paquets sont la cause habituelle.',
    'queue-growing': 'Lancez l’autotest de la passerelle et vérifiez le débit de son accès à Internet.',
    'records-lost':
      'Ouvrez la passerelle, regardez les compteurs de messages perdus et mis de côté, et lancez une synchronisation complète.',
    'command-failed': 'Ouvrez la commande ; son résultat dit ce qu’il faut faire.',
    'trunk-down': 'Ouvrez le trunk et vérifiez-le : chaque étape dit ce qui ne va pas et ce qu’il faut faire.',
  },
  opened: (count) => (count === 1 ? 'Nouvelle alerte' : `${count} nouvelles alertes`),
  reminder: (count) => (count === 1 ? 'Toujours ouverte' : `${count} toujours ouvertes`),
  resolved: (count) => (count === 1 ? 'Terminée' : `${count} terminées`),
  many: (opened, resolved) =>
    [
      opened > 0 && `${opened} ouverte${opened === 1 ? '' : 's'}`,
      resolved > 0 && `${resolved} terminée${resolved === 1 ? '' : 's'}`,
    ]
      .filter(Boolean)
      .join(', '),
  resolvedOne: (message) => `Terminée : ${message}`,
  reminderOne: (message) => `Toujours ouverte : ${message}`,
  openSince: 'Depuis',
  closedAt: 'Jusqu’à',
  next: 'Que faire',
  more: (count) => `et ${count} de plus`,
  link: 'Toutes les alertes',
  footer:
    'Vous recevez ce message en tant que contact de support. Les alertes et les contacts se règlent dans la console.',
  testSubject: 'Message d’essai',
  testBody: 'Ceci est un essai. Les alertes de vos passerelles vous parviendront à cette adresse.',
};
