import { Anchor, Button, Group, Stack, Tabs, Text, Tooltip } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { type AccountManager, ManagedAccount } from '#contract/api/roles.ts';
import { MAX_PAGE } from '#contract/api.ts';
import { Age } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import { count } from '#web/kit/format/numbers.ts';
import { PageHeader } from '#web/kit/panels.tsx';
import { SearchBox } from '#web/kit/search-box.tsx';
import { type Column, DataTable } from '#web/kit/table/data-table.tsx';
import { usePaged } from '../../data/list.ts';
import { text } from '../../texts/index.ts';
import { useManagers } from './managers.tsx';
import { OneByOne } from './one-by-one.tsx';

const t = text.managers;

type Tab = 'all' | 'some' | 'none';

const tabOf = (account: ManagedAccount, people: number): Tab =>
  account.selected.length === 0 ? 'none' : account.selected.length >= people ? 'all' : 'some';

/** A number whose names are told on hover and on focus; none is plainly 0 (ROL-26). */
const Names = (props: { names: readonly string[] }) =>
  props.names.length === 0 ? (
    <>0</>
  ) : (
    <Tooltip label={props.names.join(', ')} events={{ hover: true, focus: true, touch: true }}>
      <span className="dk-age" tabIndex={0} role="note" aria-label={props.names.join(', ')}>
        {count(props.names.length)}
      </span>
    </Tooltip>
  );

/** Which accounts the selected managers look after (ROL-25, ROL-26). */
export default function ManagedAccounts() {
  const [params] = useSearchParams();
  const ids = (params.get('people') ?? '').split(',').filter((id) => id !== '');
  const people = (useManagers().data ?? []).filter(({ id, kind }) => kind === 'manager' && ids.includes(id));
  const [tab, setTab] = useState<Tab>('all');
  const [q, setQ] = useState('');
  const page = usePaged(
    ['account-managers', 'accounts'],
    '/account-managers/accounts',
    ManagedAccount,
    { people: ids.join(','), q: q === '' ? undefined : q, sort: 'name' },
    { limit: MAX_PAGE },
  );
  const tabs: readonly (readonly [Tab, string])[] = [
    ['all', people.length > 1 ? t.assignedAll : t.assigned],
    ...(people.length > 1 ? [['some', t.assignedSome] as const] : []),
    ['none', t.notAssigned],
  ];
  const rowsOf = (one: Tab) => page.rows.filter((account) => tabOf(account, people.length) === one);
  return (
    <>
      <PageHeader
        title={t.manageTitle(people.map(({ name }) => name).join(', '))}
        note={
          <Anchor component={Link} href="/account-managers" size="sm">
            {t.back}
          </Anchor>
        }
      />
      <Stack gap="sm">
        <Group>
          <SearchBox label={t.searchAccounts} value={q} onSearch={setQ} />
        </Group>
        <Tabs
          value={tab}
          keepMounted={false}
          onChange={(value) => setTab(tabs.find(([one]) => one === value)?.[0] ?? 'all')}
        >
          <Tabs.List mb="md">
            {tabs.map(([one, label]) => (
              <Tabs.Tab key={one} value={one}>
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {tabs.map(([one, label]) => (
            <Tabs.Panel key={one} value={one}>
              <Accounts
                label={label}
                tab={one}
                people={people}
                page={{ ...page, rows: rowsOf(one), total: page.more ? page.total : rowsOf(one).length }}
                filtered={q !== ''}
              />
            </Tabs.Panel>
          ))}
        </Tabs>
      </Stack>
    </>
  );
}

function columnsOf(people: readonly AccountManager[]): Column<ManagedAccount>[] {
  const nameOf = new Map(people.map(({ id, name }) => [id, name]));
  return [
    { id: 'name', header: t.account, fixed: true, cell: (row) => row.name },
    { id: 'id', header: t.accountId, cell: (row) => <span className="dk-mono">{row.id}</span> },
    { id: 'modified', header: t.accountModified, cell: (row) => <Age at={row.modifiedAt} inRow /> },
    { id: 'total', header: t.total, align: 'end', cell: (row) => <Names names={row.managers} /> },
    ...(people.length > 1
      ? [
          {
            id: 'selected',
            header: t.selected,
            align: 'end',
            cell: (row) => <Names names={row.selected.map((id) => nameOf.get(id) ?? id)} />,
          } satisfies Column<ManagedAccount>,
        ]
      : []),
  ];
}

function Accounts(props: {
  label: string;
  tab: Tab;
  people: readonly AccountManager[];
  page: ReturnType<typeof usePaged<ManagedAccount>>;
  filtered: boolean;
}) {
  const { people, page, tab } = props;
  const api = useApi();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [assign, setAssign] = useState<boolean | undefined>();
  const columns = columnsOf(people);
  const accounts = page.rows.filter(({ id }) => chosen.has(id)).map(({ id }) => id);
  return (
    <Stack gap="sm">
      <Group gap="sm">
        {tab !== 'all' && (
          <Button variant="default" disabled={accounts.length === 0} onClick={() => setAssign(true)}>
            {t.assign(accounts.length)}
          </Button>
        )}
        {tab !== 'none' && (
          <Button variant="default" disabled={accounts.length === 0} onClick={() => setAssign(false)}>
            {t.unassign(accounts.length)}
          </Button>
        )}
      </Group>
      <DataTable
        label={props.label}
        columns={columns}
        columnState={{ order: columns.map(({ id }) => id), hidden: [] }}
        page={page}
        rowId={(row) => row.id}
        sort={undefined}
        onSort={() => undefined}
        empty={t.noAccounts}
        filtered={props.filtered}
        selection={{ ids: chosen, onChange: setChosen, name: (row) => row.name }}
      />
      {assign !== undefined && (
        <OneByOne
          title={assign ? t.assignTitle : t.unassignTitle}
          items={people}
          act={({ id }) =>
            api.act('POST', `/account-managers/${encodeURIComponent(id)}/accounts`, { accounts, assign })
          }
          onSettled={() => void queries.invalidateQueries({ queryKey: ['account-managers'] })}
          onClose={() => {
            setAssign(undefined);
            setChosen(new Set());
          }}
        >
          <Text size="sm">{people.map(({ name }) => name).join(', ')}</Text>
        </OneByOne>
      )}
    </Stack>
  );
}
