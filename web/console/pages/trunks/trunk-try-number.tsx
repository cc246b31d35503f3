import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { DryRun, DryRunRequest } from '#contract/trunks.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { said } from '#web/kit/said.ts';
import { text } from '../../texts/index.ts';

const t = text.trunks;

const DIRECTIONS = DryRunRequest.shape.direction.options;

/** "This number would go there, as ...", without calling anybody. */
export function TryNumber({ path }: { path: string }) {
  const api = useApi();
  const [number, setNumber] = useState('');
  const [direction, setDirection] = useState<DryRunRequest['direction']>('to-far-end');
  const run = useMutation({ mutationFn: () => api.send('POST', `${path}/numbers`, DryRun, { number, direction }) });
  return (
    <Panel title={t.dryRun}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run.mutate();
        }}
      >
        <Stack gap="sm">
          <Group align="flex-end" gap="sm">
            <TextInput
              label={t.number}
              required
              maxLength={64}
              value={number}
              onChange={(event) => setNumber(event.currentTarget.value)}
            />
            <NativeSelect
              label={t.direction}
              value={direction}
              data={DIRECTIONS.map((value) => ({ value, label: t.directions[value] }))}
              onChange={(event) => setDirection(DryRunRequest.shape.direction.parse(event.currentTarget.value))}
            />
            <Button type="submit" variant="default" loading={run.isPending}>
              {t.tryIt}
            </Button>
            <Text size="sm" c="dimmed">
              {t.dryRunNote}
            </Text>
          </Group>
          {run.error && <ErrorPanel error={run.error} />}
          <div role="status">
            {run.data && (
              <>
                <Text size="sm" fw={600}>
                  {t.sentAs(run.data.asSent)}
                </Text>
                <Text size="sm" c="dimmed">
                  {run.data.steps.map(said).join(', ')}
                </Text>
                {run.data.problem && <Text size="sm">{said(run.data.problem)}.</Text>}
              </>
            )}
          </div>
        </Stack>
      </form>
    </Panel>
  );
}
