import { Alert, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { User, UserSummary } from '#contract/api.ts';
import { Irregularity, PBX_TYPE_NAMES } from '#contract/words.ts';
import { Age } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import { CopyButton } from '#web/kit/copy-button.tsx';
import type { FilterField } from '#web/kit/filters/grammar.ts';
import { Icon } from '#web/kit/icons.tsx';
import { Facts } from '#web/kit/panels.tsx';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import type { Column } from '#web/kit/table/data-table.tsx';
import { useAccount } from '../../data/account.tsx';
import { type ListState, listQuery, useListState } from '../../data/list-state.ts';
import { usePbxChoices } from '../../data/pbx-choices.ts';
import { ListPage } from '../../parts/list-page.tsx';
import { RowLink } from '../../parts/row-link.tsx';
import { text } from '../../texts/index.ts';

const t = text.users;

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
  { id: 'work', header: t.work, cell: (row) => row.workPhone },
  { id: 'mobile', header: t.mobile, cell: (row) => row.mobilePhone },
  { id: 'pbx', header: t.pbx, cell: (row) => row.pbxName },
  { id: 'modified', header: t.modified, sort: 'modifiedAt', cell: (row) => <Age at={row.modifiedAt} inRow /> },
  { id: 'department', header: t.department, hiddenByDefault: true, cell: (row) => row.department },
  { id: 'login', header: t.login, hiddenByDefault: true, cell: (row) => row.loginId },
];

const DETAILS = {
  title: (record: User) => record.name,
  show: (record: User) => <UserDetails user={record} />,
  alone: true,
};

/** The users of every PBX in view; with search, filters and what is irregular about them (USR-1, ONB-30 to ONB-32). */
export default function Users() {
  const state = useListState('name');
  const fields = useFields(state);
  return (
    <ListPage
      resource="users"
      schema={User}
      title={t.title}
      searchLabel={t.search}
      columns={columns(state)}
      fields={fields}
      state={state}
      empty={t.empty}
      details={DETAILS}
      csv
    />
  );
}

/** Filters with counts of what the rest of the query matches. */
function useFields(state: ListState): FilterField[] {
  const api = useApi();
  const { account } = useAccount();
  const pbxs = usePbxChoices();
  const others = state.filters.filter((one) => one.field !== 'irregularities');
  const { q, filter } = listQuery({ ...state, filters: others });
  const summary = useQuery({
    queryKey: ['users', 'summary', account ?? null, q, filter],
    queryFn: ({ signal }) => api.get('/users/summary', UserSummary, { account, q, filter }, signal),
  });
  return [
    { field: 'pbx', label: t.pbx, kind: 'choice', choices: pbxs },
    {
      field: 'irregularities',
      label: t.irregularity,
      kind: 'choice',
      choices: Irregularity.options.map((value) => ({
        value,
        label: t.irregularities[value],
        ...(summary.data ? { count: summary.data.irregularities[value] } : {}),
      })),
    },
  ];
}

function UserDetails(props: { user: User }) {
  const { user } = props;
  return (
    <Stack>
      <Alert variant="default" icon={<Icon name="info" />}>
        <Text size="sm">{t.locked(user.pbxName ?? '')}</Text>
      </Alert>
      {user.irregularities.map((one) => (
        <Alert key={one} variant="default" icon={<Icon name="warning" />} title={t.irregularities[one]}>
          <Text size="sm">{t.irregularHint[one]}</Text>
        </Alert>
      ))}
      <Facts
        items={[
          [t.name, user.name],
          [t.firstName, user.firstName],
          [t.lastName, user.lastName],
          [
            t.email,
            user.email && (
              <Group gap={4}>
                {user.email}
                <CopyButton value={user.email} label={t.email} />
              </Group>
            ),
          ],
          [t.login, user.loginId],
          [t.ext, user.extension],
          [t.work, user.workPhone],
          [t.mobile, user.mobilePhone],
          [t.department, user.department],
          [t.pbx, user.pbxType && `${user.pbxName} (${PBX_TYPE_NAMES[user.pbxType]})`],
          [
            t.key,
            <span key="key" className="dk-mono">
              {user.key}
            </span>,
          ],
          [t.modified, <Age key="modified" at={user.modifiedAt} />],
          [t.lockedFields, user.lockedFields.join(', ')],
        ]}
      />
    </Stack>
  );
}
