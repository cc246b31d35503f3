import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { type Filter, formatFilter, parseFilter } from '#web/kit/filters/grammar.ts';

/** What a list shows, kept in the address, so that it can be sent to somebody and the back button works. */
export interface ListState {
  q: string;
  filters: readonly Filter[];
  sort: string | undefined;
  /** Id of the record whose details are open. */
  open: string | undefined;
  search: (text: string) => void;
  filter: (filters: readonly Filter[]) => void;
  order: (sort: string | undefined) => void;
  show: (id: string | undefined) => void;
}

export function useListState(defaultSort?: string): ListState {
  const [params, setParams] = useSearchParams();
  const edit = useCallback(
    (name: string, values: readonly string[], replace: boolean) =>
      setParams(
        (old) => {
          const next = new URLSearchParams(old);
          next.delete(name);
          for (const value of values) next.append(name, value);
          return next;
        },
        { replace },
      ),
    [setParams],
  );
  const search = useCallback((text: string) => edit('q', text === '' ? [] : [text], true), [edit]);
  return useMemo(
    () => ({
      q: (params.get('q') ?? '').slice(0, 200),
      filters: params.getAll('filter').flatMap((text) => parseFilter(text) ?? []),
      sort: params.get('sort') ?? defaultSort,
      open: params.get('open') || undefined,
      search,
      filter: (filters) => edit('filter', filters.map(formatFilter), false),
      order: (sort) => edit('sort', sort === undefined ? [] : [sort], true),
      show: (id) => edit('open', id === undefined ? [] : [id], false),
    }),
    [params, defaultSort, edit, search],
  );
}

/** The state as the API's query. */
export const listQuery = (state: ListState) => ({
  q: state.q.trim() === '' ? undefined : state.q.trim(),
  filter: state.filters.map(formatFilter),
  sort: state.sort,
});
