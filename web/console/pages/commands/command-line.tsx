import { Group, Stack, Text } from '@mantine/core';
import type { Command } from '#contract/api.ts';
import { Age } from '#web/kit/age.tsx';
import { CommandBadge } from '#web/kit/status-badge.tsx';
import { commandTitle, useCommand } from '../../data/commands.ts';
import { CancelCommand } from './command-cancel.tsx';
import { CommandNews } from './command-news.tsx';

/** One command as it stands: state, progress, result or reason with the next step; read out as it changes. */
export function CommandLine(props: { command: Command; title?: string; away?: boolean | undefined }) {
  const { command } = props;
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <Text size="sm" fw={600}>
          {props.title ?? commandTitle(command.name)}
        </Text>
        <CommandBadge state={command.state} />
        <Text size="xs" c="dimmed" component="span">
          {command.issuerName}, <Age at={command.issuedAt} />
        </Text>
        <CancelCommand command={command} />
      </Group>
      <CommandNews command={command} away={props.away} />
    </Stack>
  );
}

/** A command that was just issued, followed live. */
export function FollowedCommand(props: { id: string | undefined; away?: boolean | undefined }) {
  const command = useCommand(props.id);
  return (
    <div role="status" aria-live="polite">
      {command.data && (
        <div className="dk-panel">
          <CommandLine command={command.data} away={props.away} />
        </div>
      )}
    </div>
  );
}
