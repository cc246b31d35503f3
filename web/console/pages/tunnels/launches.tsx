import { Anchor, Stack, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Link } from 'wouter';
import { z } from 'zod';
import { Launch, LaunchLine } from '#contract/tunnels.ts';
import { Age } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import type { FilterField } from '#web/kit/filters/grammar.ts';
import { absoluteTime } from '#web/kit/format/age.ts';
import { bytes, count } from '#web/kit/format/numbers.ts';
import { ErrorPanel, Facts } from '#web/kit/panels.tsx';
import { PlainTable } from '#web/kit/plain-table.tsx';
import type { Column } from '#web/kit/table/data-table.tsx';
import { useGatewayNames } from '../../data/gateway-names.ts';
import { type ListState, useListState } from '../../data/list-state.ts';
import { ListPage } from '../../parts/list-page.tsx';
import { RowLink } from '../../parts/row-link.tsx';
import { text } from '../../texts/index.ts';
import { EndButton, SessionState } from './launch-sessions.tsx';

const t = text.tunnels;

const WATCH_MS = 10_000;

const columns = (state: ListState, gateways: ReadonlyMap<string, string>): Column<Launch>[] => [
  {
    id: 'who',
    header: t.who,
    sort: 'personName',
    fixed: true,
    cell: (row) => <RowLink onClick={() => state.show(row.id)}>{row.personName}</RowLink>,
  },
  {
    id: 'why',
    header: t.why,
    sort: 'reason',
    wrap: true,
    cell: (row) => row.reason || <span className="dk-dimmed">{t.noReason}</span>,
  },
  { id: 'target', header: t.target, sort: 'name', wrap: true, cell: (row) => row.name },
  {
    id: 'gateway',
    header: t.gateway,
    cell: (row) => (
      <Anchor component={Link} href={`/gateways/${row.gateway}`} size="sm">
        {gateways.get(row.gateway) ?? t.gateway}
      </Anchor>
    ),
  },
  { id: 'since', header: t.since, sort: 'createdAt', cell: (row) => <Age at={row.createdAt} inRow /> },
  { id: 'state', header: t.state, wrap: true, cell: (row) => <SessionState launch={row} /> },
  { id: 'control', header: t.control, cell: (row) => <EndButton launch={row} /> },
  { id: 'requests', header: t.requests, sort: 'requests', align: 'end', cell: (row) => count(row.requests) },
  { id: 'bytes', header: t.bytes, align: 'end', cell: (row) => bytes(row.bytesUp + row.bytesDown) },
];

const FIELDS: readonly FilterField[] = [
  {
    field: 'state',
    label: t.state,
    kind: 'choice',
    choices: Launch.shape.state.options.map((value) => ({ value, label: t.states[value] })),
  },
  { field: 'createdAt', label: t.since, kind: 'date' },
];

const DETAILS = {
  title: (launch: Launch) => t.details(launch.personName, launch.name),
  show: (launch: Launch) => <LaunchDetails launch={launch} />,
};

/** Every session of the account in view, the newest first, with what was asked for in it. */
export default function Launches() {
  const queries = useQueryClient();
  const state = useListState();
  // Begin and end come by the stream; the counters of open sessions do not.
  useEffect(() => {
    const timer = setInterval(() => void queries.invalidateQueries({ queryKey: ['launches'] }), WATCH_MS);
    return () => clearInterval(timer);
  }, [queries]);
  return (
    <ListPage
      resource="launches"
      schema={Launch}
      title={t.pageTitle}
      columns={columns(state, useGatewayNames())}
      fields={FIELDS}
      state={state}
      empty={t.pageEmpty}
      details={DETAILS}
    />
  );
}

function LaunchDetails(props: { launch: Launch }) {
  const { launch } = props;
  return (
    <Stack>
      <Facts
        items={[
          [t.who, launch.personName],
          [t.why, launch.reason || t.noReason],
          [t.target, launch.name],
          [t.state, <SessionState key="state" launch={launch} />],
          [t.launched, absoluteTime(launch.createdAt)],
          launch.endedAt === null
            ? [t.longest, absoluteTime(launch.expiresAt)]
            : [t.ended, absoluteTime(launch.endedAt)],
          [t.requests, count(launch.requests)],
          [t.up, bytes(launch.bytesUp)],
          [t.down, bytes(launch.bytesDown)],
        ]}
      />
      <Title order={3} size="h6">
        {t.lines}
      </Title>
      <Text size="sm" c="dimmed">
        {t.linesHint}
      </Text>
      <Lines launch={launch} />
    </Stack>
  );
}

function Lines(props: { launch: Launch }) {
  const { id } = props.launch;
  const api = useApi();
  const lines = useQuery({
    queryKey: ['launches', 'one', id, 'requests'],
    queryFn: ({ signal }) =>
      api.get(`/launches/${encodeURIComponent(id)}/requests`, z.object({ items: z.array(LaunchLine) }), {}, signal),
  });
  if (lines.error) return <ErrorPanel error={lines.error} onRetry={() => void lines.refetch()} />;
  const items = lines.data?.items ?? [];
  if (items.length === 0) return <Text size="sm">{lines.isPending ? '…' : t.noLines}</Text>;
  return (
    <PlainTable label={t.lines} headings={[t.time, t.method, t.path, t.answer, t.bytes]}>
      {items.map(({ n, at, method, path, status, bytes: size }) => (
        <tr key={n}>
          <td>
            <Age at={at} inRow />
          </td>
          <td>{method}</td>
          <td className="dk-mono">{path}</td>
          <td>{status}</td>
          <td>{bytes(size)}</td>
        </tr>
      ))}
    </PlainTable>
  );
}
