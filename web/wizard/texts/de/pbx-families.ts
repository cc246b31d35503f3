/**
 * German words of the families' forms, which the gateway itself has in English: fields by name, or by family and name
 * where two families mean different things by it; parts of a form; what to prepare; what is good to know.
 */
const KEPT = 'Wird verschlüsselt auf diesem Gateway aufbewahrt und nie in die Cloud gesendet.';
const KEPT_ONLY =
  'Darf leer bleiben. Wird verschlüsselt auf diesem Gateway aufbewahrt und nicht benutzt: Keine Schnittstelle, die es annimmt, ist öffentlich.';
const TLS =
  'StartTLS verschlüsselt auf dem üblichen Port, LDAPS auf einem eigenen; „none“ sendet das Passwort im Klartext.';
const DIRECTORY = {
  host: { label: 'Adresse des Verzeichnisses', hint: 'Hostname oder IP-Adresse.' },
  port: { label: 'Port', hint: 'Leer: 389, oder 636 bei LDAPS.' },
  tls: { label: 'Verschlüsselung', hint: TLS },
  baseDn: {
    label: 'Basis-DN',
    hint: 'Wo im Verzeichnis die Personen stehen, etwa ou=people,dc=example,dc=com.',
  },
  bindDn: { label: 'Anmeldung (Bind-DN)', hint: 'Ein Konto, das nur lesen darf; leer für anonym.' },
};
const CA = {
  label: 'Zertifikat seiner Zertifizierungsstelle',
  hint: 'Als PEM-Text, wenn das Zertifikat nicht von einer öffentlichen Stelle ist.',
};

