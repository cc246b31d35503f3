import { Button, Group, SegmentedControl, VisuallyHidden } from '@mantine/core';
import { useId, useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { Account } from '#contract/api.ts';
import { PhonePolicy } from '#contract/words.ts';
import { Age } from '#web/kit/age.tsx';
import { CopyButton } from '#web/kit/copy-button.tsx';
import { type FilterField, formatFilter } from '#web/kit/filters/grammar.ts';
import { countryName } from '#web/kit/format/countries.ts';
import { count } from '#web/kit/format/numbers.ts';
import { Icon } from '#web/kit/icons.tsx';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import type { Column } from '#web/kit/table/data-table.tsx';
import { useListState } from '../../data/list-state.ts';
import { useMay } from '../../data/me.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { RowLink } from '../../parts/row-link.tsx';
import { text } from '../../texts/index.ts';
import { AccountCreateForm } from './account-create.tsx';
import { AccountStepDialog, AccountSteps, type AccountWish } from './account-life.tsx';

const t = text.accounts;

const columns = (
  open: (account: Account) => void,
  wish: ((wish: AccountWish) => void) | undefined,
): Column<Account>[] => [
  {
    id: 'name',
    header: t.name,
    sort: 'name',
    fixed: true,
    cell: (row) =>
      // What is switched off must come back before it is looked at (ACC-18).
      row.status === 'Active' ? <RowLink onClick={() => open(row)}>{row.name}</RowLink> : row.name,
  },
  {
    id: 'id',
    header: t.id,
    hiddenByDefault: true,
    cell: (row) => (
      <Group gap={4}>
        <span className="dk-mono">{row.id}</span>
        <CopyButton value={row.id} label={t.id} />
      </Group>
    ),
  },
  { id: 'country', header: t.country, cell: (row) => countryName(row.country) },
  {
    id: 'status',
    header: t.status,
    cell: (row) => (
      <StatusBadge tone={row.status === 'Active' ? 'good' : 'quiet'} icon={row.status === 'Active' ? 'success' : 'off'}>
        {t.statuses[row.status]}
      </StatusBadge>
    ),
  },
  { id: 'policy', header: t.policy, cell: (row) => t.policies[row.phonePolicy] },
  {
    id: 'guard',
    header: t.guard,
    hiddenByDefault: true,
    cell: (row) => t.guardShort(row.guard.percent, count(row.guard.users)),
  },
  { id: 'gateways', header: t.gateways, align: 'end', cell: (row) => count(row.gateways) },
  { id: 'users', header: t.users, align: 'end', cell: (row) => count(row.users) },
  { id: 'created', header: t.created, sort: 'createdAt', cell: (row) => <Age at={row.createdAt} inRow /> },
  ...(wish
    ? [{ id: 'actions', header: t.actions, cell: (row: Account) => <AccountSteps account={row} onWish={wish} /> }]
    : []),
];

const FIELDS: readonly FilterField[] = [
  {
    field: 'phonePolicy',
    label: t.policy,
    kind: 'choice',
    choices: PhonePolicy.options.map((value) => ({ value, label: t.policies[value] })),
  },
];

/** The customer accounts: list, create, and the settings that the sync obeys. */
export default function Accounts() {
  const state = useListState('name');
  const mayAdd = useMay('accounts:add');
  const mayDelete = useMay('accounts:delete');
  const [adding, setAdding] = useState(false);
  const [, navigate] = useLocation();
  const [params, setParams] = useSearchParams();
  const which = params.get('which') === 'Deactivated' ? 'Deactivated' : 'Active';
  const label = useId();
  const [wish, setWish] = useState<AccountWish | undefined>();
  return (
    <>
      <ListPage
        resource="accounts"
        schema={Account}
        title={t.title}
        searchLabel={t.search}
        columns={columns(({ id }) => navigate(`/accounts/${encodeURIComponent(id)}`), mayDelete ? setWish : undefined)}
        fields={FIELDS}
        state={state}
        empty={which === 'Active' ? t.empty : t.emptyDeactivated}
        extra={{ filter: [...state.filters.map(formatFilter), `status:eq:${which}`] }}
        actions={
          <>
            <VisuallyHidden id={label}>{t.which}</VisuallyHidden>
            <SegmentedControl
              aria-labelledby={label}
              value={which}
              data={Account.shape.status.options.map((value) => ({ value, label: t.whichOnes[value] }))}
              onChange={(value) =>
                setParams(
                  (old) => {
                    const next = new URLSearchParams(old);
                    next.set('which', value);
                    return next;
                  },
                  { replace: true },
                )
              }
            />
            {mayAdd && (
              <Button leftSection={<Icon name="plus" />} onClick={() => setAdding(true)}>
                {t.add}
              </Button>
            )}
          </>
        }
      />
      {adding && <AccountCreateForm onClose={() => setAdding(false)} />}
      {wish && <AccountStepDialog wish={wish} onClose={() => setWish(undefined)} />}
    </>
  );
}
