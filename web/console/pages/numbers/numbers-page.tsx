import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { z } from 'zod';
import type { Did, ExtensionRange } from '#contract/api/numbers.ts';
import type { FilterField } from '#web/kit/filters/grammar.ts';
import { Icon } from '#web/kit/icons.tsx';
import type { Column } from '#web/kit/table/data-table.tsx';
import { useAccount } from '../../data/account.tsx';
import type { ListState } from '../../data/list-state.ts';
import { useMay } from '../../data/me.tsx';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { text } from '../../texts/index.ts';
import { NumbersNote } from './numbers-header.tsx';

const t = text.numbers;

/** What the form of an entry is given; without `entry` it adds one. */
export interface FormProps<T> {
  account: string;
  entry: T | undefined;
  onClose: () => void;
}

/** A list of numbers with what can be done to its entries: ranges and direct-dial numbers are alike in that. */
export function NumbersPage<T extends ExtensionRange | Did>(props: {
  kind: 'ranges' | 'dids';
  schema: z.ZodType<T>;
  words: typeof t.range | typeof t.did;
  nameOf: (entry: T) => string;
  columns: readonly Column<T>[];
  fields: readonly FilterField[];
  state: ListState;
  form: (form: FormProps<T>) => ReactNode;
  details: (entry: T, edit: ReactNode) => ReactNode;
}) {
  const { kind, words, nameOf, state } = props;
  const { account } = useAccount();
  const mayAdd = useMay('integrations:add');
  const mayEdit = useMay('integrations:edit');
  const mayDelete = useMay('integrations:delete');
  const [open, setOpen] = useState<{ entry?: T } | undefined>();
  const [doomed, setDoomed] = useState<readonly T[]>([]);
  const resource = kind === 'ranges' ? 'extension-ranges' : 'dids';
  const formAccount = open?.entry?.account ?? account;
  const actions = (rows: T[]) => {
    const ours = rows.filter(({ source }) => source === 'Console');
    if (!mayDelete || rows.length === 0) return null;
    return (
      <Button
        variant="default"
        disabled={ours.length === 0}
        title={ours.length < rows.length ? t.onlyOwn : undefined}
        onClick={() => setDoomed(ours)}
      >
        {t.deleteSelected(ours.length)}
      </Button>
    );
  };
  const details = {
    title: nameOf,
    show: (entry: T) =>
      props.details(
        entry,
        mayEdit && entry.source !== 'Users' && (
          <Button variant="default" onClick={() => setOpen({ entry })}>
            {t.edit}
          </Button>
        ),
      ),
  };
  return (
    <>
      <ListPage
        resource={resource}
        schema={props.schema}
        title={kind === 'ranges' ? t.ranges : t.dids}
        note={<NumbersNote current={kind} />}
        searchLabel={words.search}
        columns={props.columns}
        fields={props.fields}
        state={state}
        empty={words.empty}
        csv
        details={details}
        selected={{ name: nameOf, actions }}
        actions={
          mayAdd && (
            <Button
              leftSection={<Icon name="plus" />}
              disabled={account === undefined}
              title={account === undefined ? t.chooseAccount : undefined}
              onClick={() => setOpen({})}
            >
              {words.add}
            </Button>
          )
        }
      />
      {open !== undefined &&
        formAccount !== undefined &&
        props.form({ account: formAccount, entry: open.entry, onClose: () => setOpen(undefined) })}
      {doomed.length > 0 && (
        <DeleteDialog
          resource={resource}
          title={words.deleteTitle(doomed.length)}
          question={words.deleteText}
          done={words.deleted}
          items={doomed.map((entry) => ({ id: entry.id, name: nameOf(entry) }))}
          onClose={() => setDoomed([])}
        />
      )}
    </>
  );
}
