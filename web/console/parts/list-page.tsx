import { Button, Group, Stack } from '@mantine/core';
import { Fragment, type ReactNode, useState } from 'react';
import type { z } from 'zod';
import { type Query, withQuery } from '#web/kit/api/client.ts';
import { FilterBar } from '#web/kit/filters/filter-bar.tsx';
import type { FilterField } from '#web/kit/filters/grammar.ts';
import { Icon } from '#web/kit/icons.tsx';
import { PageHeader } from '#web/kit/panels.tsx';
import { SearchBox } from '#web/kit/search-box.tsx';
import { ColumnChooser } from '#web/kit/table/column-chooser.tsx';
import { type Column, DataTable } from '#web/kit/table/data-table.tsx';
import { useColumns } from '#web/kit/table/use-columns.ts';
import { useAccount } from '../data/account.tsx';
import { type Resource, useList, useOne } from '../data/list.ts';
import { type ListState, listQuery } from '../data/list-state.ts';
import { useMe } from '../data/me.tsx';
import { text } from '../texts/index.ts';
import { DetailsDrawer } from './details-drawer.tsx';

/** A page that is a list: heading, search, filters, columns, CSV of exactly what is shown, table. */
export function ListPage<T extends { id: string }>(props: {
  resource: Resource;
  schema: z.ZodType<T>;
  title: string;
  note?: ReactNode;
  actions?: ReactNode;
  searchLabel?: string;
  columns: readonly Column<T>[];
  fields: readonly FilterField[];
  state: ListState;
  empty: ReactNode;
  /** More of the query than the address holds. */
  extra?: Query;
  /** Offers the CSV of the same filter. */
  csv?: boolean;
  /** Details of the row whose id stands in the address. `alone` when the API also has it outside of the list. */
  details?: { title: (row: T) => string; show: (row: T) => ReactNode; alone?: boolean };
  /** Loads more while one scrolls, and says this at the end. */
  endless?: string;
  /** What stands over an error. */
  failed?: string;
  /** Offers to select rows; what is selected goes to `actions`. */
  selected?: { name: (row: T) => string; actions: (rows: T[]) => ReactNode };
}) {
  const { state, resource } = props;
  const me = useMe();
  const { account } = useAccount();
  const [columnState, setColumnState] = useColumns(`demarc.columns.${me.id}.${resource}`, props.columns);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const query = listQuery(state);
  const page = useList(resource, props.schema, { ...query, ...props.extra });
  const listed = page.rows.find((row) => row.id === state.open);
  const fetched = useOne(resource, props.schema, listed === undefined && props.details?.alone ? state.open : undefined);
  const found = listed ?? fetched.data;
  // A live change may take the row off the list while somebody works on it.
  const [last, setLast] = useState(found);
  if (found !== undefined && found !== last) setLast(found);
  const record = found ?? (last?.id === state.open ? last : undefined);
  return (
    <>
      <PageHeader
        title={props.title}
        note={props.note}
        actions={
          <>
            {props.selected?.actions(page.rows.filter((row) => chosen.has(row.id)))}
            {props.csv && (
              <Button
                component="a"
                href={withQuery(`/api/v1/${resource}.csv`, { ...query, account })}
                download
                variant="default"
                leftSection={<Icon name="download" />}
              >
                {text.list.csv}
              </Button>
            )}
            {props.actions}
          </>
        }
      />
      <Stack gap="sm">
        <Group gap="sm" align="center">
          {props.searchLabel && <SearchBox label={props.searchLabel} value={state.q} onSearch={state.search} />}
          {props.fields.length > 0 && (
            <FilterBar fields={props.fields} filters={state.filters} onChange={state.filter} />
          )}
          <Group ml="auto">
            <ColumnChooser columns={props.columns} state={columnState} onChange={setColumnState} />
          </Group>
        </Group>
        <DataTable
          label={props.title}
          columns={props.columns}
          columnState={columnState}
          page={page}
          rowId={(row) => row.id}
          sort={state.sort}
          onSort={state.order}
          empty={props.empty}
          filtered={state.q !== '' || state.filters.length > 0}
          chosen={state.open}
          endless={props.endless}
          failed={props.failed}
          {...(props.selected ? { selection: { ids: chosen, onChange: setChosen, name: props.selected.name } } : {})}
        />
      </Stack>
      {props.details && (
        <DetailsDrawer
          opened={state.open !== undefined}
          record={record}
          gone={found === undefined && !page.loading && !fetched.isLoading}
          error={fetched.error}
          loading={page.loading || fetched.isLoading}
          title={props.details.title}
          onClose={() => state.show(undefined)}
        >
          {(row) => <Fragment key={row.id}>{props.details?.show(row)}</Fragment>}
        </DetailsDrawer>
      )}
    </>
  );
}
