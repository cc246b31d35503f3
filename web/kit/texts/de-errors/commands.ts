/** Errors of commands, in German. */
export const commandTexts = {
  'command.not-supported': {
    cause: 'Dieses Gateway unterstützt den Befehl nicht',
    nextStep: 'Aktualisieren Sie das Gateway, oder nehmen Sie einen Befehl, den seine Seite anbietet.',
  },
  'command.invalid-arguments': {
    cause: 'Die Angaben zum Befehl haben nicht die erwartete Form',
    nextStep: 'Berichtigen Sie das genannte Feld und erteilen Sie den Befehl noch einmal.',
  },
  'command.deadline-passed': {
    cause: 'Die Zeit für diesen Befehl war abgelaufen',
    nextStep: 'Erteilen Sie ihn noch einmal, wenn er weiterhin gewünscht ist.',
  },
  'command.interrupted': {
    cause: 'Das Gateway hielt an, während der Befehl lief',
    nextStep: 'Sehen Sie sich die Ereignisse des Gateways an und erteilen Sie den Befehl dann noch einmal.',
  },
  'command.canceled': {
    cause: 'Der Befehl wurde abgebrochen',
    nextStep: 'Erteilen Sie ihn noch einmal, wenn er weiterhin gewünscht ist.',
  },
  'command.looping': {
    cause: 'Der Prozess des Gateways endete immer wieder, während er diesen Befehl ausführte',
    nextStep:
      'Sammeln Sie die Protokolle des Gateways und suchen Sie den Grund, bevor Sie den Befehl noch einmal erteilen.',
  },
  'command.busy': {
    cause: 'Das Gateway ist mitten in etwas, das nicht unterbrochen werden darf',
    nextStep:
      'Warten Sie das Ende ab und erteilen Sie den Befehl noch einmal; wer das Recht dazu hat, kann ihn erzwingen.',
  },
  'command.not-rebooted': {
    cause: 'Die Maschine ist nicht neu gestartet: Ihr Kernel läuft noch seit der Zeit vor dem Befehl',
    nextStep:
      'Prüfen Sie, ob das Gateway sein Neustartprogramm ausführen darf (DEMARC_REBOOT_PROGRAM), und erteilen Sie den Befehl noch einmal.',
  },
  'command.not-restarted': {
    cause: 'Der Prozess des Gateways ist nicht neu gestartet',
    nextStep:
      'Sehen Sie im Protokoll des Gateways nach, warum er nicht anhalten konnte, und erteilen Sie den Befehl noch einmal.',
  },
  'command.reboot-failed': {
    cause: 'Das Programm, das die Maschine neu startet, ist gescheitert',
    nextStep:
      'Lesen Sie die Einzelheiten; berichtigen Sie DEMARC_REBOOT_PROGRAM oder die Rechte des Dienstbenutzers auf der Maschine.',
  },
  'command.already-sent': {
    cause: 'Das Gateway hat den Befehl schon, er lässt sich nicht mehr zurückziehen',
    nextStep: 'Warten Sie auf sein Ergebnis; er endet spätestens mit seiner Frist.',
  },
  'command.expired': {
    cause: 'Das Gateway war nicht verbunden, bevor die Zeit für diesen Befehl endete',
    nextStep:
      'Sehen Sie auf der Seite des Gateways nach, warum es offline ist; erteilen Sie den Befehl mit mehr Zeit noch einmal, wenn er weiterhin gewünscht ist.',
  },
  'command.unanswered': {
    cause: 'Das Gateway hat das Ende des Befehls nicht rechtzeitig gemeldet',
    nextStep:
      'Sehen Sie auf der Seite des Gateways nach, ob es online ist und was es meldet, bevor Sie den Befehl noch einmal erteilen.',
  },
  'command.gateway-released': {
    cause: 'Das Gateway wurde freigegeben und gehört zu keinem Konto mehr',
    nextStep: 'Ordnen Sie es erneut zu, bevor Sie ihm Befehle erteilen.',
  },
  'command.final': {
    cause: 'Der Befehl ist bereits beendet',
    nextStep: 'Sehen Sie sich sein Ergebnis an; erteilen Sie einen neuen, wenn Sie einen brauchen.',
  },
};
