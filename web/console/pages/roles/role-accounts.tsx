import { Button, Group, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { RoleAccount } from '#contract/api/roles.ts';
import { Age } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { SearchBox } from '#web/kit/search-box.tsx';
import { type Column, DataTable } from '#web/kit/table/data-table.tsx';
import { usePaged } from '../../data/list.ts';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';

const t = text.roles;

const COLUMNS: Column<RoleAccount>[] = [
  { id: 'name', header: t.account, sort: 'name', fixed: true, cell: (row) => row.name },
  { id: 'roles', header: t.roleName, wrap: true, cell: (row) => row.roles.join(', ') || t.none },
  { id: 'id', header: t.accountId, cell: (row) => <span className="dk-mono">{row.id}</span> },
  { id: 'modified', header: t.modified, sort: 'modifiedAt', cell: (row) => <Age at={row.modifiedAt} inRow /> },
];
const ALL_SHOWN = { order: COLUMNS.map(({ id }) => id), hidden: [] };

/** The accounts where a role can be given, and those where it could (ROL-16, ROL-17). */
export function RoleAccounts(props: { role: string }) {
  const api = useApi();
  const queries = useQueryClient();
  const mayEdit = useMay('roles:edit');
  const [q, setQ] = useState('');
  const [sort, setSort] = useState<string | undefined>('name');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const path = `/roles/${encodeURIComponent(props.role)}/accounts`;
  const page = usePaged(['roles', 'accounts', props.role], path, RoleAccount, { q: q === '' ? undefined : q, sort });
  const rows = page.rows.filter(({ id }) => chosen.has(id));
  const change = useMutation({
    mutationFn: ({ accounts, assign }: { accounts: string[]; assign: boolean }) =>
      api.act('POST', path, { accounts, assign }),
    onSuccess: () => setChosen(new Set()),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['roles'] }),
  });
  const give = (assign: boolean) => {
    const accounts = rows.filter(({ assigned }) => assigned !== assign).map(({ id }) => id);
    return { count: accounts.length, act: () => change.mutate({ accounts, assign }) };
  };
  const [on, off] = [give(true), give(false)];
  return (
    <Stack gap="sm">
      <Group>
        <SearchBox label={t.searchAccounts} value={q} onSearch={setQ} />
      </Group>
      {mayEdit && rows.length > 0 && (
        <Button.Group>
          <Button variant="default" disabled={on.count === 0} loading={change.isPending} onClick={on.act}>
            {t.assignSelected(on.count)}
          </Button>
          <Button variant="default" disabled={off.count === 0} loading={change.isPending} onClick={off.act}>
            {t.unassignSelected(off.count)}
          </Button>
        </Button.Group>
      )}
      {change.error && <ErrorPanel error={change.error} />}
      <DataTable
        label={t.accounts}
        columns={COLUMNS}
        columnState={ALL_SHOWN}
        page={page}
        rowId={(row) => row.id}
        sort={sort}
        onSort={setSort}
        empty={t.noAccounts}
        filtered={q !== ''}
        {...(mayEdit && { selection: { ids: chosen, onChange: setChosen, name: (row: RoleAccount) => row.name } })}
      />
    </Stack>
  );
}
