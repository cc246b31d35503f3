import { Group, Progress, Stack, Text } from '@mantine/core';
import type { Command } from '#contract/api.ts';
import { isFinal } from '#contract/commands.ts';
import { Age } from '#web/kit/age.tsx';
import { sentences } from '#web/kit/format/sentences.ts';
import { CommandBadge } from '#web/kit/status-badge.tsx';
import { commandTitle, outcomeSentence, useCommand } from './data/commands.ts';
import { text } from './texts/en.ts';

/** One command as it stands: state, progress, result or reason with the next step; read out as it changes. */
export function CommandLine(props: { command: Command }) {
  const { command } = props;
  const sentence = outcomeSentence(command);
  const percent = command.progress?.percent;
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <Text size="sm" fw={600}>
          {commandTitle(command.name)}
        </Text>
        <CommandBadge state={command.state} />
        <Text size="xs" c="dimmed" component="span">
          {command.issuerName}, <Age at={command.issuedAt} />
        </Text>
      </Group>
      {!isFinal(command.state) && percent !== undefined && (
        <Progress value={percent} aria-label={text.commands.progress} size="sm" />
      )}
      {!isFinal(command.state) && command.progress && <Text size="sm">{command.progress.text}</Text>}
      {sentence && <Text size="sm">{sentence}</Text>}
      {command.reason && <Text size="sm">{sentences(command.reason.message, command.reason.nextStep)}</Text>}
    </Stack>
  );
}

/** A command that was just issued, followed live. */
export function FollowedCommand(props: { id: string | undefined }) {
  const command = useCommand(props.id);
  return (
    <div role="status" aria-live="polite">
      {command.data && (
        <div className="dk-panel">
          <CommandLine command={command.data} />
        </div>
      )}
    </div>
  );
}
