/** Errors of a user sync, in German. */
export const syncTexts = {
  'sync.empty': {
    cause: 'Die Telefonanlage hat überhaupt keine Benutzer geliefert',
    nextStep: 'Es wurde nichts entfernt. Prüfen Sie die Suchbasis und die Rechte des lesenden Kontos.',
  },
  'sync.held': {
    cause: 'Der Abgleich würde mehr Benutzer entfernen, als die Grenze erlaubt',
    nextStep:
      'Sehen Sie sich die Liste an und bestätigen Sie das Entfernen, oder lehnen Sie ab, um die Benutzer zu behalten.',
  },
  'sync.busy': {
    cause: 'Ein Abgleich dieser Telefonanlage läuft bereits',
    nextStep: 'Warten Sie, bis er endet; sein Ergebnis wird angezeigt.',
  },
  'sync.unknown-hold': {
    cause: 'Dieser angehaltene Abgleich ist nicht mehr der aktuelle',
    nextStep: 'Sehen Sie sich den letzten angehaltenen Abgleich dieser Anlage an und entscheiden Sie über diesen.',
  },
  'sync.unknown-pbx': {
    cause: 'Das Gateway hat keine Telefonanlage mit dieser Kennung',
    nextStep: 'Laden Sie die Seite des Gateways neu; die Anlage wurde vielleicht vor Ort entfernt.',
  },
  'sync.kept': {
    cause: 'Benutzer, die nicht mehr in der Telefonanlage sind, werden behalten, wie es jemand entschieden hat',
    nextStep: 'Es ist nichts zu tun. Nehmen Sie sie wieder in die Anlage auf, sind sie wieder gewöhnliche Benutzer.',
  },
  'sync.deadline': {
    cause: 'Der Abgleich hat länger gedauert, als er darf',
    nextStep:
      'Es wurde nichts geändert. Prüfen Sie, ob die Anlage langsam antwortet; der nächste Lauf versucht es wieder.',
  },
  'sync.canceled': {
    cause: 'Der Abgleich wurde vor seinem Ende angehalten',
    nextStep: 'Es wurde nichts geändert; der nächste Lauf beginnt von vorn.',
  },
};
