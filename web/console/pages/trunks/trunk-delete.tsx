import { Button, Group, List, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Trunk } from '#contract/trunks.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { Dialog } from '#web/kit/dialog.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { text } from '../../texts/index.ts';

const t = text.trunks;

/** Asks before trunks are deleted (TRK-12). One that is gone already is no failure. */
export function DeleteTrunks(props: { trunks: readonly Trunk[]; onClose: () => void }) {
  const api = useApi();
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: async () => {
      for (const { id } of props.trunks) await api.act('DELETE', `/trunks/${encodeURIComponent(id)}`);
    },
    onSuccess: props.onClose,
    onSettled: () => void queries.invalidateQueries({ queryKey: ['trunks'] }),
  });
  return (
    <Dialog opened onClose={props.onClose} title={t.deleteTitle(props.trunks.length)}>
      <Stack>
        <List size="sm">
          {props.trunks.map(({ id, name }) => (
            <List.Item key={id}>{name}</List.Item>
          ))}
        </List>
        <Text size="sm">{t.deleteText}</Text>
        {remove.error && <ErrorPanel error={remove.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            {kitText.cancel}
          </Button>
          <Button color="red.9" loading={remove.isPending} onClick={() => remove.mutate()}>
            {t.deleteConfirm}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
