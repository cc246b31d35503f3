import { Button, Stack, Text } from '@mantine/core';
import type { Launch } from '#contract/tunnels.ts';
import { toApiError } from '#web/kit/api/api-error.ts';
import { sentences } from '#web/kit/format/sentences.ts';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import { useMay } from '../../data/me.tsx';
import { useEndLaunch } from '../../data/tunnels.ts';
import { text } from '../../texts/index.ts';

const t = text.tunnels;

/** How a session stands, and for one that is over how it ended. */
export function SessionState(props: { launch: Launch }) {
  const { state, endReason, endedBy } = props.launch;
  if (state === 'open') {
    return (
      <StatusBadge tone="good" icon="play">
        {t.states.open}
      </StatusBadge>
    );
  }
  if (state === 'waiting') {
    return (
      <StatusBadge tone="busy" icon="clock">
        {t.states.waiting}
      </StatusBadge>
    );
  }
  const how = endReason === null ? undefined : (t.ends[endReason] ?? endReason);
  return (
    <span className="dk-dimmed">
      {t.states.ended}
      {how !== undefined && `, ${endedBy === null ? how : t.endedBy(how, endedBy)}`}
    </span>
  );
}

/** Ends an open session; absent when it is over and for whoever may not. */
export function EndButton(props: { launch: Launch }) {
  const { launch } = props;
  const end = useEndLaunch();
  const may = useMay('support:launch');
  if (!may || launch.state === 'ended') return null;
  return (
    <Stack gap={4} align="flex-start">
      <Button
        size="xs"
        variant="default"
        loading={end.isPending}
        aria-label={t.endOf(launch.personName, launch.name)}
        onClick={() => end.mutate(launch.id)}
      >
        {t.end}
      </Button>
      {end.error && (
        <Text size="xs" role="alert">
          {sentences(toApiError(end.error).message)}
        </Text>
      )}
    </Stack>
  );
}
