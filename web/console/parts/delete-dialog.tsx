import { Button, Group, List, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ApiError } from '#web/kit/api/api-error.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { Dialog } from '#web/kit/dialog.tsx';
import { useNotice } from '#web/kit/notices.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import type { Resource } from '../data/list.ts';
import { text } from '../texts/index.ts';

/** As many as are named; the rest is counted. */
const NAMED = 10;

/** Asks before things of a list are deleted (MVB-4, MVB-8). One that is gone already is no failure. */
export function DeleteDialog(props: {
  resource: Resource;
  title: string;
  question: string;
  done: string;
  items: readonly { id: string; name: string }[];
  onClose: () => void;
}) {
  const { resource, items } = props;
  const api = useApi();
  const queries = useQueryClient();
  const notice = useNotice();
  const remove = useMutation({
    mutationFn: async () => {
      for (const { id } of items) {
        await api.act('DELETE', `/${resource}/${encodeURIComponent(id)}`).catch((error: unknown) => {
          if (!(error instanceof ApiError && error.status === 404)) throw error;
        });
      }
    },
    onSuccess: () => {
      notice(props.done);
      props.onClose();
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: [resource] }),
  });
  return (
    <Dialog opened onClose={props.onClose} title={props.title}>
      <Stack>
        <List size="sm">
          {items.slice(0, NAMED).map(({ id, name }) => (
            <List.Item key={id}>{name}</List.Item>
          ))}
        </List>
        {items.length > NAMED && <Text size="sm">{text.edit.more(items.length - NAMED)}</Text>}
        <Text size="sm">{props.question}</Text>
        {remove.error && <ErrorPanel error={remove.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            {kitText.cancel}
          </Button>
          <Button color="red.9" loading={remove.isPending} onClick={() => remove.mutate()}>
            {text.edit.delete}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
