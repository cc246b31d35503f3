/** Errors of SIP trunks, in German. */
export const trunkTexts = {
  'trunk.incomplete': {
    cause: 'Dem Trunk fehlt ein Wert, der zum Einrichten in der Telefonanlage nötig ist',
    nextStep: 'Füllen Sie das genannte Feld aus und versuchen Sie es erneut.',
  },
  'trunk.unsafe-value': {
    cause: 'Ein Wert des Trunks enthält Zeichen, die in einem Kommando der Telefonanlage nicht stehen dürfen',
    nextStep:
      'Verwenden Sie im genannten Feld Buchstaben, Ziffern und . _ - @ : +, oder richten Sie den Trunk nach dem Arbeitsblatt ein.',
  },
  'trunk.name-taken': {
    cause: 'Ein anderer Trunk dieses Kontos hat diesen Namen bereits',
    nextStep: 'Wählen Sie einen anderen Namen.',
  },
  'trunk.too-many': {
    cause: 'Das Gateway hat so viele Trunks, wie es haben kann',
    nextStep: 'Löschen Sie Trunks, die nicht mehr benutzt werden, oder nehmen Sie ein anderes Gateway.',
  },
  'trunk.unknown': {
    cause: 'Das Gateway kennt keinen solchen Trunk',
    nextStep:
      'Warten Sie, bis das Gateway online ist und seine Einstellungen übernommen hat, und versuchen Sie es erneut.',
  },
  'trunk.no-pilot-number': {
    cause: 'Der Trunk hat keine Testrufnummer, es gibt also nichts anzurufen',
    nextStep: 'Bearbeiten Sie den Trunk und geben Sie seine Testrufnummer ein.',
  },
  'trunk.name-unknown': {
    cause: 'Der Name der Gegenseite führt zu keiner Adresse',
    nextStep: 'Prüfen Sie die Schreibweise des Hostnamens, und ob die Nameserver dieses Standorts ihn kennen.',
  },
  'trunk.dns-failed': {
    cause: 'Die Nameserver dieses Standorts antworten nicht',
    nextStep: 'Prüfen Sie die Nameserver in den Netzwerkeinstellungen des Gateways, und ob sie erreichbar sind.',
  },
  'trunk.no-service': {
    cause: 'Laut DNS bietet die Gegenseite über diesen Transport kein SIP an',
    nextStep:
      'Wählen Sie einen anderen Transport, oder fragen Sie den Betreiber der Gegenseite nach dem richtigen Namen.',
  },
  'trunk.port-closed': {
    cause: 'Auf diesem Port der Gegenseite hört nichts, oder eine Firewall weist ab',
    nextStep:
      'Prüfen Sie die Portnummer, ob SIP über diesen Transport dort eingeschaltet ist, und die Firewall dazwischen.',
  },
  'trunk.port-filtered': {
    cause: 'Die Gegenseite antwortet auf diesem Port nicht: Sehr wahrscheinlich verwirft eine Firewall die Pakete',
    nextStep:
      'Erlauben Sie diesen Port in beiden Richtungen zwischen Gateway und Gegenseite und versuchen Sie es erneut.',
  },
  'trunk.unreachable': {
    cause: 'Es gibt keinen Weg zur Adresse der Gegenseite',
    nextStep: 'Prüfen Sie die Adresse, den Router dieses Standorts und ob die Gegenseite eingeschaltet ist.',
  },
  'trunk.not-tls': {
    cause: 'Der Port spricht kein TLS',
    nextStep: 'Prüfen Sie den Port: SIP über TLS hat meist 5061, und 5060 ist SIP ohne Verschlüsselung.',
  },
  'trunk.ca-unknown': {
    cause: 'Das Zertifikat der Gegenseite kommt von einer Zertifizierungsstelle, der das Gateway nicht vertraut',
    nextStep: 'Lassen Sie das Zertifikat dieser Stelle für diesen Trunk auf dem Gateway installieren.',
  },
  'trunk.certificate-self-signed': {
    cause: 'Die Gegenseite zeigt ein Zertifikat, das sie selbst signiert hat',
    nextStep:
      'Installieren Sie auf der Gegenseite das Zertifikat einer Zertifizierungsstelle, oder lassen Sie diesem hier für den Trunk auf dem Gateway vertrauen.',
  },
  'trunk.intermediate-missing': {
    cause:
      'Die Gegenseite sendet das Zwischenzertifikat nicht, das ihr eigenes mit einer Zertifizierungsstelle verbindet',
    nextStep: 'Installieren Sie auf der Gegenseite die ganze Kette: ihr Zertifikat und danach die Zwischenzertifikate.',
  },
  'trunk.certificate-expired': {
    cause: 'Das Zertifikat der Gegenseite ist abgelaufen',
    nextStep:
      'Erneuern Sie es auf der Gegenseite; sollte es noch gültig sein, vergleichen Sie die Uhren von Gateway und Gegenseite.',
  },
  'trunk.certificate-not-yet-valid': {
    cause: 'Das Zertifikat der Gegenseite ist noch nicht gültig',
    nextStep: 'Vergleichen Sie die Uhren von Gateway und Gegenseite.',
  },
  'trunk.certificate-expires-soon': {
    cause: 'Das Zertifikat der Gegenseite läuft bald ab',
    nextStep: 'Erneuern Sie es auf der Gegenseite vor diesem Tag, sonst fällt der Trunk mit ihm aus.',
  },
  'trunk.certificate-name': {
    cause:
      'Das Zertifikat der Gegenseite ist auf einen anderen Namen ausgestellt als den, auf den der Trunk eingestellt ist',
    nextStep:
      'Stellen Sie den Trunk auf einen Namen aus dem Zertifikat ein, oder installieren Sie auf der Gegenseite eines mit dem Namen des Trunks.',
  },
  'trunk.tls-ours-refused': {
    cause: 'Die Gegenseite lehnt die TLS-Versionen ab, die das Gateway anbietet (1.2 und 1.3)',
    nextStep: 'Erlauben Sie auf der Gegenseite TLS 1.2 oder 1.3.',
  },
  'trunk.tls-too-old': {
    cause: 'Die Gegenseite spricht nur TLS-Versionen vor 1.2, die nicht mehr sicher sind',
    nextStep: 'Schalten Sie auf der Gegenseite TLS 1.2 oder neuer ein, oder aktualisieren Sie ihre Software.',
  },
  'trunk.client-certificate-missing': {
    cause: 'Die Gegenseite verlangt ein Zertifikat des Gateways (gegenseitiges TLS) und bekam keines',
    nextStep:
      'Installieren Sie das Client-Zertifikat dieses Trunks auf dem Gateway, oder schalten Sie gegenseitiges TLS auf der Gegenseite aus.',
  },
  'trunk.client-certificate-refused': {
    cause: 'Die Gegenseite nimmt das Zertifikat nicht an, das das Gateway gezeigt hat',
    nextStep:
      'Prüfen Sie auf der Gegenseite, ob sie der ausstellenden Zertifizierungsstelle vertraut, und ob es nicht abgelaufen ist.',
  },
  'trunk.closed-after-handshake': {
    cause: 'Die Gegenseite hat den TLS-Handshake angenommen und die Verbindung dann wortlos beendet',
    nextStep:
      'So lehnen viele Systeme ein Zertifikat ab, das ein Client nicht benutzen darf: Prüfen Sie dessen erweiterte Schlüsselverwendung, dann ob die Gegenseite unsere Adresse zulässt.',
  },
  'trunk.tls-failed': {
    cause: 'TLS mit der Gegenseite ist gescheitert',
    nextStep:
      'Vergleichen Sie die TLS-Einstellungen der Gegenseite (Versionen, Verfahren, Zertifikat) mit den gezeigten Einzelheiten.',
  },
  'trunk.connection-lost': {
    cause: 'Die Gegenseite hat die Verbindung beendet, bevor sie geantwortet hat',
    nextStep:
      'Prüfen Sie auf der Gegenseite, ob sie die Adresse des Gateways zulässt, und ihr Protokoll zu dieser Zeit.',
  },
  'trunk.not-sip': {
    cause: 'Was auf diesem Port antwortet, spricht kein SIP',
    nextStep: 'Prüfen Sie Adresse und Port der Gegenseite.',
  },
  'trunk.silent': {
    cause: 'Die Gegenseite gibt auf SIP-Anfragen keine Antwort',
    nextStep:
      'Prüfen Sie den Transport, die Domäne, die die Gegenseite erwartet, und die Firewall; ein SIP-Helfer (ALG) in einem Router sollte aus sein. Versuchen Sie statt UDP auch TCP oder TLS.',
  },
  'trunk.credentials-missing': {
    cause: 'Die Gegenseite fragt nach Benutzername und Passwort, und das Gateway hat für diesen Trunk kein Passwort',
    nextStep: 'Geben Sie das Passwort des Trunks am Gateway ein: demarc trunk-access.',
  },
  'trunk.credentials-refused': {
    cause: 'Die Gegenseite lehnt Benutzername oder Passwort ab',
    nextStep:
      'Vergleichen Sie Benutzername, Passwort und Realm auf beiden Seiten. Es wird nicht weiter versucht, damit nichts gesperrt wird.',
  },
  'trunk.not-registered': {
    cause: 'Benutzername und Passwort stimmen, aber im Augenblick ist damit bei der Gegenstelle niemand registriert',
    nextStep: 'Sehen Sie auf der Telefonanlage nach, ob ihre Registrierung eingeschaltet ist und an wen sie geht.',
  },
  'trunk.algorithm-unsupported': {
    cause: 'Die Gegenseite verlangt eine Anmeldung mit einem Verfahren, das hier nicht unterstützt wird',
    nextStep: 'Schalten Sie auf der Gegenseite Digest mit MD5, SHA-256 oder SHA-512-256 ein.',
  },
  'trunk.forbidden': {
    cause: 'Die Gegenseite kennt die Anfrage und verbietet sie',
    nextStep:
      'Lassen Sie bei der Gegenstelle die öffentliche Adresse und den Namen des Gateways zu, und dort auch die Rufnummer des Anrufers.',
  },
  'trunk.number-refused': {
    cause: 'Die Gegenseite kennt die Rufnummer nicht, oder ihr missfällt, wie sie geschrieben ist',
    nextStep:
      'Vergleichen Sie die Rufnummer, wie sie gesendet wurde, mit dem, was die Gegenseite erwartet; am häufigsten liegt es am Pluszeichen.',
  },
  'trunk.timeout-remote': {
    cause: 'Die Gegenseite hat auf jemanden hinter ihr gewartet und aufgegeben (408 von der Gegenseite)',
    nextStep: 'Sehen Sie hinter die Gegenseite: Sie ist erreichbar, und wohin sie weiterleitet, antwortet nicht.',
  },
  'trunk.media-refused': {
    cause: 'Die Gegenseite nimmt keinen der angebotenen Codecs oder keine der Medienarten an',
    nextStep:
      'Vergleichen Sie die angebotenen Codecs mit denen, die die Gegenseite erlaubt, und ob sie auf verschlüsseltem Ton besteht.',
  },
  'trunk.extension-required': {
    cause: 'Die Gegenseite besteht auf einer SIP-Erweiterung, die die andere Seite nicht hat',
    nextStep:
      'Stellen Sie diese Erweiterung (sie steht in den Einzelheiten) auf der Gegenseite von „erforderlich“ auf „unterstützt“.',
  },
  'trunk.session-timer': {
    cause: 'Der Gegenseite ist der Sitzungszeitgeber zu kurz, selbst mit ihrer eigenen Untergrenze',
    nextStep: 'Vergleichen Sie die Sitzungszeitgeber beider Seiten.',
  },
  'trunk.interval-too-brief': {
    cause: 'Der Gegenseite ist die Dauer der Registrierung zu kurz, selbst mit ihrer eigenen Untergrenze',
    nextStep: 'Stellen Sie eine längere Registrierungsdauer ein.',
  },
  'trunk.callee-busy': {
    cause: 'Der Trunk funktioniert bis zur angerufenen Nummer; dort ist besetzt, oder niemand hebt ab',
    nextStep: 'Rufen Sie noch einmal an, oder stellen Sie eine Testrufnummer ein, die immer antwortet.',
  },
  'trunk.dialog-lost': {
    cause: 'Die Gegenseite kennt den Anruf nicht mehr',
    nextStep:
      'Suchen Sie nach einem Neustart oder dem Wechsel auf ein Ersatzsystem auf der Gegenseite mitten im Anruf.',
  },
  'trunk.loop': {
    cause: 'Die Anfrage läuft im Kreis: Beide Seiten senden sie einander zu',
    nextStep: 'Folgen Sie der Rufnummer durch die Routen beider Seiten; eine davon muss sie beenden.',
  },
  'trunk.overloaded': {
    cause: 'Die Gegenseite ist überlastet, in Wartung oder hat keinen freien Kanal',
    nextStep:
      'Versuchen Sie es nach der Zeit, die die Gegenseite nennt, erneut; bleibt es so, vergleichen Sie die Zahl der gebuchten Kanäle.',
  },
  'trunk.peer-failed': {
    cause: 'Die Gegenseite ist an sich selbst gescheitert',
    nextStep: 'Sehen Sie in das Protokoll der Gegenseite zu dieser Zeit.',
  },
  'trunk.redirected': {
    cause: 'Die Gegenseite verweist an eine andere Adresse',
    nextStep: 'Stellen Sie den Trunk auf die in den Einzelheiten genannte Adresse ein, wenn sie richtig ist.',
  },
  'trunk.refused': {
    cause: 'Die Gegenseite lehnt die Anfrage ab',
    nextStep:
      'Der Grund in ihren eigenen Worten steht in den Einzelheiten; schlagen Sie ihn in der Dokumentation der Gegenseite nach.',
  },
  'trunk.options-unsupported': {
    cause: 'Die Gegenseite ist da und beantwortet OPTIONS nicht als Lebenszeichen',
    nextStep: 'Es ist nichts zu tun; stellen Sie die Überwachung des Trunks so ein, dass jede Antwort zählt.',
  },
  'trunk.no-audio': {
    cause: 'Der Anruf wurde angenommen, und in keiner Richtung kam Ton durch',
    nextStep:
      'Öffnen Sie den Bereich der RTP-Ports in beiden Richtungen zwischen dem Gateway und der Adresse des Tons.',
  },
  'trunk.audio-not-received': {
    cause: 'Ton nur in einer Richtung: Die Gegenstelle bekommt unseren, und es kommt nichts zurück',
    nextStep:
      'Lassen Sie RTP von der Adresse des Tons herein; prüfen Sie, ob NAT dazwischenliegt und welche Adresse das Gateway nennen soll.',
  },
  'trunk.audio-not-heard': {
    cause: 'Ton nur in einer Richtung: Wir bekommen den der Gegenstelle, und sie meldet, dass sie keinen bekommt',
    nextStep: 'Lassen Sie RTP zur Adresse des Tons hinaus; prüfen Sie, ob diese Adresse von hier erreichbar ist.',
  },
  'trunk.audio-private-address': {
    cause: 'Die Gegenstelle nennt für ihren Ton eine private Adresse, die von hier nicht erreichbar ist',
    nextStep: 'Stellen Sie auf der Gegenseite die öffentliche Adresse oder die Hilfe für NAT ein.',
  },
  'trunk.audio-encrypted': {
    cause: 'Die Gegenstelle will verschlüsselten Ton einer Art, die ein Testanruf nicht beherrscht',
    nextStep:
      'Die Signalisierung ist so weit bewiesen; prüfen Sie den Ton mit einem Anruf von einem Telefon der Anlage.',
  },
  'trunk.call-dropped': {
    cause: 'Die Gegenstelle hat mitten im Testanruf aufgelegt',
    nextStep: 'Sehen Sie sich den Grund in den Einzelheiten an, und was unter der Testrufnummer antwortet.',
  },
  'trunk.by-hand': {
    cause: 'Diese Telefonanlage hat keine Kommandozeile, über die Demarc einen Trunk einrichten könnte',
    nextStep: 'Laden Sie das Arbeitsblatt des Trunks herunter und richten Sie ihn danach in der Telefonanlage ein.',
  },
  'trunk.no-password': {
    cause: 'Der Trunk meldet sich mit einem Passwort an, und das Gateway hat keines für ihn',
    nextStep: 'Geben Sie das Passwort des Trunks am Gateway ein: demarc trunk-access.',
  },
  'trunk.foreign-route': {
    cause:
      'Die Routennummer wird in der Telefonanlage von etwas benutzt, das Demarc nicht angelegt hat oder das seither geändert wurde',
    nextStep:
      'Wählen Sie eine freie Routennummer, oder entfernen Sie die Route in der Anlage, wenn niemand sie braucht.',
  },
  'trunk.number-in-use': {
    cause: 'Die Testrufnummer wird in der Telefonanlage für etwas anderes benutzt',
    nextStep: 'Wählen Sie eine andere Testrufnummer, oder machen Sie sie in der Anlage frei.',
  },
  'trunk.plan-outdated': {
    cause:
      'Die Telefonanlage oder die Einstellungen des Trunks haben sich seit dem Vergleich geändert, deshalb wurde nichts geschrieben',
    nextStep:
      'Vergleichen Sie noch einmal mit der Anlage, sehen Sie sich an, was sich ändern würde, und richten Sie es ein.',
  },
  'trunk.set-elsewhere': {
    cause: 'Der Trunk ist noch in der Telefonanlage eingerichtet, zu der er vorher gehörte',
    nextStep: 'Entfernen Sie ihn zuerst aus jener Anlage und richten Sie ihn dann in dieser ein.',
  },
  'trunk.busy': {
    cause: 'Ein Trunk dieser Telefonanlage wird gerade geändert',
    nextStep: 'Warten Sie, bis das beendet ist, und versuchen Sie es erneut.',
  },
  'trunk.not-there': {
    cause: 'Die Telefonanlage zeigt nicht, was geschrieben wurde',
    nextStep:
      'Sehen Sie sich den Schritt in der Anlage an: Vielleicht fehlt eine Lizenz, eine Grenze ist erreicht, oder die Version will andere Werte.',
  },
  'trunk.undone': {
    cause: 'Die Änderung ging nicht durch, und die Telefonanlage ist, wie sie vorher war',
    nextStep:
      'Sehen Sie sich den genannten Schritt und seinen Grund an, bringen Sie ihn in Ordnung und vergleichen Sie dann noch einmal.',
  },
  'trunk.half-done': {
    cause: 'Die Änderung ging nicht durch und konnte nicht ganz zurückgenommen werden',
    nextStep:
      'Sehen Sie sich in der Anlage an, was genannt ist. Ist sie erreichbar und benutzt sonst niemand die Route, richten Sie den Trunk noch einmal ein oder entfernen Sie ihn: Demarc nimmt zuerst zurück, was übrig ist.',
  },
  'trunk.not-kept': {
    cause: 'Die Änderung wirkt, aber die Telefonanlage hat sie nicht gesichert: Ein Neustart würde sie verlieren',
    nextStep: 'Richten Sie den Trunk noch einmal ein, das sichert sie, oder führen Sie auf der Anlage data_backup aus.',
  },
};