export const pbxFields = {
  'mivoice-business.folder': {
    label: 'Ordner der Exporte',
    hint: 'Ein Ordner auf diesem Gateway; was Sie hier hochladen, kommt hinein.',
  },
  'mivoice-business.country': {
    label: 'Land des Standorts',
    hint: 'Zwei Buchstaben, für Nummern ohne Landesvorwahl; leer: das des Standorts.',
  },
  'mivoice-business.host': {
    label: 'IP-Adresse oder FQDN der Telefonanlage',
    hint: 'Für Version, Lizenzen und Anrufe; die Benutzer kommen aus den Exporten.',
  },
  'mivoice-business.adminPort': { label: 'Port ihrer Verwaltungsseite', hint: '' },
  mbgHost: {
    label: 'IP-Adresse oder FQDN des MBG',
    hint: 'Das MiVoice Border Gateway: Demarc sieht es über SIP und seine Seite an.',
  },
  mbgPassword: { label: 'Passwort des MBG', hint: KEPT_ONLY },
  mbgSipPort: { label: 'SIP-Port des MBG', hint: '' },
  mbgPort: { label: 'HTTPS-Port des MBG', hint: '' },
  micollabHost: {
    label: 'IP-Adresse oder FQDN von MiCollab',
    hint: 'Ein Name muss zur Adresse im lokalen Netz führen.',
  },
  micollabPassword: { label: 'Passwort von MiCollab', hint: KEPT_ONLY },
  micollabPort: { label: 'HTTPS-Port von MiCollab', hint: '' },
  snmpCommunity: { label: 'Lesekennwort (Community)', hint: 'SNMP v2c; schalten Sie SNMP zuerst in der Anlage ein.' },
  snmpUser: { label: 'Benutzer (SNMP v3)', hint: '' },
  snmpAuthPassword: { label: 'Passwort zur Authentifizierung', hint: '' },
  snmpPrivPassword: { label: 'Passwort zur Verschlüsselung', hint: '' },
  snmpPort: { label: 'SNMP-Port', hint: '' },
  'smdr.port': { label: 'Port', hint: 'TCP 1752, wenn er nicht geändert wurde.' },
  'smdr.timeZone': { label: 'Zeitzone der Uhr der Anlage', hint: 'Etwa Europe/Vienna.' },
  'mivoice-5000.host': DIRECTORY.host,
  'mivoice-5000.port': DIRECTORY.port,
  'mivoice-5000.tls': DIRECTORY.tls,
  'mivoice-5000.baseDn': DIRECTORY.baseDn,
  'mivoice-5000.bindDn': DIRECTORY.bindDn,
  'mivoice-5000.password': { label: 'Passwort', hint: KEPT },
  'mivoice-5000.caPem': CA,
  'mivoice-5000.filter': { label: 'Suchfilter', hint: 'Etwa (mail=*); leer für alle Personen.' },
  'mivoice-5000.declaredVersion': {
    label: 'Stand der Anlage',
    hint: 'Wie Web Admin ihn zeigt: Das Verzeichnis nennt ihn nicht.',
  },
  'mivoice-5000.adminPort': {
    label: 'HTTPS-Port von Web Admin',
    hint: 'Die Prüfung sieht dann dessen erste Seite an.',
  },
  'mivoice-office-400.host': { label: 'IP-Adresse oder FQDN der Telefonanlage', hint: '' },
  'mivoice-office-400.port': {
    label: 'CSTA-Port',
    hint: '7001, wenn er nicht geändert wurde; der CSTA-Dienst muss eingeschaltet sein.',
  },
  'mivoice-office-400.user': {
    label: 'Benutzername des Systems',
    hint: 'Das Zugangskonto, das für Demarc angelegt wurde.',
  },
  'mivoice-office-400.password': { label: 'Passwort des Systems', hint: KEPT },
  'phoneBook.host': DIRECTORY.host,
  'phoneBook.port': DIRECTORY.port,
  'phoneBook.tls': DIRECTORY.tls,
  'phoneBook.baseDn': DIRECTORY.baseDn,
  'phoneBook.bindDn': DIRECTORY.bindDn,
  phoneBookPassword: { label: 'Passwort des Telefonbuchs', hint: '' },
  'mivoice-office-400.folder': {
    label: 'Ordner des Exports',
    hint: 'Ein Ordner auf diesem Gateway; was Sie hier hochladen, kommt hinein.',
  },
  'mivoice-office-400.activity.maxPhones': {
    label: 'Telefone, deren Anrufe gezählt werden',
    hint: 'Jedes braucht eine CSTA-Lizenz; leer, um keine zu zählen.',
  },
  'mivoice-office-400.declaredVersion': {
    label: 'Stand der Anlage',
    hint: 'Wie WebAdmin ihn zeigt: Keine Schnittstelle nennt ihn.',
  },
  'mx-one.host': { label: 'IP-Adresse oder FQDN des Service Node', hint: '' },
  'mx-one.port': { label: 'SSH-Port', hint: '' },
  'mx-one.user': { label: 'Benutzername des Systems', hint: 'Ein Konto, das mdsh ausführen darf.' },
  'mx-one.password': { label: 'Passwort des Systems', hint: KEPT },
  'mx-one.hostKeyFingerprint': {
    label: 'Fingerabdruck seines Hostschlüssels',
    hint: 'SHA256:…, wie ssh-keygen -l ihn auf dem Node ausgibt.',
  },
  'mx-one.nameOrder': {
    label: 'Reihenfolge der Namen',
    hint: 'Ob name1 oder name2 an diesem Standort der Vorname ist.',
  },
  'directory.host': DIRECTORY.host,
  'directory.port': DIRECTORY.port,
  'directory.tls': DIRECTORY.tls,
  'directory.baseDn': DIRECTORY.baseDn,
  'directory.bindDn': DIRECTORY.bindDn,
  'directory.caPem': CA,
  directoryPassword: { label: 'Passwort des Verzeichnisses', hint: '' },
  'manager.host': { label: 'Adresse', hint: 'Leer: die des Service Node.' },
  'manager.port': { label: 'HTTPS-Port', hint: '' },
  'manager.user': { label: 'Benutzer', hint: '' },
  managerPassword: { label: 'Passwort des Provisioning Manager', hint: '' },
  'manager.certificateFingerprint': {
    label: 'Fingerabdruck seines Zertifikats',
    hint: 'Wie die Prüfung ihn zeigt.',
  },
  'mx-one.activity.port': { label: 'CSTA-Port', hint: 'Üblich ist 8882.' },
  'mx-one.activity.maxPhones': { label: 'Telefone, deren Anrufe gezählt werden', hint: '' },
};

