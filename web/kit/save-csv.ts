import { saveBlob } from './save-blob.ts';

/** Hands a CSV document to the browser as a file; the mark at its start tells spreadsheets that it is UTF-8. */
export const saveCsv = (name: string, csv: string): void =>
  saveBlob(name, new Blob(['\uFEFF', csv], { type: 'text/csv;charset=utf-8' }));
