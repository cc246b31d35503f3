import { Group, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import {
  type TrunkEndBrief,
  type TrunkEndHealth,
  type TrunkFact,
  TrunkHealth,
  type TrunkProbe,
  type TrunkState,
} from '#contract/trunk-health.ts';
import { Age, AsOf } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import { count } from '#web/kit/format/numbers.ts';
import type { IconName } from '#web/kit/icons.tsx';
import { useNow } from '#web/kit/now.tsx';
import { ErrorPanel, Facts, Panel } from '#web/kit/panels.tsx';
import { said } from '#web/kit/said.ts';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { text } from '../../texts/index.ts';
import { HealthPicture } from './trunk-health-picture.tsx';

const t = text.trunkHealth;

const LOOKS: Readonly<Record<TrunkState, readonly ['good' | 'bad' | 'quiet', IconName]>> = {
  up: ['good', 'success'],
  down: ['bad', 'error'],
  unknown: ['quiet', 'dashed'],
};
/** A gateway tells at least every five minutes: after three times that, what it told is the past. */
const OLD_MS = 15 * 60_000;
const MONTH_MS = 30 * 24 * 3_600_000;

const StateBadge = (props: { state: TrunkState; word?: string }) => {
  const [tone, icon] = LOOKS[props.state];
  return (
    <StatusBadge tone={tone} icon={icon}>
      {props.word ?? t.states[props.state]}
    </StatusBadge>
  );
};

/** A trunk in a row: down when one of its ends is, up when all are, and as of when. */
export function HealthCell(props: { ends: readonly TrunkEndBrief[] }) {
  const { ends } = props;
  const [first] = ends;
  if (first === undefined) return <span className="dk-dimmed">{t.untold}</span>;
  const down = ends.filter(({ state }) => state === 'down');
  const state = down.length > 0 ? 'down' : ends.every((end) => end.state === 'up') ? 'up' : 'unknown';
  const word = down.length > 0 ? t.downOf(down.map(({ end }) => t.ends[end]).join(', ')) : undefined;
  return (
    <Group gap="xs" component="span" wrap="wrap">
      <StateBadge state={state} {...(word === undefined ? {} : { word })} />
      <span className="dk-dimmed dk-small">
        {kitText.asOf} <Age at={first.toldAt} inRow />
      </span>
    </Group>
  );
}

/** How both ends of a trunk are, fact by fact, with the picture of a day. */
export function TrunkHealthPanel(props: { trunk: string }) {
  const api = useApi();
  const health = useQuery({
    queryKey: ['trunks', 'one', props.trunk, 'health'],
    queryFn: ({ signal }) => api.get(`/trunks/${encodeURIComponent(props.trunk)}/health`, TrunkHealth, {}, signal),
  });
  const ends = health.data?.ends ?? [];
  return (
    <Panel title={t.title} aside={ends[0] && <AsOf at={ends[0].toldAt} none="" />}>
      {health.error && <ErrorPanel error={health.error} onRetry={() => void health.refetch()} />}
      {health.isPending && <Skeleton h={180} />}
      {health.data && ends.length === 0 && (
        <Text size="sm" c="dimmed">
          {t.none}
        </Text>
      )}
      <Stack gap="md">
        {ends[0] && <Old toldAt={ends[0].toldAt} />}
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
          {ends.map((end) => (
            <End key={end.end} end={end} />
          ))}
        </SimpleGrid>
      </Stack>
    </Panel>
  );
}

function Old(props: { toldAt: string }) {
  const now = useNow();
  if (now - Date.parse(props.toldAt) < OLD_MS) return null;
  return <Text size="sm">{t.old}</Text>;
}

function End(props: { end: TrunkHealth['ends'][number] }) {
  const { end } = props;
  return (
    <section aria-label={t.ends[end.end]}>
      <Group gap="xs" mb="xs">
        <Text component="h3" fw={600} size="sm" m={0}>
          {t.ends[end.end]}
        </Text>
        <StateBadge state={end.state} />
        {end.since && (
          <span className="dk-small">
            {t.since} <Age at={end.since} />
          </span>
        )}
      </Group>
      <Text size="sm" c="dimmed" mb="xs">
        <span className="dk-mono">
          {end.host}:{end.port}
        </span>{' '}
        {end.transport.toUpperCase()}
      </Text>
      <Facts items={factsOf(end)} />
      <div style={{ marginTop: '0.75rem' }}>
        <HealthPicture history={end.history} />
      </div>
    </section>
  );
}

function factsOf(end: TrunkEndHealth): [string, ReactNode][] {
  const facts = (['reachable', 'accepted', 'registered', 'callProven'] as const).map((name): [string, ReactNode] => [
    t[name],
    <FactValue key={name} name={name} fact={end[name]} />,
  ]);
  const probes: [string, ReactNode][] = [
    [t.last, end.last === null ? t.notKnown : <Probe key="last" probe={end.last} />],
    ...(end.lastFailure === null
      ? []
      : [[t.lastFailure, <Probe key="failure" probe={end.lastFailure} />] as [string, ReactNode]]),
  ];
  const until: [string, ReactNode][] =
    end.certificateExpiresAt === null
      ? []
      : [[t.certificate, <Certificate key="certificate" at={end.certificateExpiresAt} />]];
  return [...facts, ...probes, ...until];
}

function FactValue(props: { name: keyof typeof t.facts; fact: TrunkFact | null }) {
  const { fact } = props;
  if (fact === null) return <span className="dk-dimmed">{t.notKnown}</span>;
  return (
    <>
      {fact.is ? t.yes : t.no}: {t.facts[props.name][fact.is ? 'yes' : 'no']}, {t.since} <Age at={fact.since} />
    </>
  );
}

/** The raw result: the peer's own words, for they often say what no code does. */
function Probe(props: { probe: TrunkProbe }) {
  const { status, reason, roundTripMs, failure, detail, at } = props.probe;
  const what =
    status === null
      ? `${t.failures[failure ?? ''] ?? failure ?? ''}${detail ? ` (${said(detail)})` : ''}`
      : `${status} ${reason ?? ''}${roundTripMs === null ? '' : `, ${t.roundTrip(count(roundTripMs))}`}`;
  return (
    <>
      {what}, <Age at={at} />
    </>
  );
}

function Certificate(props: { at: string }) {
  const now = useNow();
  const soon = Date.parse(props.at) - now < MONTH_MS;
  return (
    <Group gap="xs">
      <Age at={props.at} />
      {soon && (
        <StatusBadge tone="warn" icon="clock">
          {t.certificateSoon}
        </StatusBadge>
      )}
    </Group>
  );
}
