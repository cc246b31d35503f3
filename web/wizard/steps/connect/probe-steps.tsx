import { Group, Stack, Text } from '@mantine/core';
import type { ProbeAnswer } from '#contract/wizard/pbx.ts';
import { duration } from '#web/kit/format/age.ts';
import { said } from '#web/kit/said.ts';
import { CheckBadge } from '#web/kit/status-badge.tsx';
import { text } from '../../texts/index.ts';

/** The way to the PBX, step by step; folded away where all went well. */
export const ProbeSteps = (props: { steps: ProbeAnswer['steps']; open: boolean }) => (
  <details className="dw-more" open={props.open}>
    <summary>{text.connectStep.steps}</summary>
    <Stack gap="sm" mt="sm">
      {props.steps.map((step) => (
        <div key={step.id}>
          <Group gap="xs">
            <CheckBadge status={step.status} />
            <Text size="sm" fw={600}>
              {said(step.title)}
            </Text>
            <Text size="xs" c="dimmed">
              {duration(step.durationMs)}
            </Text>
          </Group>
          <Text size="sm">{said(step.detail)}</Text>
          {step.nextStep && <Text size="sm">{said(step.nextStep)}</Text>}
        </div>
      ))}
    </Stack>
  </details>
);
