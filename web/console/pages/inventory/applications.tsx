import { Stack } from '@mantine/core';
import { Application } from '#contract/api.ts';
import type { Tunnel } from '#contract/tunnels.ts';
import { Age } from '#web/kit/age.tsx';
import type { FilterField } from '#web/kit/filters/grammar.ts';
import { SwaBadge } from '#web/kit/status-badge.tsx';
import type { Column } from '#web/kit/table/data-table.tsx';
import { useAccount } from '../../data/account.tsx';
import { useAccountFilter } from '../../data/accounts.ts';
import { type ListState, useListState } from '../../data/list-state.ts';
import { useAccountTunnels } from '../../data/tunnels.ts';
import { ListPage } from '../../parts/list-page.tsx';
import { RowLink } from '../../parts/row-link.tsx';
import { text } from '../../texts/index.ts';
import { Portal } from '../tunnels/launch-portal.tsx';
import { ApplicationFacts, inventoryFields } from './inventory-parts.tsx';
import { LicenceBadge } from './licence.tsx';
import { ReportNow } from './report-now.tsx';

const t = text.applications;

const columns = (
  state: ListState,
  tunnels: readonly Tunnel[] | undefined,
  account: string | undefined,
): Column<Application>[] => [
  {
    id: 'account',
    header: text.platforms.account,
    sort: 'accountName',
    hiddenByDefault: account !== undefined,
    cell: (row) => row.accountName,
  },
  { id: 'platform', header: t.platform, sort: 'platform', cell: (row) => row.platformName },
  {
    id: 'type',
    header: t.type,
    sort: 'type',
    fixed: true,
    cell: (row) => <RowLink onClick={() => state.show(row.id)}>{row.type}</RowLink>,
  },
  { id: 'name', header: t.name, cell: (row) => row.name },
  { id: 'version', header: text.platforms.version, sort: 'version', cell: (row) => row.version.value },
  {
    id: 'licence',
    header: text.platforms.licence,
    sort: 'licenceExpiresAt',
    cell: (row) => <LicenceBadge licence={row.licence} />,
  },
  { id: 'swa', header: text.platforms.swa, fixed: true, cell: (row) => <SwaBadge status={row.swaStatus} /> },
  {
    id: 'portal',
    header: text.platforms.portal,
    cell: (row) => <Portal application={row} tunnels={tunnels} />,
  },
  {
    id: 'reported',
    header: text.inventory.lastReport,
    sort: 'reportedAt',
    cell: (row) => <Age at={row.reportedAt} inRow />,
  },
];

const FIELDS: readonly FilterField[] = [
  ...inventoryFields('type', t.type),
  { field: 'version', label: text.platforms.version, kind: 'text' },
];

const nameOf = ({ name, type }: Application) => name ?? type;

/** What runs on the platforms (INV-32). */
export default function Applications() {
  const state = useListState('type');
  const { account } = useAccount();
  const tunnels = useAccountTunnels(account);
  const accounts = useAccountFilter(text.platforms.account);
  const show = (one: Application) => (
    <Stack>
      <ApplicationFacts application={one} tunnels={tunnels.data?.items} />
    </Stack>
  );
  const details = { title: nameOf, show };
  return (
    <ListPage
      resource="applications"
      schema={Application}
      title={t.title}
      searchLabel={t.search}
      columns={columns(state, tunnels.data?.items, account)}
      fields={[...accounts, ...FIELDS]}
      state={state}
      empty={t.empty}
      csv
      details={details}
      actions={<ReportNow />}
    />
  );
}
