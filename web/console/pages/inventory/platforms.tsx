import { Group, Stack, Text, Title } from '@mantine/core';
import { Application, Platform } from '#contract/api.ts';
import { ApplicationType } from '#contract/words.ts';
import type { FilterField } from '#web/kit/filters/grammar.ts';
import { capacity } from '#web/kit/format/numbers.ts';
import { ErrorPanel, Facts } from '#web/kit/panels.tsx';
import { SwaBadge } from '#web/kit/status-badge.tsx';
import type { Column } from '#web/kit/table/data-table.tsx';
import { useList } from '../../data/list.ts';
import { type ListState, useListState } from '../../data/list-state.ts';
import { useGatewayTunnels } from '../../data/tunnels.ts';
import { FactTable } from '../../parts/fact-table.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { RowLink } from '../../parts/row-link.tsx';
import { text } from '../../texts/index.ts';
import { Portal } from '../tunnels/launch-portal.tsx';
import { LicenceBadge } from './licence.tsx';

const t = text.platforms;

const columns = (state: ListState): Column<Platform>[] => [
  { id: 'account', header: t.account, cell: (row) => row.accountName },
  {
    id: 'host',
    header: t.host,
    sort: 'host',
    fixed: true,
    cell: (row) => <RowLink onClick={() => state.show(row.id)}>{row.host.value ?? row.platformId}</RowLink>,
  },
  { id: 'type', header: t.type, cell: (row) => row.platformType.value },
  { id: 'name', header: t.name, hiddenByDefault: true, cell: (row) => row.platformName.value },
  { id: 'applicationTypes', header: t.applicationTypes, wrap: true, cell: (row) => row.applicationTypes.join(', ') },
  { id: 'family', header: t.family, hiddenByDefault: true, cell: (row) => row.systemFamily.value },
  { id: 'licence', header: t.licence, cell: (row) => <LicenceBadge licence={row.licence} /> },
  { id: 'version', header: t.version, cell: (row) => row.version.value },
  { id: 'swa', header: t.swa, fixed: true, cell: (row) => <SwaBadge status={row.swaStatus} /> },
  {
    id: 'id',
    header: t.id,
    hiddenByDefault: true,
    cell: (row) => <span className="dk-mono">{row.platformId}</span>,
  },
];

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
  {
    field: 'applicationType',
    label: t.applicationTypes,
    kind: 'choice',
    choices: ApplicationType.options.map((value) => ({ value, label: value })),
  },
];

const DETAILS = {
  title: (record: Platform) => record.host.value ?? record.platformId,
  show: (record: Platform) => <PlatformDetails platform={record} />,
};

/** The hosts that applications run on (INV-6), with details that say where every value comes from. */
export default function Platforms() {
  const state = useListState('host');
  return (
    <ListPage
      resource="platforms"
      schema={Platform}
      title={t.title}
      searchLabel={t.search}
      columns={columns(state)}
      fields={FIELDS}
      state={state}
      empty={t.empty}
      details={DETAILS}
    />
  );
}

function PlatformDetails(props: { platform: Platform }) {
  const { platform } = props;
  const { partitions } = platform;
  return (
    <Stack>
      <Facts
        items={[
          [t.account, platform.accountName],
          [
            t.id,
            <span key="id" className="dk-mono">
              {platform.platformId}
            </span>,
          ],
          [t.licence, <LicenceBadge key="licence" licence={platform.licence} />],
          [t.swa, <SwaBadge key="swa" status={platform.swaStatus} />],
        ]}
      />
      <Title order={3} size="h6">
        {t.properties}
      </Title>
      <FactTable
        label={t.properties}
        facts={[
          { label: t.host, fact: platform.host },
          { label: t.type, fact: platform.platformType },
          { label: t.name, fact: platform.platformName },
          { label: t.family, fact: platform.systemFamily },
          { label: t.version, fact: platform.version },
          { label: t.memory, fact: platform.memory, show: capacity },
          { label: t.processor, fact: platform.processor },
        ]}
      />
      <Title order={3} size="h6">
        {t.partitions}
      </Title>
      {partitions.value === null || partitions.value.length === 0 ? (
        <Text size="sm" c="dimmed">
          {partitions.problem ?? t.noPartitions}
        </Text>
      ) : (
        <div className="dk-scroll-x" role="region" aria-label={t.partitions} tabIndex={0}>
          <table className="dk-mini">
            <thead>
              <tr>
                <th scope="col">{t.partitionId}</th>
                <th scope="col">{t.basePath}</th>
                <th scope="col">{t.fileSystem}</th>
                <th scope="col">{t.capacity}</th>
              </tr>
            </thead>
            <tbody>
              {partitions.value.map((one) => (
                <tr key={`${one.id} ${one.basePath}`}>
                  <td className="dk-mono">{one.id}</td>
                  <td className="dk-mono">{one.basePath}</td>
                  <td>{one.fileSystemType}</td>
                  <td>{capacity(one.capacity)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Title order={3} size="h6">
        {t.applications}
      </Title>
      <PlatformApplications platform={platform} />
    </Stack>
  );
}

function PlatformApplications(props: { platform: Platform }) {
  const page = useList('applications', Application, {
    account: props.platform.account,
    filter: [`platformId:eq:${props.platform.platformId}`],
  });
  const tunnels = useGatewayTunnels(props.platform.gateway);
  if (page.error) return <ErrorPanel error={page.error} onRetry={page.retry} />;
  if (page.rows.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {page.loading ? '…' : t.noApplications}
      </Text>
    );
  }
  return (
    <Facts
      items={page.rows.map((one) => [
        one.name ?? one.type,
        <Group key={one.id} gap="xs">
          {`${one.type}, ${one.version.value ?? '–'}, ${one.swaStatus}`}
          {one.hasPortal && <Portal application={one} tunnels={tunnels.data?.items} />}
        </Group>,
      ])}
    />
  );
}
