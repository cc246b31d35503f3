import { Button, Checkbox, Group, NativeSelect, Skeleton, Stack, Text } from '@mantine/core';
import {
  type ColumnDef,
  columnOrderingFeature,
  columnVisibilityFeature,
  type Header,
  rowSelectionFeature,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { count } from '../format/numbers.ts';
import { Icon } from '../icons.tsx';
import { ErrorPanel } from '../panels.tsx';
import { kitText } from '../texts/index.ts';
import type { ColumnState } from './column-state.ts';
import { fromSorting, toSorting } from './sort.ts';

/** A column of a list. `sort` is the API's field for it, where the API sorts by it. */
export interface Column<T> {
  id: string;
  header: string;
  cell: (row: T) => ReactNode;
  sort?: string;
  fixed?: boolean;
  hiddenByDefault?: boolean;
  align?: 'end';
  /** Long text that may break into lines. */
  wrap?: boolean;
}

/** What the table needs of a paged query. */
export interface Paged<T> {
  rows: readonly T[];
  total: number | undefined;
  loading: boolean;
  error: unknown;
  more: boolean;
  loadingMore: boolean;
  loadMore: () => void;
  retry: () => void;
}

export interface DataTableProps<T> {
  label: string;
  columns: readonly Column<T>[];
  columnState: ColumnState;
  page: Paged<T>;
  rowId: (row: T) => string;
  /** The API's sort word, `field` or `-field`. */
  sort: string | undefined;
  onSort: (sort: string | undefined) => void;
  /** Shown when there is nothing: a sentence and the next step. */
  empty: ReactNode;
  filtered: boolean;
  chosen?: string | undefined;
  /** Loads more by itself as the end comes into view; at the end it says this. */
  endless?: string | undefined;
  /** Heading over an error. */
  failed?: string | undefined;
  selection?: { ids: ReadonlySet<string>; onChange: (ids: ReadonlySet<string>) => void; name: (row: T) => string };
}

const features = tableFeatures({
  rowSortingFeature,
  columnVisibilityFeature,
  columnOrderingFeature,
  rowSelectionFeature,
});
type Features = typeof features;

/** A list with sort, columns, selection and loading in pages; below 720 px every row becomes a card. */
export function DataTable<T extends object>(props: DataTableProps<T>) {
  const { columns, columnState, page, selection } = props;
  const defs = useMemo(
    () =>
      columns.map(
        (column): ColumnDef<Features, T> => ({
          id: column.id,
          header: column.header,
          accessorFn: column.cell,
          enableSorting: column.sort !== undefined,
        }),
      ),
    [columns],
  );
  const data = useMemo(() => [...page.rows], [page.rows]);
  const table = useTable<Features, T>({
    features,
    columns: defs,
    data,
    getRowId: props.rowId,
    manualSorting: true,
    enableMultiSort: false,
    enableRowSelection: selection !== undefined,
    state: {
      sorting: toSorting(props.sort, columns),
      columnOrder: columnState.order,
      columnVisibility: Object.fromEntries(columnState.hidden.map((id) => [id, false])),
      rowSelection: Object.fromEntries([...(selection?.ids ?? [])].map((id) => [id, true as const])),
    },
    onSortingChange: (update) => {
      const now = toSorting(props.sort, columns);
      props.onSort(fromSorting(typeof update === 'function' ? update(now) : update, columns));
    },
    onRowSelectionChange: (update) => {
      const now = Object.fromEntries([...(selection?.ids ?? [])].map((id) => [id, true as const]));
      const next = typeof update === 'function' ? update(now) : update;
      selection?.onChange(new Set(Object.keys(next).filter((id) => next[id])));
    },
  });

  const end = useInView(() => {
    if (!page.loadingMore && !page.error) page.loadMore();
  });
  if (page.error !== null && page.error !== undefined && page.rows.length === 0) {
    return (
      <Stack gap="xs" align="stretch">
        <ErrorPanel error={page.error} title={props.failed} onRetry={page.retry} closable />
        <Group>
          <Text size="sm" c="dimmed">
            {kitText.notLoaded}
          </Text>
          <Button size="xs" variant="default" onClick={page.retry}>
            {kitText.loadAgain}
          </Button>
        </Group>
      </Stack>
    );
  }
  if (!page.loading && page.rows.length === 0) return <Empty filtered={props.filtered}>{props.empty}</Empty>;
  const columnOf = new Map(columns.map((column) => [column.id, column]));
  const shown = table.getVisibleLeafColumns();
  return (
    <Stack gap="xs">
      <NarrowSort columns={columns} sort={props.sort} onSort={props.onSort} />
      <div className="dk-table-frame" role="region" aria-label={props.label} tabIndex={0} aria-busy={page.loading}>
        <table className="dk-table" role="table">
          <thead role="rowgroup">
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id} role="row">
                {selection && (
                  <th role="columnheader" scope="col">
                    <span>
                      <Checkbox
                        size="xs"
                        aria-label={kitText.selectAll}
                        checked={table.getIsAllRowsSelected()}
                        indeterminate={table.getIsSomeRowsSelected() && !table.getIsAllRowsSelected()}
                        onChange={table.getToggleAllRowsSelectedHandler()}
                      />
                    </span>
                  </th>
                )}
                {group.headers.map((header) => (
                  <HeaderCell key={header.id} header={header} align={columnOf.get(header.column.id)?.align} />
                ))}
              </tr>
            ))}
          </thead>
          <tbody role="rowgroup">
            {page.loading ? (
              <SkeletonRows columns={shown.length + (selection ? 1 : 0)} />
            ) : (
              table.getRowModel().rows.map((row) => (
                <tr key={row.id} role="row" data-chosen={row.id === props.chosen}>
                  {selection && (
                    <td role="cell" data-label="">
                      <Checkbox
                        size="xs"
                        aria-label={kitText.selectRow(selection.name(row.original))}
                        checked={row.getIsSelected()}
                        onChange={row.getToggleSelectedHandler()}
                      />
                    </td>
                  )}
                  {shown.map(({ id }) => {
                    const column = columnOf.get(id);
                    if (column === undefined) return null;
                    return (
                      <td
                        key={id}
                        role="cell"
                        data-label={column.header}
                        data-align={column.align}
                        className={column.wrap ? 'dk-wrap' : undefined}
                      >
                        <div>{column.cell(row.original)}</div>
                      </td>
                    );
                  })}
                </tr>
              ))
            )}
          </tbody>
        </table>
        {/* Inside the frame, which scrolls; made anew with every page, so that an end that stays in view is seen again. */}
        {props.endless !== undefined && page.more && <div key={page.rows.length} ref={end} className="dk-end" />}
      </div>
      <Foot page={page} endless={props.endless} failed={props.failed} />
    </Stack>
  );
}

