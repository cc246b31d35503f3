import { Anchor, Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { SupportLog, SupportProducts, SupportState } from '#contract/api/support-logs.ts';
import { Age } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import type { Choice, FilterField } from '#web/kit/filters/grammar.ts';
import { Icon } from '#web/kit/icons.tsx';
import type { Column } from '#web/kit/table/data-table.tsx';
import { useAccount } from '../../data/account.tsx';
import { type ListState, useListState } from '../../data/list-state.ts';
import { useMay } from '../../data/me.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { RowLink } from '../../parts/row-link.tsx';
import { text } from '../../texts/index.ts';
import { ReportProblem } from './report-problem.tsx';
import { SupportLogDetails } from './support-log-details.tsx';
import { SupportStateBadge } from './support-state.tsx';

const t = text.supportLogs;

const columns = (state: ListState): Column<SupportLog>[] => [
  { id: 'product', header: t.product, sort: 'product', cell: (row) => t.products[row.product] },
  { id: 'date', header: t.date, sort: 'createdAt', cell: (row) => <Age at={row.createdAt} inRow /> },
  { id: 'reporter', header: t.reporter, sort: 'reporterName', cell: (row) => row.reporterName },
  {
    id: 'title',
    header: t.logTitle,
    sort: 'title',
    fixed: true,
    wrap: true,
    cell: (row) => <RowLink onClick={() => state.show(row.id)}>{row.title}</RowLink>,
  },
  { id: 'state', header: t.state, sort: 'state', cell: (row) => <SupportStateBadge state={row.state} /> },
  { id: 'account', header: t.account, hiddenByDefault: true, cell: (row) => row.accountName },
  { id: 'gateway', header: t.gateway, hiddenByDefault: true, cell: (row) => row.gatewayName },
];

/** Products that had issues lately (LOG-5), with how many. */
function useProducts(): Choice[] {
  const api = useApi();
  const { account } = useAccount();
  const products = useQuery({
    queryKey: ['support-logs', 'products', account ?? null],
    queryFn: ({ signal }) => api.get('/support-logs/products', SupportProducts, { account }, signal),
  });
  return (products.data ?? []).map(({ product, count }) => ({ value: product, label: t.products[product], count }));
}

const fields = (products: readonly Choice[]): FilterField[] => [
  { field: 'product', label: t.product, kind: 'choice', choices: products },
  {
    field: 'state',
    label: t.state,
    kind: 'choice',
    choices: SupportState.options.map((value) => ({ value, label: t.states[value] })),
  },
];

const DETAILS = {
  title: (log: SupportLog) => log.title,
  show: (log: SupportLog) => <SupportLogDetails key={log.id} log={log} />,
  alone: true,
};

/** What people have reported (LOG-2 to LOG-6); at `/support-logs/new` with the form for another one (LOG-1). */
export default function SupportLogs() {
  const state = useListState('-createdAt');
  const [path, navigate] = useLocation();
  const mayFiles = useMay('support:logs');
  const mayContacts = useMay('settings:view');
  return (
    <>
      <ListPage
        resource="support-logs"
        schema={SupportLog}
        title={t.title}
        note={
          <>
            {t.note}
            <Group gap="md" mt={4}>
              {mayFiles && (
                <Anchor component={Link} href="/support-logs/files" size="sm">
                  {t.files}
                </Anchor>
              )}
              {mayContacts && (
                <Anchor component={Link} href="/settings/alerts" size="sm">
                  {t.contacts}
                </Anchor>
              )}
            </Group>
          </>
        }
        searchLabel={t.search}
        columns={columns(state)}
        fields={fields(useProducts())}
        state={state}
        empty={t.empty}
        details={DETAILS}
        actions={
          <Button component={Link} href="/support-logs/new" leftSection={<Icon name="plus" />}>
            {t.problem}
          </Button>
        }
      />
      {path === '/support-logs/new' && <ReportProblem onClose={() => navigate('/support-logs')} />}
    </>
  );
}
