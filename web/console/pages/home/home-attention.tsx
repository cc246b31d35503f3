import { Anchor, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Home, Matter } from '#contract/api/home.ts';
import { PBX_TYPE_NAMES, PbxType } from '#contract/words.ts';
import { Age } from '#web/kit/age.tsx';
import { count } from '#web/kit/format/numbers.ts';
import { sentences } from '#web/kit/format/sentences.ts';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { said } from '#web/kit/said.ts';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import { useAccount } from '../../data/account.tsx';
import { useHome } from '../../data/home.ts';
import { text } from '../../texts/index.ts';

const t = text.home;

/** Of what ends the time is that of its end. */
const ENDS: Readonly<Partial<Record<Matter['kind'], string>>> = { 'swa-expired': t.ended, 'swa-expiring': t.ends };

/** What does not go by itself, in the order of who comes first; each with the next step and the way to it. */
export function Attention() {
  const home = useHome();
  const alerts = home.data?.alerts;
  return (
    <Panel
      title={t.first}
      aside={
        alerts && (
          <Anchor component={Link} href="/alerts" size="sm">
            {text.alerts.allAlerts(count(alerts.open))}
          </Anchor>
        )
      }
    >
      {home.error ? (
        <ErrorPanel error={home.error} onRetry={() => void home.refetch()} />
      ) : (
        <div aria-live="polite">{home.data ? <Matters home={home.data} /> : <Quiet>{t.loading}</Quiet>}</div>
      )}
    </Panel>
  );
}

const Quiet = (props: { children: ReactNode }) => (
  <Text size="sm" c="dimmed">
    {props.children}
  </Text>
);

function Matters(props: { home: Home }) {
  const { account } = useAccount();
  const { matters, more } = props.home;
  if (matters.length === 0) return <Quiet>{t.nothing}</Quiet>;
  return (
    <Stack gap="sm" component="ul" className="dk-plain-list dk-ruled">
      {matters.map((matter) => (
        <Line key={`${matter.kind}/${matter.id}`} matter={matter} account={account === undefined} />
      ))}
      {more > 0 && (
        <li>
          <Quiet>{t.more(count(more))}</Quiet>
        </li>
      )}
    </Stack>
  );
}

/** Where the thing can be seen and settled. */
function wayTo(matter: Matter): string {
  switch (matter.kind) {
    case 'sync-held':
    case 'sync-failed':
    case 'sync-partial':
      return `/sync-runs/${matter.id}`;
    case 'trunk-down':
      return `/trunks/${matter.id}`;
    case 'swa-expired':
    case 'swa-expiring':
      return '/applications?filter=swaStatus%3Ain%3AExpired%2CExpiring+soon';
    case 'gateway-offline':
    case 'gateway-stale':
    case 'gateway-new':
    case 'alert':
      return `/gateways/${matter.gateway}`;
    default:
      return matter.kind satisfies never;
  }
}

function nameOf(matter: Matter): string {
  if (matter.application === undefined) return matter.name;
  const pbx = PbxType.safeParse(matter.application);
  const type = pbx.success ? PBX_TYPE_NAMES[pbx.data] : matter.application;
  return matter.name === '' ? type : `${type}, ${matter.name}`;
}

function Line(props: { matter: Matter; account: boolean }) {
  const { matter } = props;
  const words = t.matters[matter.kind];
  const name = nameOf(matter);
  const action = matter.kind === 'sync-held' ? t.decide : t.open;
  return (
    <Group component="li" justify="space-between" gap="xs" align="flex-start">
      <Stack gap={2} miw={0} style={{ flex: '1 1 16rem' }}>
        <Group gap="xs">
          <StatusBadge
            tone={matter.severity === 'error' ? 'bad' : 'warn'}
            icon={matter.severity === 'error' ? 'error' : 'warning'}
          >
            {words.badge}
          </StatusBadge>
          <Text size="sm" fw={600}>
            {name}
          </Text>
          <Text size="sm" c="dimmed" component="span">
            {props.account && `${matter.accountName}${matter.at === null ? '' : ', '}`}
            {ENDS[matter.kind] !== undefined && `${ENDS[matter.kind]} `}
            {matter.at !== null && <Age at={matter.at} />}
          </Text>
        </Group>
        <Text size="sm">
          {matter.kind === 'gateway-offline' || matter.kind === 'trunk-down'
            ? sentences(`${words.says.replace(/\.$/, '')}${matter.message ? ` (${said(matter.message)})` : ''}`)
            : sentences(matter.message === null ? words.says : said(matter.message))}{' '}
          <Text span size="sm" c="dimmed">
            {sentences(matter.nextStep === null ? words.next : said(matter.nextStep))}
          </Text>
        </Text>
      </Stack>
      <Anchor component={Link} href={wayTo(matter)} size="sm" aria-label={t.openOf(action, name)}>
        {action}
      </Anchor>
    </Group>
  );
}
