import { Anchor, Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { Trunk } from '#contract/trunks.ts';
import { PBX_TYPE_NAMES, PbxType } from '#contract/words.ts';
import { Age } from '#web/kit/age.tsx';
import type { FilterField } from '#web/kit/filters/grammar.ts';
import { Icon } from '#web/kit/icons.tsx';
import type { Column } from '#web/kit/table/data-table.tsx';
import { useAccount } from '../../data/account.tsx';
import { useListState } from '../../data/list-state.ts';
import { useMay } from '../../data/me.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { text } from '../../texts/index.ts';
import { DeleteTrunks } from './trunk-delete.tsx';
import { TrunkForm } from './trunk-form.tsx';
import { HealthCell } from './trunk-health.tsx';
import { pbxOf } from './trunk-pbx.ts';

const t = text.trunks;

const COLUMNS: readonly Column<Trunk>[] = [
  {
    id: 'name',
    header: t.name,
    sort: 'name',
    fixed: true,
    cell: (row) => (
      <Anchor component={Link} href={`/trunks/${row.id}`} size="sm">
        {row.name}
      </Anchor>
    ),
  },
  { id: 'health', header: text.trunkHealth.column, cell: (row) => <HealthCell ends={row.health} /> },
  { id: 'port', header: t.port, sort: 'port', align: 'end', cell: (row) => row.port },
  { id: 'pbx', header: t.pbx, sort: 'pbxName', cell: pbxOf },
  { id: 'host', header: t.address, sort: 'host', cell: (row) => row.host },
  { id: 'farEnd', header: t.farEnd, cell: (row) => `${row.farEnd.host}:${row.farEnd.port}` },
  {
    id: 'created',
    header: 'Added',
    sort: 'createdAt',
    hiddenByDefault: true,
    cell: (row) => <Age at={row.createdAt} inRow />,
  },
];

const FIELDS: readonly FilterField[] = [
  {
    field: 'pbxType',
    label: t.pbx,
    kind: 'choice',
    choices: PbxType.options.map((value) => ({ value, label: PBX_TYPE_NAMES[value] })),
  },
];

/** The SIP trunks of the account in view (TRK-9 to TRK-14). */
export default function Trunks() {
  const state = useListState('name');
  const { account } = useAccount();
  const mayAdd = useMay('integrations:add');
  const mayEdit = useMay('integrations:edit');
  const mayDelete = useMay('integrations:delete');
  const [form, setForm] = useState<{ trunk?: Trunk } | undefined>();
  const [doomed, setDoomed] = useState<readonly Trunk[]>([]);
  const actions = (rows: Trunk[]) => {
    const [only] = rows;
    return (
      <>
        {mayEdit && rows.length === 1 && only && (
          <Button variant="default" onClick={() => setForm({ trunk: only })}>
            {t.edit}
          </Button>
        )}
        {mayDelete && rows.length > 0 && (
          <Button variant="default" onClick={() => setDoomed(rows)}>
            {t.delete(rows.length)}
          </Button>
        )}
      </>
    );
  };
  return (
    <>
      <ListPage
        resource="trunks"
        schema={Trunk}
        title={t.title}
        note={account === undefined && mayAdd ? t.chooseAccount : undefined}
        searchLabel={t.search}
        columns={COLUMNS}
        fields={FIELDS}
        state={state}
        empty={t.empty}
        selected={{ name: (row) => row.name, actions }}
        actions={
          mayAdd && (
            <Button leftSection={<Icon name="plus" />} disabled={account === undefined} onClick={() => setForm({})}>
              {t.add}
            </Button>
          )
        }
      />
      {form && <TrunkForm trunk={form.trunk} onClose={() => setForm(undefined)} />}
      {doomed.length > 0 && <DeleteTrunks trunks={doomed} onClose={() => setDoomed([])} />}
    </>
  );
}
