import { Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Upload } from '#contract/uploads.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { ConfirmWord } from '#web/kit/confirm-word.tsx';
import { text } from '../../texts/index.ts';

const t = text.logs;

/** Asks before a collected file is deleted for everybody. */
export function DeleteUpload(props: { upload: Upload | undefined; onClose: () => void }) {
  const api = useApi();
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: (id: string) => api.act('DELETE', `/uploads/${encodeURIComponent(id)}`),
    onSuccess: async () => {
      props.onClose();
      await queries.invalidateQueries({ queryKey: ['uploads'] });
    },
  });
  const { upload } = props;
  return (
    <ConfirmWord
      opened={upload !== undefined}
      title={t.deleteTitle}
      word="delete"
      action={t.delete}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => upload && remove.mutate(upload.id)}
      onClose={props.onClose}
    >
      <Text size="sm">{upload && t.deleteLead(upload.fileName)}</Text>
    </ConfirmWord>
  );
}
