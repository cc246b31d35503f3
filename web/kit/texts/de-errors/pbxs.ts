/** Errors of reading telephone systems, directories and files, in German. */
export const pbxTexts = {
  'pbx.unknown-host': {
    cause: 'Der Name der Telefonanlage oder des Verzeichnisses lässt sich nicht auflösen',
    nextStep:
      'Prüfen Sie den Namen auf Tippfehler oder geben Sie die IP-Adresse ein; prüfen Sie die DNS-Server des Gateways.',
  },
  'pbx.unreachable': {
    cause: 'Die Telefonanlage oder das Verzeichnis ist nicht erreichbar',
    nextStep: 'Prüfen Sie Adresse und Port, und ob das Netz des Gateways dorthin darf.',
  },
  'pbx.timeout': {
    cause: 'Die Telefonanlage oder das Verzeichnis hat nicht rechtzeitig geantwortet',
    nextStep: 'Prüfen Sie, ob sie ausgelastet ist oder neu startet; der nächste Lauf versucht es wieder.',
  },
  'pbx.canceled': {
    cause: 'Das Lesen der Telefonanlage wurde abgebrochen',
    nextStep: 'Es wurde nichts geändert; starten Sie es bei Bedarf erneut.',
  },
  'pbx.truncated': {
    cause: 'Das Lesen der Telefonanlage brach vor dem Ende ab',
    nextStep:
      'Es wurde nichts geändert; der nächste Lauf liest von vorn. Wiederholt es sich, suchen Sie nach Neustarts der Anlage.',
  },
  'pbx.bad-credentials': {
    cause: 'Die Telefonanlage oder das Verzeichnis hat Benutzername oder Passwort abgelehnt',
    nextStep:
      'Geben Sie das richtige Passwort ein. Nach zwei Ablehnungen hört Demarc von selbst auf, damit das Konto nicht gesperrt wird.',
  },
  'pbx.login-stopped': {
    cause: 'Die Anmeldung wurde zweimal abgelehnt, deshalb versucht Demarc es mit diesem Passwort nicht noch einmal',
    nextStep: 'Geben Sie das richtige Passwort ein; damit wird die Sperre aufgehoben.',
  },
  'pbx.not-supported': {
    cause: 'Diese Art von Telefonanlage kann das nicht',
    nextStep: 'In docs/pbx-families.md steht, was jede Art liefert.',
  },
  'pbx.tls-untrusted': {
    cause: 'Dem Zertifikat der Telefonanlage oder des Verzeichnisses wird nicht vertraut',
    nextStep: 'Hinterlegen Sie in den Einstellungen der Anlage das CA-Zertifikat, das es signiert hat.',
  },
  'pbx.tls-expired': {
    cause: 'Das Zertifikat der Telefonanlage oder des Verzeichnisses ist abgelaufen oder noch nicht gültig',
    nextStep: 'Erneuern Sie dort das Zertifikat und prüfen Sie Datum und Uhrzeit des Gateways.',
  },
  'pbx.tls-name': {
    cause: 'Das Zertifikat der Telefonanlage oder des Verzeichnisses ist auf einen anderen Namen ausgestellt',
    nextStep:
      'Geben Sie den Namen oder die Adresse aus dem Zertifikat ein, oder lassen Sie eines für diesen Namen ausstellen.',
  },
  'pbx.tls-failed': {
    cause: 'Es kam keine verschlüsselte Verbindung zustande',
    nextStep:
      'Prüfen Sie, ob dieser Port TLS anbietet: LDAPS liegt meist auf 636, StartTLS und unverschlüsselt auf 389.',
  },
  'pbx.host-key-unconfirmed': {
    cause:
      'Noch hat niemand bestätigt, dass dies der Hostschlüssel der Telefonanlage ist, deshalb wurde ihr nichts gesendet',
    nextStep:
      'Vergleichen Sie den Fingerabdruck mit der Ausgabe von ssh-keygen -lf auf der Anlage und tragen Sie ihn in deren Einstellungen ein.',
  },
  'pbx.host-key-changed': {
    cause: 'Der Hostschlüssel der Telefonanlage ist nicht der bestätigte',
    nextStep:
      'Wurde die Anlage neu installiert, bestätigen Sie den neuen Fingerabdruck; wenn nicht, sitzt womöglich jemand dazwischen: Machen Sie hier nicht weiter.',
  },
  'ldap.size-limit': {
    cause: 'Das Verzeichnis gibt wegen seiner Größenbegrenzung weniger Einträge heraus, als es hat',
    nextStep:
      'Heben Sie die Begrenzung für dieses Konto an, oder erlauben Sie ihm seitenweise Ergebnisse ohne Gesamtgrenze.',
  },
  'ldap.referral': {
    cause: 'Das Verzeichnis verweist auf einen anderen Server, und Demarc folgt Verweisen nicht',
    nextStep: 'Geben Sie den genannten Server als Host ein, oder eine Basis, die dieser Server selbst hat.',
  },
  'ldap.base-missing': {
    cause: 'Die Suchbasis gibt es im Verzeichnis nicht, oder dieses Konto darf sie nicht sehen',
    nextStep: 'Prüfen Sie die Basis-DN auf Tippfehler und die Rechte des Kontos.',
  },
  'ldap.no-access': {
    cause: 'Das Konto darf diesen Teil des Verzeichnisses nicht lesen',
    nextStep: 'Geben Sie dem Konto das Recht, Einträge und Attribute der Personen zu lesen.',
  },
  'ldap.tls-required': {
    cause: 'Das Verzeichnis nimmt eine Anmeldung nur über eine verschlüsselte Verbindung an',
    nextStep: 'Wählen Sie in den Einstellungen dieser Telefonanlage StartTLS oder LDAPS.',
  },
  'ldap.refused': {
    cause: 'Das Verzeichnis hat die Anfrage abgelehnt',
    nextStep: 'Sehen Sie sich den Grund an, den der Server genannt hat, und sein Protokoll zu dieser Zeit.',
  },
  'ldap.protocol': {
    cause: 'Was von dieser Adresse kam, ist kein gültiges LDAP',
    nextStep:
      'Prüfen Sie, ob Host und Port die des Verzeichnisses sind und TLS so eingestellt ist, wie der Port es erwartet.',
  },
  'ldap.bad-filter': {
    cause: 'Der Suchfilter ist ungültig',
    nextStep: 'Schreiben Sie ihn nach RFC 4515, zum Beispiel (&(objectClass=person)(mail=*)).',
  },
  'ldap.no-mapping': {
    cause: 'Kein Attribut des Verzeichnisses ließ sich als Schlüssel oder Nebenstelle einer Person erkennen',
    nextStep: 'Sagen Sie in den Einstellungen, welches Attribut Nebenstelle, Name und E-Mail-Adresse enthält.',
  },
  'form.no-file': {
    cause: 'Es wurde kein Formularexport gefunden',
    nextStep:
      'Exportieren Sie in der Telefonanlage „User and Services Configuration“ als CSV und legen Sie die Datei in den Ordner.',
  },
  'form.unreadable': {
    cause: 'Der Formularexport ist nicht lesbar',
    nextStep: 'Prüfen Sie, ob der Pfad existiert und das Gateway ihn lesen darf.',
  },
  'form.growing': {
    cause: 'Der Formularexport wird noch geschrieben',
    nextStep: 'Warten Sie, bis Export oder Kopie fertig ist; der nächste Lauf versucht es wieder.',
  },
  'form.truncated': {
    cause: 'Der Formularexport ist abgeschnitten',
    nextStep:
      'Exportieren Sie das Formular noch einmal und kopieren Sie die ganze Datei; ein vollständiger Export endet mit einem Zeilenende.',
  },
  'form.shrunk': {
    cause: 'Der Formularexport ist viel kleiner als der vorige',
    nextStep: 'Prüfen Sie, ob alle Zeilen exportiert wurden; sind die Personen wirklich gegangen, ist nichts zu tun.',
  },
  'form.not-recognised': {
    cause: 'Die Datei hat keine Kopfzeile eines Formulars, das Demarc kennt',
    nextStep:
      'Exportieren Sie „User and Services Configuration“, „Telephone Directory“ oder „Direct Inward Dialing Service“ mit Kopfzeile.',
  },
  'form.bad-csv': {
    cause: 'Der Formularexport ist kein gültiges CSV',
    nextStep:
      'Exportieren Sie das Formular noch einmal und bearbeiten Sie die Datei nicht in einer Tabellenkalkulation.',
  },
  'ssh.protocol': {
    cause: 'Was von dieser Adresse kam, ist kein SSH, oder man kann sich auf keine Form einigen',
    nextStep: 'Prüfen Sie, ob Host und Port die des SSH-Servers der Anlage sind, und sein Protokoll zu dieser Zeit.',
  },
  'ssh.no-password-login': {
    cause: 'Der SSH-Server nimmt für dieses Konto keine Passwörter an',
    nextStep: 'Erlauben Sie auf der Anlage die Anmeldung mit Passwort; das Passwort wurde nicht gesendet.',
  },
  'ssh.refused': {
    cause: 'Der SSH-Server hat die Anmeldung angenommen, führt für dieses Konto aber keine Kommandos aus',
    nextStep: 'Geben Sie dem Konto eine Shell, in der mdsh laufen kann.',
  },
  'ssh.too-much': {
    cause: 'Die Anlage hat weit mehr ausgegeben, als die Antwort auf ein Kommando sein kann',
    nextStep: 'Führen Sie das Kommando auf der Anlage von Hand aus und sehen Sie sich die Ausgabe an.',
  },
  'mdsh.missing': {
    cause: 'Das Konto findet kein Programm mdsh',
    nextStep: 'Prüfen Sie, ob dies der Service Node einer MX-ONE ist und das Konto mdsh ausführen darf.',
  },
  'mdsh.not-accepted': {
    cause: 'Die MX-ONE hat das Kommando nicht angenommen',
    nextStep: 'Führen Sie das Kommando mit diesem Konto von Hand aus; prüfen Sie dessen Rechte und die Version.',
  },
  'mdsh.failed': {
    cause: 'Ein Kommando auf der MX-ONE endete mit einem Fehler',
    nextStep: 'Führen Sie das Kommando mit diesem Konto von Hand aus und lesen Sie, was es sagt.',
  },
  'mdsh.no-table': {
    cause: 'Was die MX-ONE ausgegeben hat, ist nicht die erwartete Tabelle',
    nextStep:
      'Führen Sie das Kommando von Hand aus und senden Sie die Kopfzeilen an den Support; vielleicht ist der Aufbau in dieser Version neu.',
  },
  'csta.protocol': {
    cause: 'Was von dieser Adresse kam, ist kein gültiges CSTA',
    nextStep: 'Prüfen Sie, ob der Port der des CSTA-Dienstes (XML über TCP) ist und der Dienst nicht auf TLS steht.',
  },
  'csta.not-offered': {
    cause: 'Die Telefonanlage bietet diesen CSTA-Dienst nicht an',
    nextStep:
      'Prüfen Sie Version und CSTA-Lizenz; wo die Anlage ihre Telefone nicht auflisten kann, nutzen Sie den Export ihrer Benutzer.',
  },
  'csta.no-access': {
    cause: 'Die Telefonanlage erlaubt diese CSTA-Anfrage nicht',
    nextStep: 'Geben Sie dem Konto des Gateways das Recht auf Third-Party-CTI und lassen Sie seine Adresse zu.',
  },
  'csta.limit': {
    cause: 'Die Telefonanlage hat eine eigene Grenze oder die ihrer CSTA-Lizenzen erreicht',
    nextStep:
      'Sehen Sie auf der Lizenzseite der Anlage nach den CSTA-Sitzungen; andere Anwendungen können sie belegen.',
  },
  'csta.busy': {
    cause: 'Die Telefonanlage ist für die CSTA-Anfrage zu beschäftigt',
    nextStep: 'Es ist nichts zu tun; der nächste Lauf versucht es wieder.',
  },
  'csta.wrong-state': {
    cause: 'Die Telefonanlage kann die CSTA-Anfrage in ihrem jetzigen Zustand nicht beantworten',
    nextStep: 'Versuchen Sie es erneut; wiederholt es sich, starten Sie den CSTA-Dienst der Anlage neu.',
  },
  'csta.refused': {
    cause: 'Die Telefonanlage hat die CSTA-Anfrage abgelehnt',
    nextStep: 'Sehen Sie sich Klasse und Wert an, die sie genannt hat, und ihr Ereignisprotokoll zu dieser Zeit.',
  },
  'csta.not-ready': {
    cause: 'Die Telefonanlage sagt, dass ihr CSTA-Dienst nicht in Betrieb ist',
    nextStep: 'Warten Sie, bis er gestartet ist; prüfen Sie, ob der CSTA-Dienst eingeschaltet ist.',
  },
  'csta.session-refused': {
    cause: 'Die Telefonanlage hat die Anwendungssitzung abgelehnt',
    nextStep:
      'Sehen Sie sich den Grund an; verlangt sie eine Anmeldung, geben Sie einen Benutzer mit dem Recht auf Third-Party-CTI ein.',
  },
  'csta.session-limit': {
    cause: 'Die Telefonanlage hat keine Anwendungssitzung mehr frei',
    nextStep: 'Beenden Sie Sitzungen anderer Anwendungen oder erweitern Sie die Lizenz.',
  },
  'csta.session-ended': {
    cause: 'Die Telefonanlage hat die Anwendungssitzung beendet',
    nextStep: 'Es ist nichts zu tun; der nächste Lauf öffnet eine neue.',
  },
  'export.no-file': {
    cause: 'Es wurde kein Export der Benutzer gefunden',
    nextStep:
      'Exportieren Sie die Benutzer in WebAdmin als CSV und legen Sie die Datei dorthin, wo die Einstellungen dieser Anlage es sagen.',
  },
  'export.not-recognised': {
    cause: 'Der Export der Benutzer hat keine Kopfzeile mit Nummer und Name',
    nextStep: 'Lassen Sie die erste Zeile die Spalten benennen, zum Beispiel Number, Name, E-mail, DDI.',
  },
  'snmp.no-answer': {
    cause: 'Die Telefonanlage beantwortet keine SNMP-Anfragen',
    nextStep:
      'Schalten Sie SNMP auf der Anlage ein, lassen Sie dort die Adresse des Gateways zu und prüfen Sie die Community: Eine falsche bekommt keine Antwort.',
  },
  'snmp.refused': {
    cause: 'Die Telefonanlage hat die SNMP-Anfrage abgelehnt',
    nextStep:
      'Prüfen Sie Benutzer, Passwörter und Verfahren in den Einstellungen sowie die Rechte dieses Benutzers bei SNMP.',
  },
  'snmp.protocol': {
    cause: 'Was von dieser Adresse kam, ist keine gültige SNMP-Antwort',
    nextStep: 'Prüfen Sie, ob der Port der des SNMP-Dienstes der Anlage ist, meist 161.',
  },
  'smdr.layout': {
    cause: 'Die Anrufdatensätze haben einen anderen Aufbau als angegeben',
    nextStep:
      'Vergleichen Sie die Länge eines Datensatzes mit den Einstellungen: 90 ohne, 101, 112, 120 oder etwa 131 mit Zusätzen.',
  },
  'http.protocol': {
    cause: 'Was von dieser Adresse kam, ist keine gültige HTTP-Antwort',
    nextStep: 'Prüfen Sie, ob der Port der der Verwaltungsseite ist, meist 443.',
  },
};
