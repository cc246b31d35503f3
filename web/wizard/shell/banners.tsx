import { Alert, Anchor, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { UpdateAnswer } from '#contract/wizard/gateway.ts';
import { sentences } from '#web/kit/format/sentences.ts';
import { Icon, type IconName } from '#web/kit/icons.tsx';
import type { LiveState } from '../data/live.ts';
import { useStatus, useUpdate } from '../data/queries.ts';
import { useWizardQuery } from '../data/wizard.tsx';
import { text } from '../texts/index.ts';

const t = text.state;
const UPDATING: readonly UpdateAnswer['phase'][] = ['checking', 'downloading', 'verifying'];

/** What an installer must be told on whatever page: lost gateway, update, lost PBX (ONB-46). */
export function Banners(props: { live: LiveState }) {
  const status = useStatus();
  const update = useUpdate();
  const pbxStep = useWizardQuery().data?.variant === 'embedded' ? 'sync' : 'pbx';
  const phase = update.data?.phase;
  const isAway = props.live === 'lost' || props.live === 'starting';
  // A gateway that goes away in the middle of an update may have been too quick for this page to see it switch.
  const isUpdating = phase === 'switching' || phase === 'proving' || (isAway && UPDATING.some((one) => one === phase));
  const last = update.data?.last;
  // What was never there cannot be lost: why a new link fails stands on the step that makes it.
  const lost = (status.data?.pbxs ?? []).filter(
    ({ lastSync, lastSuccessAt }) => lastSync?.outcome === 'Failed' && lastSuccessAt !== null,
  );
  return (
    <Stack gap="sm" mb="md" className="dw-banners dw-page">
      {isUpdating && (
        <Banner icon="sync" title={t.updating}>
          {t.updatingNext}
        </Banner>
      )}
      {props.live === 'lost' && !isUpdating && (
        <Banner icon="error" bad title={t.lost}>
          {t.lostNext}
        </Banner>
      )}
      {props.live === 'starting' && !isUpdating && (
        <Banner icon="sync" title={t.restarting}>
          {t.restartingNext}
        </Banner>
      )}
      {last && last.outcome !== 'Updated' && (
        <Banner icon="error" bad title={t.updateFailed}>
          {last.reason
            ? sentences(last.reason.message, last.reason.nextStep)
            : text.update.outcomes[last.outcome](last.from, last.to)}
        </Banner>
      )}
      {lost.map(({ id, name, lastSync }) => (
        <Banner key={id} icon="error" bad title={t.pbxLost(name)}>
          {lastSync?.reason ? sentences(lastSync.reason.message, lastSync.reason.nextStep) : t.pbxLostNext}{' '}
          <Anchor component={Link} href={`/setup/${pbxStep}/${id}`} size="sm" underline="always">
            {t.toPbx}
          </Anchor>
        </Banner>
      ))}
    </Stack>
  );
}

function Banner(props: { icon: IconName; bad?: boolean; title: string; children: ReactNode }) {
  return (
    <Alert
      role="alert"
      variant="default"
      icon={
        <span {...(props.bad ? { className: 'dk-bad' } : {})}>
          <Icon name={props.icon} />
        </span>
      }
      title={props.title}
    >
      <Text size="sm">{props.children}</Text>
    </Alert>
  );
}
