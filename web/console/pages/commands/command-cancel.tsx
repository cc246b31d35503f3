import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Command } from '#contract/api.ts';
import { isFinal, CommandName as KnownCommand } from '#contract/commands.ts';
import { toApiError } from '#web/kit/api/api-error.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { commandTitle, permissionFor } from '../../data/commands.ts';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';

const t = text.commands;

/** Ends a command early; absent when it has ended, has been asked to, or the person may not issue it. */
export function CancelCommand(props: { command: Command }) {
  const { command } = props;
  const api = useApi();
  const queries = useQueryClient();
  const name = KnownCommand.safeParse(command.name);
  const may = useMay(name.success ? permissionFor(name.data) : 'support:view');
  const cancel = useMutation({
    mutationFn: () => api.send('POST', `/commands/${encodeURIComponent(command.id)}/cancel`, Command),
    onSuccess: (now) => queries.setQueryData(['commands', 'one', now.id], now),
    // Also when it was too late: the list then shows how it ended.
    onSettled: () => queries.invalidateQueries({ queryKey: ['commands', 'list'] }),
  });
  if (!may || isFinal(command.state) || command.cancelRequestedAt !== null) return null;
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        loading={cancel.isPending}
        aria-label={t.cancelOf(commandTitle(command.name))}
        onClick={() => cancel.mutate()}
      >
        {t.cancel}
      </Button>
      {cancel.error && (
        <span role="alert" className="dk-small">
          {toApiError(cancel.error).message}
        </span>
      )}
    </>
  );
}
