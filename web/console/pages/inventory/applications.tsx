import { Application } from '#contract/api.ts';
import type { Tunnel } from '#contract/tunnels.ts';
import { ApplicationType } from '#contract/words.ts';
import { Age } from '#web/kit/age.tsx';
import type { FilterField } from '#web/kit/filters/grammar.ts';
import { SwaBadge } from '#web/kit/status-badge.tsx';
import type { Column } from '#web/kit/table/data-table.tsx';
import { useAccount } from '../../data/account.tsx';
import { useListState } from '../../data/list-state.ts';
import { useAccountTunnels } from '../../data/tunnels.ts';
import { ListPage } from '../../parts/list-page.tsx';
import { text } from '../../texts/index.ts';
import { Portal } from '../tunnels/launch-portal.tsx';
import { LicenceBadge } from './licence.tsx';

const t = text.applications;

const columns = (tunnels: readonly Tunnel[] | undefined): Column<Application>[] => [
  { id: 'platform', header: t.platform, cell: (row) => row.platformName },
  { id: 'type', header: t.type, sort: 'type', fixed: true, cell: (row) => row.type },
  { id: 'name', header: t.name, cell: (row) => row.name },
  { id: 'version', header: text.platforms.version, cell: (row) => row.version.value },
  { id: 'licence', header: text.platforms.licence, cell: (row) => <LicenceBadge licence={row.licence} /> },
  { id: 'swa', header: text.platforms.swa, fixed: true, cell: (row) => <SwaBadge status={row.swaStatus} /> },
  {
    id: 'portal',
    header: text.platforms.portal,
    cell: (row) => <Portal application={row} tunnels={tunnels} />,
  },
  { id: 'account', header: text.platforms.account, hiddenByDefault: true, cell: (row) => row.accountName },
  {
    id: 'reported',
    header: text.platforms.reported,
    hiddenByDefault: true,
    cell: (row) => <Age at={row.reportedAt} inRow />,
  },
];

const FIELDS: readonly FilterField[] = [
  {
    field: 'type',
    label: t.type,
    kind: 'choice',
    choices: ApplicationType.options.map((value) => ({ value, label: value })),
  },
];

/** What runs on the platforms (INV-32). */
export default function Applications() {
  const { account } = useAccount();
  const tunnels = useAccountTunnels(account);
  return (
    <ListPage
      resource="applications"
      schema={Application}
      title={t.title}
      searchLabel={t.search}
      columns={columns(tunnels.data?.items)}
      fields={FIELDS}
      state={useListState('type')}
      empty={t.empty}
    />
  );
}