function HeaderCell<T extends object>(props: { header: Header<Features, T>; align: 'end' | undefined }) {
  const { column } = props.header;
  const direction = column.getIsSorted();
  const title = String(column.columnDef.header);
  const sorted = direction === 'asc' ? 'ascending' : direction === 'desc' ? 'descending' : 'none';
  return (
    <th role="columnheader" scope="col" data-align={props.align} aria-sort={column.getCanSort() ? sorted : undefined}>
      {column.getCanSort() ? (
        <button type="button" onClick={column.getToggleSortingHandler()}>
          {title}
          <Icon name={direction === 'asc' ? 'up' : direction === 'desc' ? 'down' : 'sort'} size={12} />
        </button>
      ) : (
        <span>{title}</span>
      )}
    </th>
  );
}

/** Cards have no header to click, so that narrow screens get a list of orders. */
function NarrowSort<T>(props: Pick<DataTableProps<T>, 'columns' | 'sort' | 'onSort'>) {
  const sortable = props.columns.flatMap((column) =>
    column.sort === undefined
      ? []
      : [
          { value: column.sort, label: `${column.header}, ${kitText.sortedUp}` },
          { value: `-${column.sort}`, label: `${column.header}, ${kitText.sortedDown}` },
        ],
  );
  if (sortable.length === 0) return null;
  return (
    <NativeSelect
      className="dk-narrow-only"
      label={kitText.sortBy}
      value={props.sort ?? ''}
      data={[{ value: '', label: kitText.standardOrder }, ...sortable]}
      onChange={(event) => props.onSort(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
    />
  );
}

const SkeletonRows = (props: { columns: number }) =>
  Array.from({ length: 8 }, (_, row) => (
    <tr key={row} role="row">
      {Array.from({ length: props.columns }, (_, column) => (
        <td key={column} role="cell" data-label="">
          <Skeleton height={14} width={`${55 + ((row * 7 + column * 13) % 40)}%`} />
        </td>
      ))}
    </tr>
  ));

const Empty = (props: { filtered: boolean; children: ReactNode }) => (
  <div className="dk-panel" role="status">
    <Text fw={600}>{props.filtered ? kitText.noMatch : kitText.nothing}</Text>
    <Text size="sm" c="dimmed" component="div">
      {props.filtered ? kitText.noMatchNext : props.children}
    </Text>
  </div>
);

/** Calls back whenever the element that gets the ref comes into view, and after each rendering in which it is. */
function useInView(reached: () => void): (element: Element | null) => void {
  const [element, setElement] = useState<Element | null>(null);
  useEffect(() => {
    if (element === null) return undefined;
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) reached();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [element, reached]);
  return setElement;
}

function Foot<T>(props: { page: Paged<T>; endless: string | undefined; failed: string | undefined }) {
  const { page, endless } = props;
  return (
    <Stack gap="xs">
      {page.error !== null && page.error !== undefined && (
        <ErrorPanel error={page.error} title={props.failed} onRetry={page.retry} closable />
      )}
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed" role="status">
          {page.loading
            ? kitText.loading
            : kitText.shownOf(count(page.rows.length), count(page.total ?? page.rows.length))}
        </Text>
        {endless !== undefined && !page.more && !page.loading && (
          <Text size="sm" c="dimmed">
            {endless}
          </Text>
        )}
        {page.more && (
          <Button variant="default" size="xs" loading={page.loadingMore} onClick={page.loadMore}>
            {kitText.loadMore}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
