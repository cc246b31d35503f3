/** Errors of importing users from a spreadsheet, in German. */
export const importTexts = {
  'import.not-a-spreadsheet': {
    cause: 'Die Datei ist weder eine Excel-Arbeitsmappe (.xlsx) noch eine CSV-Datei',
    nextStep: 'Speichern Sie das Blatt als .xlsx oder als CSV UTF-8, ohne Passwort, und laden Sie diese Datei hoch.',
  },
  'import.macros': {
    cause: 'Die Arbeitsmappe enthält Makros; solche werden nicht angenommen',
    nextStep: 'Speichern Sie sie als Arbeitsmappe ohne Makros (.xlsx) und laden Sie diese Datei hoch.',
  },
  'import.damaged': {
    cause: 'Die Datei ist beschädigt oder nicht vollständig',
    nextStep:
      'Öffnen Sie sie in einer Tabellenkalkulation, speichern Sie sie noch einmal und laden Sie die neue Datei hoch.',
  },
  'import.encoding': {
    cause: 'Die CSV-Datei ist nicht in UTF-8; Buchstaben mit Akzenten und Umlaute gingen verloren',
    nextStep: 'Speichern Sie sie als „CSV UTF-8“ oder als .xlsx und laden Sie diese Datei hoch.',
  },
  'import.too-large': {
    cause: 'Die Arbeitsmappe ist entpackt größer als erlaubt',
    nextStep: 'Kopieren Sie nur die Zeilen der Benutzer in die Vorlage und laden Sie diese Datei hoch.',
  },
  'import.too-many-rows': {
    cause: 'Das Blatt hat mehr Zeilen, als auf einmal angenommen werden',
    nextStep: 'Teilen Sie das Blatt in Dateien mit je höchstens 10.000 Zeilen.',
  },
  'import.wrong-sheet': {
    cause: 'Kein Blatt hat die Überschriften EMAIL und FIRST NAME, LAST NAME oder NAME',
    nextStep: 'Nehmen Sie die Vorlage, oder schreiben Sie deren Überschriften über die Spalten.',
  },
  'import.empty': {
    cause: 'Es gibt Überschriften, aber keine Zeilen darunter',
    nextStep: 'Füllen Sie mindestens eine Zeile aus und laden Sie die Datei noch einmal hoch.',
  },
  'import.busy': {
    cause: 'Der Import wird gerade angewendet',
    nextStep: 'Warten Sie, bis er fertig ist; die übrigen Zeilen lassen sich dann berichtigen.',
  },
};
