import { Button, Group, NativeSelect, NumberInput, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { GatewayDetail } from '#contract/api.ts';
import { TraceRequest } from '#contract/commands.ts';
import { Trunk } from '#contract/trunks.ts';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { useIssueCommand } from '../../data/commands.ts';
import { usePaged } from '../../data/list.ts';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';
import { FollowedCommand } from '../commands/command-line.tsx';
import { CollectedFiles } from './gateway-logs.tsx';

const t = text.traces;

/** A trace over a slow line takes its time to arrive, and a gateway that is offline may come back tomorrow. */
const DELIVERY_SECONDS = 86_400;

/** Traces of calls from far away: what to record, how it goes, and the files that have come (GWS-10). */
export function GatewayTrace(props: { gateway: GatewayDetail }) {
  const { gateway } = props;
  const commands = useIssueCommand(gateway.id);
  const supported = gateway.capabilities.length === 0 || gateway.capabilities.includes('gateway.trace-calls');
  if (!useMay('support:trace')) return null;
  return (
    <Panel title={t.title}>
      <Stack>
        {supported ? (
          <TraceForm
            gateway={gateway.id}
            busy={commands.busy}
            onStart={(request) =>
              commands.issue('gateway.trace-calls', request, DELIVERY_SECONDS + (request.minutes ?? 0) * 60)
            }
          />
        ) : (
          <Text size="sm" c="dimmed">
            {text.gateway.unsupported}
          </Text>
        )}
        {commands.error && <ErrorPanel error={commands.error} />}
        <FollowedCommand id={commands.last} />
        <CollectedFiles gateway={gateway.id} kind="trace" none={t.none} />
      </Stack>
    </Panel>
  );
}

const Numbers = TraceRequest.shape.number;
const METHODS = TraceRequest.shape.method.unwrap().options;

function TraceForm(props: { gateway: string; busy: boolean; onStart: (request: Partial<TraceRequest>) => void }) {
  const [minutes, setMinutes] = useState(5);
  const [calls, setCalls] = useState<number | undefined>();
  const [number, setNumber] = useState('');
  const [trunk, setTrunk] = useState('');
  const [method, setMethod] = useState('');
  const trunks = usePaged(
    ['trunks', 'list'],
    '/trunks',
    Trunk,
    { filter: [`gateway:eq:${props.gateway}`], sort: 'name' },
    { limit: 50 },
  );
  const wrong = number.trim() !== '' && !Numbers.safeParse(number).success;
  const start = () => {
    if (wrong) return;
    const chosen = METHODS.find((one) => one === method);
    props.onStart({
      minutes,
      ...(calls === undefined ? {} : { calls }),
      ...(number.trim() === '' ? {} : { number: number.trim() }),
      ...(trunk === '' ? {} : { trunk }),
      ...(chosen === undefined ? {} : { method: chosen }),
    });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        start();
      }}
    >
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t.lead}
        </Text>
        <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }} spacing="sm">
          <NumberInput
            label={t.minutes}
            min={1}
            max={60}
            allowDecimal={false}
            clampBehavior="strict"
            required
            withAsterisk={false}
            value={minutes}
            onChange={(value) => setMinutes(typeof value === 'number' && value >= 1 ? value : 1)}
          />
          <NumberInput
            label={t.calls}
            placeholder={t.allCalls}
            min={1}
            max={1000}
            allowDecimal={false}
            clampBehavior="strict"
            value={calls ?? ''}
            onChange={(value) => setCalls(typeof value === 'number' && value >= 1 ? value : undefined)}
          />
          <TextInput
            label={t.number}
            value={number}
            maxLength={24}
            error={wrong && t.wrongNumber}
            title={t.numberHint}
            onChange={(event) => setNumber(event.currentTarget.value)}
          />
          <NativeSelect
            label={t.trunk}
            value={trunk}
            data={[
              { value: '', label: t.anyTrunk },
              ...trunks.rows.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            onChange={(event) => setTrunk(event.currentTarget.value)}
          />
          <NativeSelect
            label={t.method}
            value={method}
            data={[{ value: '', label: t.anyMethod }, ...METHODS]}
            onChange={(event) => setMethod(event.currentTarget.value)}
          />
        </SimpleGrid>
        <Group justify="space-between" gap="xs">
          <Text size="xs" c="dimmed">
            {t.waits}
          </Text>
          <Button type="submit" loading={props.busy} leftSection={<Icon name="play" size={14} />}>
            {t.start}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
