import { Group, Stack, Text } from '@mantine/core';
import type { CheckResult } from '#contract/sections.ts';
import { duration } from '#web/kit/format/age.ts';
import { said } from '#web/kit/said.ts';
import { CheckBadge } from '#web/kit/status-badge.tsx';

/** Results of the self-test: what was looked at, what it means, what to do. Errors first. */
export function CheckList(props: { checks: readonly CheckResult[]; none: string }) {
  if (props.checks.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {props.none}
      </Text>
    );
  }
  const rank = { error: 0, warning: 1, ok: 2, skipped: 3 } as const;
  return (
    <Stack gap="sm">
      {props.checks
        .toSorted((a, b) => rank[a.status] - rank[b.status])
        .map((check) => (
          <div key={check.id}>
            <Group gap="xs">
              <CheckBadge status={check.status} />
              <Text size="sm" fw={600}>
                {said(check.title)}
              </Text>
              <Text size="xs" c="dimmed">
                {duration(check.durationMs)}
              </Text>
            </Group>
            <Text size="sm">{said(check.detail)}</Text>
            {check.effect && (
              <Text size="sm" c="dimmed">
                {said(check.effect)}
              </Text>
            )}
            {check.nextStep && <Text size="sm">{said(check.nextStep)}</Text>}
          </div>
        ))}
    </Stack>
  );
}
