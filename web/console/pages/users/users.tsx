import { ActionIcon, Button, Menu, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { User, UserProperty, UserStatus, UserSummary } from '#contract/api/users.ts';
import { Irregularity, PBX_TYPE_NAMES, PbxType } from '#contract/words.ts';
import { Age } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import type { FilterField } from '#web/kit/filters/grammar.ts';
import { Icon } from '#web/kit/icons.tsx';
import { onDemand } from '#web/kit/on-demand.tsx';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import type { Column } from '#web/kit/table/data-table.tsx';
import { useAccount } from '../../data/account.tsx';
import { type ListState, listQuery, useListState } from '../../data/list-state.ts';
import { useMay } from '../../data/me.tsx';
import { useOneAccount } from '../../data/one-account.ts';
import { usePbxChoices } from '../../data/pbx-choices.ts';
import { ListPage } from '../../parts/list-page.tsx';
import { RowLink } from '../../parts/row-link.tsx';
import { text } from '../../texts/index.ts';
import { UserDetails } from './user-details.tsx';
import { ManageUsers } from './user-manage.tsx';
import { roleName, UserStatusBadge } from './user-words.tsx';
import { UsersMails } from './users-mails.tsx';

const t = text.users;

/** Not needed to look: it brings the country codes along. */
const UserForm = onDemand(() => import('./user-form.tsx'), null).page;

const columns = (state: ListState): Column<User>[] => [
  {
    id: 'name',
    header: t.name,
    sort: 'name',
    fixed: true,
    wrap: true,
    cell: (row) => (
      <Stack gap={2} align="flex-start">
        <RowLink onClick={() => state.show(row.id)}>{row.name}</RowLink>
        {row.irregularities.length > 0 && (
          <StatusBadge tone="warn" icon="warning">
            {row.irregularities.map((one) => t.irregularities[one]).join(', ')}
          </StatusBadge>
        )}
      </Stack>
    ),
  },
  { id: 'email', header: t.email, sort: 'email', cell: (row) => row.email },
  { id: 'ext', header: t.ext, sort: 'extension', cell: (row) => row.extension },
  {
    id: 'modified',
    header: t.modified,
    sort: 'modifiedAt',
    cell: (row) => (
      <Stack gap={0}>
        <Age at={row.modifiedAt} inRow />
        <Text size="xs" c="dimmed">
          {row.modifiedBy === null ? t.bySync : t.by(row.modifiedBy)}
        </Text>
      </Stack>
    ),
  },
  { id: 'role', header: t.role, cell: (row) => roleName(row.role) },
  { id: 'status', header: t.status, cell: (row) => <UserStatusBadge user={row} /> },
  { id: 'pbx', header: t.pbx, cell: (row) => row.pbxName },
  { id: 'registered', header: t.registered, hiddenByDefault: true, cell: (row) => (row.registered ? t.yes : t.no) },
  {
    id: 'product',
    header: t.product,
    hiddenByDefault: true,
    cell: (row) => row.pbxType && PBX_TYPE_NAMES[row.pbxType],
  },
  { id: 'work', header: t.work, hiddenByDefault: true, cell: (row) => row.workPhone },
  { id: 'mobile', header: t.mobile, hiddenByDefault: true, cell: (row) => row.mobilePhone },
  { id: 'department', header: t.department, hiddenByDefault: true, cell: (row) => row.department },
  { id: 'login', header: t.login, hiddenByDefault: true, cell: (row) => row.loginId },
];

/** The users of every PBX in view and those of the cloud alone (USR-1, USR-13 to USR-17, ONB-30 to ONB-32). */
export default function Users() {
  const state = useListState('name');
  const fields = useFields(state);
  const { chosen, only } = useOneAccount();
  const account = chosen ?? only;
  const mayAdd = useMay('users:add');
  const [, go] = useLocation();
  // The first page links here with the form open (ACC-24).
  const [adding, setAdding] = useState(() => new URLSearchParams(window.location.search).has('add'));
  // Not part of the details: a user whom somebody else changes may leave the list while it is being edited here.
  const [edited, setEdited] = useState<User | undefined>();
  const show = (record: User) => (
    <UserDetails user={record} onEdit={() => setEdited(record)} onGone={() => state.show(undefined)} />
  );
  const manage = (rows: User[]) => <ManageUsers account={account} selected={rows} state={state} />;
  return (
    <>
      <ListPage
        resource="users"
        schema={User}
        title={t.title}
        note={account === undefined ? t.chooseAccount : undefined}
        searchLabel={t.search}
        columns={columns(state)}
        fields={fields}
        state={state}
        empty={t.empty}
        details={{
          title: (record) => record.name,
          show,
          alone: true,
        }}
        selected={{
          name: (row) => row.name,
          actions: manage,
        }}
        csv
        actions={
          mayAdd && (
            <>
              <Button
                leftSection={<Icon name="plus" />}
                disabled={account === undefined}
                onClick={() => setAdding(true)}
              >
                {t.add}
              </Button>
              <Menu position="bottom-end">
                <Menu.Target>
                  <ActionIcon variant="default" size={36} aria-label={t.more} disabled={account === undefined}>
                    <Icon name="more" />
                  </ActionIcon>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Item leftSection={<Icon name="upload" />} onClick={() => go('/users/import')}>
                    {t.importUsers}
                  </Menu.Item>
                </Menu.Dropdown>
              </Menu>
            </>
          )
        }
      />
      <UsersMails state={state} />
      {edited && <UserForm account={edited.account} user={edited} onClose={() => setEdited(undefined)} />}
      {adding && account !== undefined && <UserForm account={account} onClose={() => setAdding(false)} />}
    </>
  );
}

/** Filters with counts of what the rest of the query matches. */
function useFields(state: ListState): FilterField[] {
  const api = useApi();
  const { account } = useAccount();
  const pbxs = usePbxChoices();
  const counted = ['irregularities', 'property', 'pbxType'];
  const others = state.filters.filter((one) => !counted.includes(one.field));
  const { q, filter } = listQuery({ ...state, filters: others });
  const { data } = useQuery({
    queryKey: ['users', 'summary', account ?? null, q, filter],
    queryFn: ({ signal }) => api.get('/users/summary', UserSummary, { account, q, filter }, signal),
    placeholderData: (previous) => previous,
  });
  return [
    {
      field: 'property',
      label: t.property,
      kind: 'choice',
      choices: UserProperty.options.map((value) => ({
        value,
        label: t.properties[value],
        ...(data && { count: data.properties[value] }),
      })),
    },
    {
      field: 'pbxType',
      label: t.product,
      kind: 'choice',
      // Only products that somebody has (USR-15).
      choices: PbxType.options.flatMap((value) => {
        const users = data?.products[value] ?? 0;
        return users === 0 ? [] : [{ value, label: PBX_TYPE_NAMES[value], count: users }];
      }),
    },
    { field: 'pbx', label: t.pbx, kind: 'choice', choices: pbxs },
    {
      field: 'status',
      label: t.status,
      kind: 'choice',
      choices: UserStatus.options.map((value) => ({ value, label: t.statuses[value] })),
    },
    {
      field: 'irregularities',
      label: t.irregularity,
      kind: 'choice',
      choices: Irregularity.options.map((value) => ({
        value,
        label: t.irregularities[value],
        ...(data && { count: data.irregularities[value] }),
      })),
    },
  ];
}
