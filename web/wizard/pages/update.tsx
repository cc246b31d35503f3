import { Alert, Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { UpdateSchedule } from '#contract/update.ts';
import { UpdateAnswer } from '#contract/wizard/gateway.ts';
import { ApiError } from '#web/kit/api/api-error.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { sentences } from '#web/kit/format/sentences.ts';
import { siteTime } from '#web/kit/format/site-time.ts';
import { Icon } from '#web/kit/icons.tsx';
import { useNotice } from '#web/kit/notices.tsx';
import { ErrorPanel, Facts, Panel } from '#web/kit/panels.tsx';
import { useUpdate } from '../data/queries.ts';
import { text } from '../texts/index.ts';

const t = text.update;

/** When this gateway updates itself, and what came of it last (DMN-11 to DMN-13). */
export function UpdatePanel(props: { zone: string }) {
  const update = useUpdate();
  const { data } = update;
  return (
    <Panel title={t.title}>
      {update.error && <ErrorPanel error={update.error} onRetry={() => void update.refetch()} />}
      {data?.phase === 'unsupported' && <Text size="sm">{t.unsupported}</Text>}
      {data && data.phase !== 'unsupported' && <Supported update={data} zone={props.zone} />}
    </Panel>
  );
}

function Supported(props: { update: UpdateAnswer; zone: string }) {
  const { update, zone } = props;
  const { schedule, last, phase } = update;
  const acts = useUpdateActs();
  const time = (at: string | null | undefined) => (at ? siteTime(at, zone) : t.never);
  const next = schedule.paused ? t.paused : schedule.automatic ? time(update.nextCheckAt) : t.notByItself;
  const isIdle = phase === 'idle';
  return (
    <Stack gap="md">
      {last && last.outcome !== 'Updated' && (
        <Alert
          variant="default"
          icon={
            <span className="dk-bad">
              <Icon name="error" />
            </span>
          }
          title={t.outcomes[last.outcome](last.from, last.to)}
        >
          {last.reason && <Text size="sm">{sentences(last.reason.message, last.reason.nextStep)}</Text>}
        </Alert>
      )}
      {update.problem && <ErrorPanel error={new ApiError(500, update.problem)} />}
      <Facts
        items={[
          [t.version, update.version],
          [t.phase, t.phases[phase]],
          [t.available, update.available ?? t.noneNewer],
          [t.lastUpdate, time(last?.at)],
          [t.lastCheck, time(update.lastCheckAt)],
          [t.nextCheck, next],
        ]}
      />
      {/* What the gateway has taken over becomes what the form begins with. */}
      <ScheduleForm key={JSON.stringify(schedule)} schedule={schedule} zone={zone} acts={acts} />
      <Group gap="xs">
        <Button
          size="xs"
          variant="default"
          disabled={!isIdle}
          loading={acts.check.isPending}
          onClick={() => acts.check.mutate()}
        >
          {t.check}
        </Button>
        {update.available !== null && (
          <Button size="xs" disabled={!isIdle} loading={acts.install.isPending} onClick={() => acts.install.mutate()}>
            {t.install(update.available)}
          </Button>
        )}
      </Group>
      {(acts.check.error ?? acts.install.error) && <ErrorPanel error={acts.check.error ?? acts.install.error} />}
    </Stack>
  );
}

function useUpdateActs() {
  const api = useApi();
  const queries = useQueryClient();
  const tell = useNotice();
  const refresh = () => queries.invalidateQueries({ queryKey: ['update'] });
  return {
    check: useMutation({
      mutationFn: () => api.act('POST', '/update/check'),
      onSuccess: () => tell(t.checked),
      onSettled: refresh,
    }),
    install: useMutation({ mutationFn: () => api.act('POST', '/update/install', {}), onSettled: refresh }),
    schedule: useMutation({
      mutationFn: (schedule: UpdateSchedule) => api.send('PUT', '/update/schedule', UpdateAnswer, schedule),
      onSuccess: (answer) => {
        queries.setQueryData(['update'], answer);
        tell(t.rescheduled);
      },
    }),
  };
}

/** Every day, once a week or not by itself; at a time; paused for a while. */
function ScheduleForm(props: { schedule: UpdateSchedule; zone: string; acts: ReturnType<typeof useUpdateActs> }) {
  const { schedule, acts } = props;
  const [wanted, setWanted] = useState(schedule);
  const change = (part: Partial<UpdateSchedule>) => setWanted({ ...wanted, ...part });
  const isChanged = JSON.stringify(wanted) !== JSON.stringify(schedule);
  const rhythm = wanted.automatic ? wanted.frequency : 'never';
  const save = (event: FormEvent) => {
    event.preventDefault();
    acts.schedule.mutate(wanted);
  };
  return (
    <form onSubmit={save} aria-label={t.schedule}>
      <Stack gap="sm">
        <Group gap="sm" align="flex-end">
          <NativeSelect
            label={t.schedule}
            value={rhythm}
            data={[
              { value: 'daily', label: t.daily },
              { value: 'weekly', label: t.weekly },
              { value: 'never', label: t.notByItself },
            ]}
            onChange={({ currentTarget: { value } }) =>
              change(
                value === 'never'
                  ? { automatic: false }
                  : { automatic: true, frequency: value === 'weekly' ? 'weekly' : 'daily' },
              )
            }
          />
          {rhythm === 'weekly' && (
            <NativeSelect
              label={t.day}
              value={String(wanted.day)}
              data={t.days.map((label, day) => ({ value: String(day), label }))}
              onChange={({ currentTarget }) => change({ day: Number(currentTarget.value) })}
            />
          )}
          {wanted.automatic && (
            <TextInput
              type="time"
              required
              label={t.time(props.zone)}
              value={wanted.time}
              onChange={({ currentTarget }) => change({ time: currentTarget.value })}
            />
          )}
          <Button type="submit" variant="default" disabled={!isChanged} loading={acts.schedule.isPending}>
            {t.reschedule}
          </Button>
          {schedule.automatic && (
            <Button
              variant="default"
              disabled={isChanged || acts.schedule.isPending}
              leftSection={<Icon name={schedule.paused ? 'play' : 'pause'} size={14} />}
              onClick={() => acts.schedule.mutate({ ...schedule, paused: !schedule.paused })}
            >
              {schedule.paused ? t.resume : t.pause}
            </Button>
          )}
        </Group>
        {acts.schedule.error && <ErrorPanel error={acts.schedule.error} />}
      </Stack>
    </form>
  );
}
