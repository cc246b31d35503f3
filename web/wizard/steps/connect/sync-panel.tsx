import { Button, Group, Loader, NumberInput, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { StatusAnswer } from '#contract/wizard/gateway.ts';
import { Age } from '#web/kit/age.tsx';
import { count } from '#web/kit/format/numbers.ts';
import { sentences } from '#web/kit/format/sentences.ts';
import { Icon } from '#web/kit/icons.tsx';
import { useNotice } from '#web/kit/notices.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { OutcomeBadge } from '#web/kit/status-badge.tsx';
import { text } from '../../texts/index.ts';
import { usePbxActs } from '../pbx/pbx-acts.ts';

const t = text.syncPanel;

type Status = StatusAnswer['pbxs'][number];

/** The schedule in minutes, Sync Now, and how the run stands (ONB-33 to ONB-35). */
export function SyncPanel(props: { status: Status }) {
  const { status } = props;
  const { sync } = usePbxActs();
  return (
    <Stack gap="sm">
      <Schedule key={status.syncMinutes} status={status} />
      <Group gap="sm">
        <Button
          variant="default"
          leftSection={<Icon name="sync" size={14} />}
          loading={sync.isPending}
          disabled={status.running !== null}
          aria-label={`${t.now}: ${status.name}`}
          onClick={() => sync.mutate(status.id)}
        >
          {t.now}
        </Button>
        <div role="status">
          {status.running ? (
            <Group gap="xs">
              <Loader size="xs" aria-hidden />
              <Text size="sm">{t.running(phaseOf(status.running.phase), count(status.running.read))}</Text>
            </Group>
          ) : (
            <LastRun status={status} />
          )}
        </div>
      </Group>
      {status.running === null && status.lastSync?.reason && (
        <Text size="sm">{sentences(status.lastSync.reason.message, status.lastSync.reason.nextStep)}</Text>
      )}
      {sync.error && <ErrorPanel error={sync.error} />}
    </Stack>
  );
}

function phaseOf(phase: string): string {
  const phases: Readonly<Record<string, string>> = t.phases;
  return phases[phase] ?? phase;
}

const LastRun = (props: { status: Status }) => {
  const { lastSync, nextSyncAt } = props.status;
  return (
    <Group gap="xs">
      {lastSync ? (
        <>
          <OutcomeBadge outcome={lastSync.outcome} />
          <Text size="sm">
            {t.last(count(lastSync.counts.read), count(lastSync.counts.added), count(lastSync.counts.changed))}{' '}
            <Age at={lastSync.finishedAt} />
          </Text>
        </>
      ) : (
        <Text size="sm">{t.never}</Text>
      )}
      {nextSyncAt !== null && (
        <Text size="sm" c="dimmed">
          {t.next} <Age at={nextSyncAt} />
        </Text>
      )}
    </Group>
  );
};

const MAX_MINUTES = 10_080;

function Schedule(props: { status: Status }) {
  const { id, syncMinutes, name } = props.status;
  const { edit } = usePbxActs();
  const tell = useNotice();
  const [minutes, setMinutes] = useState<number | string>(syncMinutes);
  const wanted = typeof minutes === 'number' ? minutes : Number.NaN;
  const isGood = Number.isInteger(wanted) && wanted >= 1 && wanted <= MAX_MINUTES;
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (!isGood) return;
    // By the promise: what is stored by then is shown by a new form. Why it was refused stands in this one.
    const told = edit.mutateAsync({ id, syncMinutes: wanted }).then(() => tell(t.saved));
    told.catch(() => undefined);
  };
  return (
    <form onSubmit={save} aria-label={`${t.schedule}: ${name}`}>
      <Group align="flex-end" gap="sm">
        <NumberInput
          label={t.schedule}
          value={minutes}
          min={1}
          max={MAX_MINUTES}
          allowDecimal={false}
          clampBehavior="none"
          hideControls
          error={!isGood && t.wrong}
          w={260}
          onChange={setMinutes}
        />
        <Button type="submit" variant="default" loading={edit.isPending} disabled={!isGood || wanted === syncMinutes}>
          {t.save}
        </Button>
      </Group>
      {edit.error && <ErrorPanel error={edit.error} />}
    </form>
  );
}