export const pbxGroups = {
  'mivoice-business.exports': 'Formularexporte',
  'mivoice-business.pbx': 'Die Anlage selbst',
  companions: 'Border Gateway und MiCollab',
  snmp: 'SNMP: Version, Alarme und Lizenzen',
  smdr: 'Gesprächsdaten (SMDR)',
  'mivoice-5000.directory': 'Verzeichnis',
  'mivoice-5000.more': 'Mehr zum Verzeichnis',
  'mivoice-office-400.csta': 'CSTA',
  phoneBook: 'LDAP-Telefonbuch: Namen',
  'mivoice-office-400.export': 'Export aus WebAdmin: E-Mail-Adressen und Durchwahlen',
  'mivoice-office-400.more': 'Anrufe und Stand der Anlage',
  'mx-one.node': 'Service Node',
  'mx-one.directory': 'Verzeichnis: E-Mail-Adressen',
  'mx-one.manager': 'Provisioning Manager',
  'mx-one.activity': 'Anrufe (CSTA)',
};

export const pbxPrerequisites = {
  'mivoice-business': [
    'Öffnen Sie im System Administration Tool „User and Services Configuration“ und wählen Sie Export, alle Zeilen, CSV.',
    'Machen Sie dasselbe mit „Telephone Directory“: Es ergänzt Namen und Abteilungen.',
    'Exportieren Sie für die Durchwahlen „Direct Inward Dialing Service“ mit allen Feldern; Zeilen externer Hot-Desk-Benutzer werden ausgelassen.',
    'Legen Sie die Dateien in den Ordner, der hier eingegeben wird; Demarc nimmt die neueste vollständige Datei jedes Formulars.',
    'Wiederholen Sie den Export, wenn sich etwas ändert; eine geplante Kopie per SFTP in den Ordner tut es auch.',
    'Für Version, Alarme und Lizenzen: Schalten Sie SNMP ein (auf MSL ist es aus, und danach nur für den Server selbst offen), erlauben Sie die Adresse des Gateways, und notieren Sie die Community.',
    'Zum Zählen der Anrufe: Schalten Sie die Aufzeichnung in „SMDR Options“ und in jeder Class of Service von Leitungen und Nebenstellen ein, und lassen Sie das Gateway TCP-Port 1752 erreichen.',
    'Gibt es ein Border Gateway oder ein MiCollab: Notieren Sie die Adressen, die sie im lokalen Netz haben.',
  ],
  'mivoice-5000': [
    'Legen Sie im Verzeichnis ein Konto an, das nur die Einträge der Personen lesen darf.',
    'Notieren Sie die Basis-DN, und ob das Verzeichnis StartTLS (meist Port 389) oder LDAPS (meist Port 636) anbietet.',
    'Bei einer eigenen Zertifizierungsstelle: Halten Sie ihr Zertifikat als PEM-Datei bereit.',
    'Sehen Sie in Web Admin unter Verzeichnis, Parameter, Anpassung nach, was attr1 bis attr10 an diesem Standort bedeuten.',
    'Soll die Prüfung auch Web Admin ansehen, geben Sie seinen HTTPS-Port ein; nur die erste Seite wird gelesen, ohne Anmeldung.',
    'Erlauben Sie dem Konto seitenweise Ergebnisse, wenn es mehr Personen gibt, als das Verzeichnis auf einmal ausgibt.',
  ],
  'mivoice-office-400': [
    'Öffnen Sie in WebAdmin Konfiguration, IP-Netz, IP-Sicherheit und schalten Sie den CSTA-Dienst ein; sein üblicher Port ist 7001.',
    'Legen Sie für Demarc ein Benutzerkonto an, dessen Berechtigungsprofil „Third-party CTI“ und „LDAP name service“ hat; nehmen Sie nie das Konto „admin“.',
    'Um auch Anrufe zu zählen: Prüfen Sie auf der Lizenzseite, ob CSTA-Sessions frei sind, eine für jedes beobachtete Telefon.',
    'Für Namen: Notieren Sie Host, Port, Basis-DN und Anmeldung des LDAP-Telefonbuchs (IP-Netz, LDAP-Server).',
    'Für E-Mail-Adressen und Durchwahlen: Exportieren Sie die Benutzer in WebAdmin als CSV mit einer Kopfzeile wie Number, Name, E-mail, DDI, und legen Sie die Datei dorthin, wo es die Einstellungen sagen.',
    'Notieren Sie den Stand der Anlage aus WebAdmin: Keine Schnittstelle nennt ihn.',
  ],
  'mx-one': [
    'Legen Sie auf dem Service Node ein Konto an, das sich per SSH mit einem Passwort anmelden und mdsh ausführen darf; um Personen zu lesen, braucht es nur Leserechte.',
    'Soll Demarc SIP-Trunks einrichten: Lassen Sie dieses Konto auch number_initiate, number_data_initiate, sip_route, die Route-Befehle (ROCAI, RODAI, ROEQI, RODDI und jene, die sie beenden) und data_backup ausführen.',
    'Lassen Sie das Gateway Port 22 des Service Node erreichen.',
    'Geben Sie dort den Fingerabdruck seines Hostschlüssels aus (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub, oder die Datei der Art, die die Prüfung zeigt) und vergleichen Sie ihn mit dem der Prüfung, bevor Sie ihn bestätigen.',
    'Für E-Mail-Adressen: Notieren Sie Host, Basis-DN und Anmeldung des Verzeichnisses (LDAP, Active Directory), in dem die Personen stehen, und welches Attribut ihre Nebenstelle enthält.',
    'Sagen Sie, ob name1 oder name2 an diesem Standort der Vorname ist, wenn die Cloud beide getrennt braucht.',
    'Soll die Prüfung auch den Provisioning Manager ansehen: Geben Sie seinen HTTPS-Port ein, und seinen Host, wenn es ein anderer ist; ohne Benutzer wird nur die erste Seite gelesen.',
    'Damit er Version und Build nennt: Legen Sie im Provisioning Manager ein Konto für Demarc an, und bestätigen Sie den Fingerabdruck seines Zertifikats, den die Prüfung zeigt.',
    'Um auch Anrufe zu zählen: Lassen Sie das Gateway den CSTA-Dienst erreichen (meist TCP-Port 8882), und setzen Sie die zweite Stelle von „extension --csta-support“ der Nebenstellen mindestens auf 1; voreingestellt ist 0, und dann sieht kein Dritter ihre Anrufe.',
  ],
};

