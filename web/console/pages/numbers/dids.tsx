import { Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Did, DidType } from '#contract/api/numbers.ts';
import { Age } from '#web/kit/age.tsx';
import type { FilterField } from '#web/kit/filters/grammar.ts';
import { Facts } from '#web/kit/panels.tsx';
import type { Column } from '#web/kit/table/data-table.tsx';
import { type ListState, useListState } from '../../data/list-state.ts';
import { RowLink } from '../../parts/row-link.tsx';
import { text } from '../../texts/index.ts';
import { DidForm } from './did-form.tsx';
import { COMMON_FIELDS, Conflicts } from './number-parts.tsx';
import { type FormProps, NumbersPage } from './numbers-page.tsx';

const t = text.numbers;

const nameOf = ({ number, numberTo }: Did) => (numberTo === null ? number : `${number} – ${numberTo}`);
const targetOf = ({ target, targetTo }: Did) => (targetTo === null ? target : `${target} – ${targetTo}`);

const Target = (props: { did: Did }) =>
  props.did.target === null ? <span className="dk-dimmed">{t.did.unassigned}</span> : targetOf(props.did);

const columns = (state: ListState): Column<Did>[] => [
  {
    id: 'number',
    header: t.did.number,
    sort: 'number',
    fixed: true,
    cell: (row) => <RowLink onClick={() => state.show(row.id)}>{nameOf(row)}</RowLink>,
  },
  { id: 'target', header: t.did.target, sort: 'target', cell: (row) => <Target did={row} /> },
  { id: 'user', header: t.did.user, wrap: true, cell: (row) => row.targetName },
  { id: 'type', header: t.did.type, cell: (row) => t.did.types[row.type] },
  { id: 'pbx', header: t.pbx, sort: 'pbxName', cell: (row) => row.pbxName },
  { id: 'location', header: t.location, sort: 'location', cell: (row) => row.location?.name },
  { id: 'source', header: t.source, sort: 'source', cell: (row) => t.sources[row.source] },
  { id: 'conflicts', header: t.conflict, wrap: true, cell: (row) => <Conflicts entry={row} /> },
  { id: 'account', header: t.account, hiddenByDefault: true, sort: 'accountName', cell: (row) => row.accountName },
  {
    id: 'updated',
    header: t.updated,
    hiddenByDefault: true,
    sort: 'updatedAt',
    cell: (row) => <Age at={row.updatedAt} inRow />,
  },
];

const FIELDS: readonly FilterField[] = [
  {
    field: 'type',
    label: t.did.type,
    kind: 'choice',
    choices: DidType.options.map((value) => ({ value, label: t.did.types[value] })),
  },
  { field: 'target', label: t.did.target, kind: 'text' },
  ...COMMON_FIELDS,
];

const form = ({ account, entry, onClose }: FormProps<Did>) => (
  <DidForm account={account} did={entry} onClose={onClose} />
);
const details = (did: Did, edit: ReactNode) => <DidDetails did={did} edit={edit} />;

/** Direct-dial numbers with where they lead (MVB-5). */
export default function Dids() {
  const state = useListState('number');
  return (
    <NumbersPage
      kind="dids"
      schema={Did}
      words={t.did}
      nameOf={nameOf}
      columns={columns(state)}
      fields={FIELDS}
      state={state}
      form={form}
      details={details}
    />
  );
}

function DidDetails(props: { did: Did; edit: ReactNode }) {
  const { did } = props;
  return (
    <Stack>
      <Facts
        items={[
          [t.account, did.accountName],
          [t.did.number, nameOf(did)],
          [t.did.target, <Target key="target" did={did} />],
          [t.did.user, did.targetName],
          [t.did.type, t.did.types[did.type]],
          [t.pbx, did.pbxName],
          [t.location, did.location?.name ?? t.noLocation],
          [t.source, t.sources[did.source]],
        ]}
      />
      {did.source === 'Users' && (
        <Text size="sm" c="dimmed">
          {t.lockedUsers}
        </Text>
      )}
      <Conflicts entry={did} />
      <Group>{props.edit}</Group>
    </Stack>
  );
}
