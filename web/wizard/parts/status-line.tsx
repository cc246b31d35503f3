import { Group, Stack, Text } from '@mantine/core';
import type { OnboardingStatus } from '#contract/wizard/state.ts';
import { sentences } from '#web/kit/format/sentences.ts';
import type { IconName } from '#web/kit/icons.tsx';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import { useWizard } from '../data/wizard.tsx';
import { text } from '../texts/index.ts';

const LOOK: Readonly<Record<OnboardingStatus, readonly ['good' | 'busy' | 'quiet', IconName]>> = {
  'No gateway detected': ['quiet', 'dashed'],
  'Configure gateway': ['busy', 'right'],
  'Add PBX': ['busy', 'right'],
  'Sync PBX': ['busy', 'right'],
  'Connect the PBX': ['busy', 'right'],
  Deployment: ['busy', 'right'],
  'Onboarding Complete': ['good', 'success'],
};

/** What the installation waits for, in one word; an error of the gateway or a newer version beside it (ONB-7 to ONB-13). */
export function StatusLine() {
  const { status, problem, updateAvailable } = useWizard();
  const [tone, icon] = LOOK[status];
  return (
    <Stack gap={4}>
      <Group gap="xs" role="status">
        <Text size="sm" c="dimmed">
          {text.status.title}
        </Text>
        <StatusBadge tone={tone} icon={icon}>
          {text.status.words[status]}
        </StatusBadge>
        {updateAvailable !== null && (
          <StatusBadge tone="warn" icon="download">
            {text.status.updateAvailable(updateAvailable)}
          </StatusBadge>
        )}
      </Group>
      {problem && (
        <Group gap="xs" wrap="nowrap" align="flex-start">
          <StatusBadge tone="bad" icon="error">
            {text.status.problem}
          </StatusBadge>
          <Text size="sm">{sentences(problem.message, problem.nextStep)}</Text>
        </Group>
      )}
    </Stack>
  );
}
