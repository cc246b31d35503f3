import { Button, Group, Loader, Stack, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { z } from 'zod';
import { AccountManager } from '#contract/api/roles.ts';
import { Age } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import { count } from '#web/kit/format/numbers.ts';
import { ErrorPanel, PageHeader } from '#web/kit/panels.tsx';
import { SearchBox } from '#web/kit/search-box.tsx';
import { type Column, DataTable } from '#web/kit/table/data-table.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';
import { ManagersChange } from './managers-change.tsx';

const t = text.managers;
const Managers = z.object({ items: z.array(AccountManager) });

/** Everybody of the partner who is an administrator or an account manager. */
export function useManagers() {
  const api = useApi();
  return useQuery({
    queryKey: ['account-managers', 'list'],
    queryFn: async ({ signal }) => (await api.get('/account-managers', Managers, {}, signal)).items,
  });
}

const COLUMNS: Column<AccountManager>[] = [
  {
    id: 'name',
    header: t.name,
    fixed: true,
    cell: (row) => (row.self ? `${row.name} (${text.people.you})` : row.name),
  },
  { id: 'email', header: t.email, cell: (row) => row.email },
  {
    id: 'modified',
    header: t.modified,
    cell: (row) => (
      <>
        <Age at={row.modifiedAt} inRow /> {row.modifiedBy && `(${row.modifiedBy})`}
      </>
    ),
  },
];
const MANAGED: Column<AccountManager> = {
  id: 'accounts',
  header: t.managed,
  align: 'end',
  cell: (row) => count(row.accounts),
};

/** Account managers and administrators (ROL-21 to ROL-28). */
export default function ManagersPage() {
  const people = useManagers();
  const [kind, setKind] = useState<AccountManager['kind']>('manager');
  if (people.error) return <ErrorPanel error={people.error} onRetry={() => void people.refetch()} />;
  if (!people.data) return <Loader aria-label={kitText.loading} role="status" />;
  const of = (one: AccountManager['kind']) => people.data.filter((person) => person.kind === one);
  return (
    <>
      <PageHeader title={t.title} note={t.note} />
      <Tabs
        value={kind}
        keepMounted={false}
        onChange={(value) => setKind(value === 'administrator' ? 'administrator' : 'manager')}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="manager">{t.managers(of('manager').length)}</Tabs.Tab>
          <Tabs.Tab value="administrator">{t.administrators(of('administrator').length)}</Tabs.Tab>
        </Tabs.List>
        {(['manager', 'administrator'] as const).map((one) => (
          <Tabs.Panel key={one} value={one}>
            <PeopleOfKind kind={one} people={of(one)} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}

function PeopleOfKind(props: { kind: AccountManager['kind']; people: readonly AccountManager[] }) {
  const { kind, people } = props;
  const [, navigate] = useLocation();
  const mayAssign = useMay('roles:assign');
  const [q, setQ] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [changing, setChanging] = useState<readonly AccountManager[] | undefined>();
  const word = q.trim().toLowerCase();
  const rows = people.filter(({ name, email }) => `${name} ${email}`.toLowerCase().includes(word));
  // Nobody manages the own entry (ROL-28).
  const selected = rows.filter(({ id, self }) => chosen.has(id) && !self);
  const columns = kind === 'manager' ? [...COLUMNS, MANAGED] : COLUMNS;
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <SearchBox label={t.search} value={q} onSearch={setQ} />
        {mayAssign && kind === 'manager' && (
          <>
            <Button
              variant="default"
              disabled={selected.length === 0}
              onClick={() => navigate(`/account-managers/accounts?people=${selected.map(({ id }) => id).join(',')}`)}
            >
              {t.manage(selected.length)}
            </Button>
            <Button variant="default" disabled={selected.length === 0} onClick={() => setChanging(selected)}>
              {t.upgrade(selected.length)}
            </Button>
          </>
        )}
        {mayAssign && kind === 'administrator' && (
          <Button variant="default" disabled={selected.length === 0} onClick={() => setChanging(selected)}>
            {t.convert(selected.length)}
          </Button>
        )}
      </Group>
      {rows.some(({ id, self }) => self && chosen.has(id)) && <Text size="sm">{t.self}</Text>}
      <DataTable
        label={kind === 'manager' ? t.managers(people.length) : t.administrators(people.length)}
        columns={columns}
        columnState={{ order: columns.map(({ id }) => id), hidden: [] }}
        page={{
          rows,
          total: rows.length,
          loading: false,
          error: null,
          more: false,
          loadingMore: false,
          loadMore: () => undefined,
          retry: () => undefined,
        }}
        rowId={(row) => row.id}
        sort={undefined}
        onSort={() => undefined}
        empty={t.none}
        filtered={word !== ''}
        {...(mayAssign && { selection: { ids: chosen, onChange: setChosen, name: (row: AccountManager) => row.name } })}
      />
      {changing && (
        <ManagersChange
          kind={kind}
          people={changing}
          onClose={() => {
            setChanging(undefined);
            setChosen(new Set());
          }}
        />
      )}
    </Stack>
  );
}
