/** Errors of users, numbers, locations and integrations, in German. */
export const directoryTexts = {
  'user.in-use': {
    cause: 'Einer oder mehrere der Werte werden bereits verwendet',
    nextStep: 'Nehmen Sie eine andere E-Mail-Adresse: Ein Benutzer dieses Kontos hat diese bereits.',
  },
  'user.no-mail': {
    cause: 'Demarc hat keinen Mailserver, daher können Benutzern keine E-Mails gesendet werden',
    nextStep:
      'Bitten Sie den Betreiber, einen Mailserver einzurichten; einen Link für eine einzelne Person erzeugen Sie auf der Seite der Personen.',
  },
  'user.locked': {
    cause: 'Dieses Feld kommt aus der Telefonanlage und kann hier nicht geändert werden',
    nextStep: 'Ändern Sie es in der Telefonanlage; der nächste Abgleich bringt es hierher.',
  },
  'user.partner': {
    cause: 'Ein Partner kann als Benutzer eines Kundenkontos weder gelöscht noch inaktiv gesetzt werden',
    nextStep: 'Ändern Sie die Person auf der Seite der Personen des Partners.',
  },
  'user.yourself': {
    cause: 'Das ist Ihr eigener Benutzer: Sie würden sich selbst aussperren',
    nextStep: 'Bitten Sie einen anderen Administrator des Kontos darum.',
  },
  'user.elsewhere': {
    cause: 'Diese Person gehört auch zu anderen Konten, in denen sie sich mit der Adresse anmeldet',
    nextStep: 'Bitten Sie den Partner, die Adresse der Person zu ändern.',
  },
  'numbers.overlap': {
    cause: 'Einige dieser Rufnummern gehören bereits zu einem anderen Eintrag dieser Telefonanlage',
    nextStep: 'Wählen Sie einen Block, der den genannten nicht berührt, oder ändern Sie zuerst jenen.',
  },
  'numbers.from-pbx': {
    cause: 'Dieser Eintrag ist, was die Telefonanlage meldet; er lässt sich hier weder ändern noch löschen',
    nextStep: 'Ändern Sie ihn in der Telefonanlage; hier erscheint es, sobald ihre Rufnummern wieder gelesen wurden.',
  },
  'location.name-taken': {
    cause: 'Ein anderer Standort dieses Kontos hat diesen Namen bereits',
    nextStep: 'Wählen Sie einen anderen Namen.',
  },
  'location.in-use': {
    cause: 'Auf den Standort wird verwiesen, er kann nicht gelöscht werden',
    nextStep: 'Entfernen Sie zuerst alle Verweise: Ordnen Sie seine Gateways und Rufnummern einem anderen Standort zu.',
  },
  'integration.needs-gateway': {
    cause: 'Diese Integration braucht ein Demarc-Gateway, und das Konto hat noch keines',
    nextStep: 'Fügen Sie zuerst das Demarc-Gateway hinzu.',
  },
  'integration.in-use': {
    cause: 'Die Integration ist eingerichtet und kann nicht von der Liste genommen werden',
    nextStep: 'Schalten Sie sie zuerst aus und löschen Sie sie in ihrer Zeile.',
  },
  'pbx.on-gateway': {
    cause: 'Ein Gateway hat diese TK-Anlage und brächte sie zurück',
    nextStep: 'Löschen Sie sie in der Zeile ihrer Integration oder auf den Seiten des Gateways am Standort.',
  },
  'pbx.left-behind': {
    cause: 'Kein Gateway hat diese TK-Anlage mehr; ihre Benutzer und Rufnummern sind noch da, wie sie waren',
    nextStep:
      'Verbinden Sie sie auf den Seiten eines Gateways neu oder löschen Sie sie hier mit ihren Benutzern und Rufnummern.',
  },
};
