import { Alert, Button, Group, NativeSelect, SimpleGrid, Stack, Switch, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { GatewayDetail } from '#contract/api.ts';
import type { UpdateSchedule, UpdateStatus } from '#contract/update.ts';
import { Age, AsOf } from '#web/kit/age.tsx';
import { useUnsaved } from '#web/kit/form/unsaved.tsx';
import { absoluteTime } from '#web/kit/format/age.ts';
import { sentences } from '#web/kit/format/sentences.ts';
import { Icon } from '#web/kit/icons.tsx';
import { Overtaken } from '#web/kit/overtaken.tsx';
import { Facts, Panel } from '#web/kit/panels.tsx';
import { permissionFor } from '../../data/commands.ts';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';
import { type CommandActions, CommandButton } from '../commands/command-button.tsx';

const t = text.gatewayUpdate;
const SET = 'gateway.set-update-schedule';

/** When this gateway updates itself, what came of it last, and the two acts: look, update (GWS-5 to GWS-8, GWS-12). */
export function GatewayUpdate(props: { gateway: GatewayDetail; actions: CommandActions }) {
  const { gateway, actions } = props;
  const { update } = gateway;
  if (update === null) {
    return (
      <Panel title={t.title}>
        <Text size="sm" c="dimmed">
          {t.unknown}
        </Text>
      </Panel>
    );
  }
  if (update.phase === 'unsupported') {
    return (
      <Panel title={t.title} aside={<AsOf at={gateway.updateAt} none="" />}>
        <Text size="sm">{t.unsupported}</Text>
      </Panel>
    );
  }
  return (
    <Panel title={t.title} aside={<AsOf at={gateway.updateAt} none="" />}>
      <Stack gap="md">
        <LastUpdate last={update.last} />
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <Facts items={facts(gateway, update)} />
          <ScheduleForm schedule={update.schedule} zone={gateway.timeZone} actions={actions} />
        </SimpleGrid>
        <Group gap="xs">
          <CommandButton name="gateway.check-update" label={t.check} icon="search" actions={actions} />
          <CommandButton name="gateway.update" label={t.update} icon="download" actions={actions} />
        </Group>
      </Stack>
    </Panel>
  );
}

function facts(gateway: GatewayDetail, update: UpdateStatus): Parameters<typeof Facts>[0]['items'] {
  const { schedule, phase, available, last, lastCheckAt, nextCheckAt } = update;
  const zone = gateway.timeZone ?? 'UTC';
  const next = nextCheckAt === null || !schedule.automatic || schedule.paused ? null : absoluteTime(nextCheckAt, zone);
  return [
    [t.version, gateway.version],
    [t.phase, t.phases[phase]],
    [t.available, available ?? t.noneNewer],
    [t.lastUpdate, <Age key="last" at={last?.at} none={t.never} />],
    [t.lastCheck, <Age key="check" at={lastCheckAt} none={t.never} />],
    [t.nextCheck, next ?? (schedule.paused ? t.paused : t.notByItself)],
  ];
}

/** The outcome in words; a failure with its cause and what to do. */
function LastUpdate(props: { last: UpdateStatus['last'] }) {
  const { last } = props;
  if (last === null) return null;
  const outcome = t.outcomes[last.outcome](last.from, last.to);
  if (last.outcome === 'Updated') {
    return (
      <Group gap="xs">
        <Icon name="success" size={16} />
        <Text size="sm">{outcome}</Text>
      </Group>
    );
  }
  return (
    <Alert
      variant="default"
      icon={
        <span className="dk-bad">
          <Icon name="error" />
        </span>
      }
      title={outcome}
    >
      {last.reason && (
        <Stack gap="xs">
          <Text size="sm">{sentences(last.reason.message)}</Text>
          <Text size="sm">{last.reason.nextStep}</Text>
          <Text size="xs" c="dimmed">
            {t.code} {last.reason.code}
          </Text>
        </Stack>
      )}
    </Alert>
  );
}

const same = (a: UpdateSchedule, b: UpdateSchedule): boolean => JSON.stringify(a) === JSON.stringify(b);

function ScheduleForm(props: { schedule: UpdateSchedule; zone: string | null; actions: CommandActions }) {
  const { schedule, actions } = props;
  // What the form began with: while somebody edits, what another admin has set meanwhile must not be lost unseen.
  const [base, setBase] = useState(schedule);
  const [wanted, setWanted] = useState(schedule);
  const may = useMay(permissionFor(SET));
  const change = (part: Partial<UpdateSchedule>) => setWanted({ ...wanted, ...part });
  const isEdited = !same(wanted, base);
  const isChanged = !same(wanted, schedule);
  const takeNewest = () => {
    setBase(schedule);
    setWanted(schedule);
  };
  useUnsaved(isEdited && isChanged && !actions.busy);
  const movedOn = !same(base, schedule);
  // Untouched, or saved by this very form: it follows.
  if (movedOn && (!isEdited || !isChanged)) takeNewest();
  const isOff = !may || actions.busy || !wanted.automatic;
  const save = (event: FormEvent) => {
    event.preventDefault();
    actions.issue(SET, wanted);
  };
  return (
    <form onSubmit={save} aria-label={t.schedule}>
      <Stack gap="sm">
        <Switch
          label={t.automatic}
          checked={wanted.automatic}
          disabled={!may || actions.busy}
          onChange={(event) => change({ automatic: event.currentTarget.checked })}
        />
        <Group gap="sm" align="flex-end">
          <NativeSelect
            label={t.frequency}
            value={wanted.frequency}
            disabled={isOff}
            data={[
              { value: 'daily', label: t.daily },
              { value: 'weekly', label: t.weekly },
            ]}
            onChange={({ currentTarget }) =>
              change({ frequency: currentTarget.value === 'weekly' ? 'weekly' : 'daily' })
            }
          />
          {wanted.frequency === 'weekly' && (
            <NativeSelect
              label={t.day}
              value={String(wanted.day)}
              disabled={isOff}
              data={t.days.map((label, day) => ({ value: String(day), label }))}
              onChange={({ currentTarget }) => change({ day: Number(currentTarget.value) })}
            />
          )}
          <TextInput
            type="time"
            required
            label={t.time(props.zone ?? 'UTC')}
            value={wanted.time}
            disabled={isOff}
            onChange={({ currentTarget }) => change({ time: currentTarget.value })}
          />
        </Group>
        {movedOn && isEdited && isChanged && (
          <Overtaken title={t.overtaken} next={t.overtakenNext} action={t.takeNewest} onTake={takeNewest} />
        )}
        {may && (
          <Group gap="xs">
            <Button type="submit" size="xs" disabled={!isChanged || actions.busy}>
              {t.save}
            </Button>
            <Button size="xs" variant="default" disabled={!isChanged} onClick={takeNewest}>
              {t.cancel}
            </Button>
            <Button
              size="xs"
              variant="default"
              disabled={isChanged || actions.busy || !schedule.automatic}
              leftSection={<Icon name={schedule.paused ? 'play' : 'pause'} size={14} />}
              onClick={() => actions.issue(SET, { ...schedule, paused: !schedule.paused })}
            >
              {schedule.paused ? t.resume : t.pause}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}
