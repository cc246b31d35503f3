import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { Link, useLocation } from 'wouter';
import type { StepId } from '#contract/wizard/state.ts';
import { PBX_TYPE_NAMES } from '#contract/words.ts';
import { Age } from '#web/kit/age.tsx';
import { countryName } from '#web/kit/format/countries.ts';
import { count } from '#web/kit/format/numbers.ts';
import { siteTime } from '#web/kit/format/site-time.ts';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel, Facts, Panel } from '#web/kit/panels.tsx';
import { OutcomeBadge, StatusBadge } from '#web/kit/status-badge.tsx';
import { useAbout, useStatus } from '../data/queries.ts';
import { useWizard } from '../data/wizard.tsx';
import { EmptyLine } from '../parts/empty-line.tsx';
import { StepFrame } from '../parts/step-frame.tsx';
import { text } from '../texts/index.ts';

const t = text.overview;

/** Everything that was set, on one page, each part with the way to change it (ONB-14, ONB-40). */
export default function OverviewStep() {
  const { site, account, completedAt, variant } = useWizard();
  const status = useStatus();
  const about = useAbout();
  const [, navigate] = useLocation();
  const error = status.error ?? about.error;
  const cloud = status.data?.cloud;
  const place = [site.address, [site.postalCode, site.city].filter(Boolean).join(' '), site.province]
    .concat(site.country === '' ? [] : [countryName(site.country)])
    .filter((line) => line !== '')
    .join(', ');
  const pbxStep = variant === 'embedded' ? 'sync' : 'connect';
  return (
    <StepFrame
      step="overview"
      lead={t.lead}
      checklist={t.checklist}
      next={
        <Button onClick={() => navigate(completedAt === null ? '/setup/deployment' : '/gateway')}>
          {completedAt === null ? t.toComplete : t.toGateway}
        </Button>
      }
    >
      {error && <ErrorPanel error={error} onRetry={() => void Promise.all([status.refetch(), about.refetch()])} />}
      <Panel title={text.step.names.gateway} aside={<Gear step="gateway" />}>
        <Facts
          items={[
            [t.site, site.name],
            [t.place, place],
            [t.zone, site.timeZone],
            [t.hostName, status.data?.hostName],
            [t.addresses, about.data?.addresses.join(', ')],
            [t.name, status.data && (status.data.announcedName ?? t.noName)],
            [t.account, account?.name ?? t.noAccount],
            [
              t.cloud,
              cloud && (
                <StatusBadge
                  key="cloud"
                  tone={cloud.state === 'online' ? 'good' : 'warn'}
                  icon={cloud.state === 'online' ? 'success' : 'sync'}
                >
                  {t.cloudStates[cloud.state]}
                </StatusBadge>
              ),
            ],
            [t.completed, completedAt === null ? t.notComplete : siteTime(completedAt, site.timeZone)],
          ]}
        />
      </Panel>
      {status.data?.pbxs.map((pbx) => (
        <Panel key={pbx.id} title={pbx.name} aside={<Gear step={pbxStep} of={pbx.name} />}>
          <Facts
            items={[
              [t.type, PBX_TYPE_NAMES[pbx.type]],
              [t.address, pbx.address],
              [t.users, count(pbx.users)],
              [t.numbers, count(pbx.numbers)],
              [t.schedule, t.everyMinutes(count(pbx.syncMinutes))],
              [
                t.lastSync,
                pbx.lastSync && (
                  <Group key="last" gap="xs">
                    <OutcomeBadge outcome={pbx.lastSync.outcome} />
                    <Age at={pbx.lastSync.finishedAt} />
                  </Group>
                ),
              ],
            ]}
          />
        </Panel>
      ))}
      {status.data?.pbxs.length === 0 && <EmptyLine text={text.connectStep.noPbx} />}
      {account?.consoleUrl && (
        <Stack gap={4}>
          <Text size="sm">{t.consoleLead}</Text>
          <Anchor href={account.consoleUrl} target="_blank" rel="noopener noreferrer" size="sm">
            {text.app.console} <Icon name="launch" size={14} />
          </Anchor>
        </Stack>
      )}
    </StepFrame>
  );
}

const Gear = (props: { step: StepId; of?: string }) => (
  <Button
    component={Link}
    href={`/setup/${props.step}`}
    size="xs"
    variant="default"
    leftSection={<Icon name="settings" size={14} />}
    aria-label={t.changeOf(props.of ?? text.step.names[props.step])}
  >
    {t.change}
  </Button>
);
