import { Stack, Tabs, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Application, type Platform } from '#contract/api.ts';
import type { Tunnel } from '#contract/tunnels.ts';
import { Age } from '#web/kit/age.tsx';
import { capacity } from '#web/kit/format/numbers.ts';
import { ErrorPanel, Facts } from '#web/kit/panels.tsx';
import { PlainTable } from '#web/kit/plain-table.tsx';
import { SwaBadge } from '#web/kit/status-badge.tsx';
import { useList } from '../../data/list.ts';
import { useGatewayTunnels } from '../../data/tunnels.ts';
import { FactTable } from '../../parts/fact-table.tsx';
import { RowLink } from '../../parts/row-link.tsx';
import { text } from '../../texts/index.ts';
import { Portal } from '../tunnels/launch-portal.tsx';
import { ApplicationFacts } from './inventory-parts.tsx';
import { LicenceBadge } from './licence.tsx';

const t = text.platforms;

/** Account, properties with their sources, partitions and applications of a host (INV-24 to INV-28). */
export function PlatformDetails(props: { platform: Platform }) {
  const { platform } = props;
  return (
    <Stack>
      <Facts
        items={[
          [text.inventory.accountName, platform.accountName],
          [
            text.inventory.accountNumber,
            <span key="account" className="dk-mono">
              {platform.account}
            </span>,
          ],
          [
            t.id,
            <span key="id" className="dk-mono">
              {platform.platformId}
            </span>,
          ],
          [t.licence, <LicenceBadge key="licence" licence={platform.licence} />],
          [t.swa, <SwaBadge key="swa" status={platform.swaStatus} />],
          [text.inventory.lastReport, <Age key="reported" at={platform.reportedAt} />],
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
      <Partitions platform={platform} />
      <Title order={3} size="h6">
        {t.applications}
      </Title>
      <PlatformApplications platform={platform} />
    </Stack>
  );
}

function Partitions(props: { platform: Platform }) {
  const { partitions } = props.platform;
  if (partitions.value === null || partitions.value.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {partitions.problem ?? t.noPartitions}
      </Text>
    );
  }
  return (
    <PlainTable label={t.partitions} headings={[t.partitionId, t.basePath, t.fileSystem, t.capacity]}>
      {partitions.value.map((one) => (
        <tr key={`${one.id} ${one.basePath}`}>
          <td className="dk-mono">{one.id}</td>
          <td className="dk-mono">{one.basePath}</td>
          <td>{one.fileSystemType}</td>
          <td>{capacity(one.capacity)}</td>
        </tr>
      ))}
    </PlainTable>
  );
}

/** The applications by type: choosing one shows its table, choosing a row of it everything about it (INV-28). */
function PlatformApplications(props: { platform: Platform }) {
  const { platform } = props;
  const page = useList('applications', Application, {
    account: platform.account,
    filter: [`gateway:eq:${platform.gateway}`, `platformId:eq:${platform.platformId}`],
  });
  const tunnels = useGatewayTunnels(platform.gateway);
  const types = [...new Set(page.rows.map(({ type }) => type))];
  const [chosen, setChosen] = useState<string | null>(null);
  if (page.error) return <ErrorPanel error={page.error} onRetry={page.retry} />;
  if (page.rows.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {page.loading ? '…' : t.noApplications}
      </Text>
    );
  }
  return (
    <Tabs value={chosen ?? types[0] ?? null} onChange={setChosen} keepMounted={false}>
      <Tabs.List>
        {types.map((type) => (
          <Tabs.Tab key={type} value={type}>
            {type}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {types.map((type) => (
        <Tabs.Panel key={type} value={type} pt="xs">
          <ApplicationTable applications={page.rows.filter((one) => one.type === type)} tunnels={tunnels.data?.items} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function ApplicationTable(props: { applications: readonly Application[]; tunnels: readonly Tunnel[] | undefined }) {
  const [open, setOpen] = useState<string | undefined>();
  const shown = props.applications.find(({ id }) => id === open);
  return (
    <Stack gap="xs">
      <PlainTable label={t.applications} headings={[text.applications.name, t.version, t.licence, t.swa, t.portal]}>
        {props.applications.map((one) => (
          <tr key={one.id}>
            <td>
              <RowLink onClick={() => setOpen(open === one.id ? undefined : one.id)}>{one.name ?? one.type}</RowLink>
            </td>
            <td>{one.version.value ?? '–'}</td>
            <td>
              <LicenceBadge licence={one.licence} />
            </td>
            <td>
              <SwaBadge status={one.swaStatus} />
            </td>
            <td>
              <Portal application={one} tunnels={props.tunnels} />
            </td>
          </tr>
        ))}
      </PlainTable>
      {shown && <ApplicationFacts application={shown} tunnels={props.tunnels} />}
    </Stack>
  );
}