export const pbxTips = {
  'mivoice-business': [
    'Hat die Anlage eine Gateway-Karte oder läuft sie auf einer Plattform, die Demarc aufnehmen kann, dann installieren Sie Demarc dort: Es steht dann neben der Anlage.',
    'Laden Sie die Exporte hier hoch, oder lassen Sie sie per SFTP in den Ordner kopieren; die neueste vollständige Datei jedes Formulars zählt.',
  ],
  'mivoice-5000': [
    'Überlassen Sie die Zuordnung der Attribute dem ersten Abgleich: Er sieht sich Beispiele an und zeigt, was er gewählt hat.',
    'Eine Größenbegrenzung des Verzeichnisses schneidet große Standorte ab: Erlauben Sie diesem Konto seitenweise Ergebnisse.',
  ],
  'mivoice-office-400': [
    'Das Zugangskonto braucht ein Profil mit Third-party CTI (bei neueren Ständen CloudLink-Zugang); nehmen Sie nie „admin“.',
    'E-Mail-Adressen stehen weder in CSTA noch im Telefonbuch: Exportieren Sie dafür die Benutzer als CSV.',
  ],
  'mx-one': [
    'Nach zwei abgelehnten Anmeldungen wird nicht mehr versucht, bis das Passwort neu eingegeben ist, damit das Konto nicht gesperrt wird.',
    'Drücken Sie einmal Verbinden ohne Fingerabdruck: Die Prüfung zeigt den des Node; vergleichen Sie ihn dort, und geben Sie ihn dann ein.',
  ],
};
