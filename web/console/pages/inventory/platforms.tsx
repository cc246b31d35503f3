import { Stack } from '@mantine/core';
import { Platform } from '#contract/api.ts';
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
import { inventoryFields } from './inventory-parts.tsx';
import { LicenceBadge } from './licence.tsx';
import { PlatformDetails } from './platform-details.tsx';
import { ReportNow } from './report-now.tsx';

const t = text.platforms;

/** What is ticked without a choice is INV-7's, and the account where the list is over all of them. */
const columns = (
  state: ListState,
  tunnels: readonly Tunnel[] | undefined,
  account: string | undefined,
): Column<Platform>[] => [
  {
    id: 'account',
    header: t.account,
    sort: 'accountName',
    hiddenByDefault: account !== undefined,
    cell: (row) => row.accountName,
  },
  {
    id: 'host',
    header: t.host,
    sort: 'host',
    fixed: true,
    cell: (row) => <RowLink onClick={() => state.show(row.id)}>{row.host.value ?? row.platformId}</RowLink>,
  },
  { id: 'type', header: t.type, sort: 'platformType', cell: (row) => row.platformType.value },
  { id: 'name', header: t.name, hiddenByDefault: true, cell: (row) => row.platformName.value },
  { id: 'applicationTypes', header: t.applicationTypes, wrap: true, cell: (row) => row.applicationTypes.join(', ') },
  {
    id: 'family',
    header: t.family,
    sort: 'systemFamily',
    hiddenByDefault: true,
    cell: (row) => row.systemFamily.value,
  },
  { id: 'licence', header: t.licence, cell: (row) => <LicenceBadge licence={row.licence} /> },
  { id: 'version', header: t.version, cell: (row) => row.version.value },
  { id: 'swa', header: t.swa, fixed: true, cell: (row) => <SwaBadge status={row.swaStatus} /> },
  {
    id: 'id',
    header: t.id,
    hiddenByDefault: true,
    cell: (row) => <span className="dk-mono">{row.platformId}</span>,
  },
  { id: 'portal', header: t.portal, cell: (row) => <Portals platform={row} tunnels={tunnels} /> },
  {
    id: 'reported',
    header: text.inventory.lastReport,
    sort: 'reportedAt',
    cell: (row) => <Age at={row.reportedAt} inRow />,
  },
];

/** The admin pages of what runs there; nothing where there is none (INV-31). */
const Portals = (props: { platform: Platform; tunnels: readonly Tunnel[] | undefined }) =>
  props.platform.portals.length === 0 ? (
    <span className="dk-dimmed">{t.portalNone}</span>
  ) : (
    <Stack gap={4} align="flex-start">
      {props.platform.portals.map(({ name, pbx }) => (
        <Portal key={`${name} ${pbx}`} application={{ hasPortal: true, pbx }} tunnels={props.tunnels} />
      ))}
    </Stack>
  );

const FIELDS: readonly FilterField[] = [
  {
    field: 'platformType',
    label: t.type,
    kind: 'choice',
    choices: ['msl', 'debian', 'linux', 'windows'].map((value) => ({ value, label: value })),
  },
  {
    field: 'systemFamily',
    label: t.family,
    kind: 'choice',
    choices: ['Linux', 'Windows'].map((value) => ({ value, label: value })),
  },
  ...inventoryFields('applicationType', t.applicationTypes),
];

const DETAILS = {
  title: (record: Platform) => record.host.value ?? record.platformId,
  show: (record: Platform) => <PlatformDetails platform={record} />,
};

/** The hosts that applications run on (INV-6), with details that say where every value comes from. */
export default function Platforms() {
  const state = useListState('host');
  const { account } = useAccount();
  const tunnels = useAccountTunnels(account);
  const accounts = useAccountFilter(t.account);
  return (
    <ListPage
      resource="platforms"
      schema={Platform}
      title={t.title}
      searchLabel={t.search}
      columns={columns(state, tunnels.data?.items, account)}
      fields={[...accounts, ...FIELDS]}
      state={state}
      empty={t.empty}
      csv
      details={DETAILS}
      actions={<ReportNow />}
    />
  );
}
