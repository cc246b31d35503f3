import { useState } from 'react';
import { parseJson } from '../api/api-error.ts';
import { type ColumnState, type ColumnTraits, restoreColumns } from './column-state.ts';

/** The columns of one table as this person has set them, kept by this browser. */
export function useColumns(
  storageKey: string,
  columns: readonly ColumnTraits[],
): [ColumnState, (state: ColumnState) => void] {
  const [state, setState] = useState(() => restoreColumns(parseJson(localStorage.getItem(storageKey) ?? ''), columns));
  const change = (next: ColumnState) => {
    setState(next);
    localStorage.setItem(storageKey, JSON.stringify(next));
  };
  return [state, change];
}
