import { Anchor, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { Link } from 'wouter';
import type { Home } from '#contract/api/home.ts';
import { Age } from '#web/kit/age.tsx';
import { count } from '#web/kit/format/numbers.ts';
import { Icon, type IconName } from '#web/kit/icons.tsx';
import { useNow } from '#web/kit/now.tsx';
import { Panel } from '#web/kit/panels.tsx';
import { useHome } from '../../data/home.ts';
import { text } from '../../texts/index.ts';

const t = text.home;
const DAY_MS = 86_400_000;

const filtered = (page: string, ...filters: string[]) =>
  `${page}?${new URLSearchParams(filters.map((filter) => ['filter', filter])).toString()}`;

/** Fleet health in figures, each of which leads to what it counts. */
export function Fleet() {
  const { data } = useHome();
  const now = useNow();
  if (!data) return <Panel title={t.fleet}>–</Panel>;
  const { gateways, syncs, trunks, inventory, alerts } = data;
  if (!gateways && !syncs && !inventory) return null;
  // To the minute, so that the address does not change with every look.
  const soon = new Date(Math.ceil((now + 14 * DAY_MS) / 60_000) * 60_000).toISOString();
  return (
    <Panel title={t.fleet}>
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} spacing="lg">
        {gateways && <Gateways gateways={gateways} />}
        {syncs && (
          <Figures title={t.syncs}>
            <Figure label={t.held} value={syncs.held} href={filtered('/sync-runs', 'hold:eq:open')} bad="warning" />
            <Figure
              label={t.failed}
              value={syncs.failed}
              href={filtered('/sync-runs', 'outcome:eq:Failed')}
              bad="error"
            />
            {alerts && (
              <Figure
                label={t.overdue}
                value={alerts.missedSyncs}
                href={filtered('/alerts', 'rule:eq:sync-missed', 'state:eq:Open')}
                bad="clock"
              />
            )}
          </Figures>
        )}
        {trunks && (
          <Figures title={t.trunks}>
            <Figure label={t.trunksDown} value={trunks.down} href="/trunks" bad="error" />
            <Figure label={t.trunksAll} value={trunks.total} href="/trunks" />
          </Figures>
        )}
        {(gateways || inventory) && (
          <Figures title={t.ending}>
            {gateways && (
              <Figure
                label={t.certificates}
                value={gateways.certificates}
                href={filtered('/gateways', `certificateExpiresAt:le:${soon}`)}
                bad="clock"
                more={t.certificatesHint}
              />
            )}
            {inventory && (
              <>
                <Figure
                  label={t.swaExpiring}
                  value={inventory.swa['Expiring soon']}
                  href={filtered('/applications', 'swaStatus:eq:Expiring soon')}
                  bad="clock"
                />
                <Figure
                  label={t.swaExpired}
                  value={inventory.swa.Expired}
                  href={filtered('/applications', 'swaStatus:eq:Expired')}
                  bad="error"
                />
              </>
            )}
          </Figures>
        )}
      </SimpleGrid>
      {gateways && Object.values(gateways.byPresence).every((one) => one === 0) && (
        <Text size="sm" c="dimmed" mt="sm">
          {t.gatewaysNone}
        </Text>
      )}
    </Panel>
  );
}

function Gateways(props: { gateways: NonNullable<Home['gateways']> }) {
  const { byPresence, offlineSince } = props.gateways;
  const to = (word: string) => filtered('/gateways', `presence:eq:${word}`);
  return (
    <Figures title={t.gateways}>
      <Figure label={t.online} value={byPresence.Online} href={to('Online')} />
      <Figure
        label={t.offline}
        value={byPresence.Offline}
        href={to('Offline')}
        bad="error"
        more={
          offlineSince && (
            <>
              {t.offlineSince} <Age at={offlineSince} />
            </>
          )
        }
      />
      <Figure label={t.stale} value={byPresence.Stale} href={to('Stale')} bad="clock" />
      <Figure label={t.updating} value={byPresence.Updating} href={to('Updating')} />
      <Figure label={t.neverConnected} value={byPresence['Never connected']} href={to('Never connected')} />
    </Figures>
  );
}

function Figures(props: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <Title order={3} size="h6" id={id} mb={4}>
        {props.title}
      </Title>
      <Stack gap={4}>{props.children}</Stack>
    </section>
  );
}

/** A number with what it counts. One that is not nought and should be (`bad`) stands out by sign and weight. */
function Figure(props: { label: string; value: number; href: string; bad?: IconName; more?: ReactNode }) {
  const alarming = props.bad !== undefined && props.value > 0;
  return (
    <Group gap="xs" wrap="nowrap" align="baseline">
      <Text
        span
        fw={alarming ? 700 : 500}
        ta="end"
        miw="3rem"
        style={{ fontVariantNumeric: 'tabular-nums', fontSize: '1.125rem' }}
      >
        {count(props.value)}
      </Text>
      <Stack gap={0} miw={0}>
        <Group gap={4} wrap="nowrap">
          <Anchor component={Link} href={props.href} size="sm">
            {props.label}
          </Anchor>
          {alarming && (
            <span className={props.bad === 'error' ? 'dk-bad' : 'dk-warn'}>
              <Icon name={props.bad ?? 'warning'} size={14} />
            </span>
          )}
        </Group>
        {props.more && <span className="dk-dimmed dk-small">{props.more}</span>}
      </Stack>
    </Group>
  );
}
