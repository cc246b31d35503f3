import { Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { RoleInfo } from '#contract/api/roles.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { ConfirmWord } from '#web/kit/confirm-word.tsx';
import { text } from '../../texts/index.ts';

const t = text.roles;

/** Deletes a role once the word is typed (ROL-18). */
export function RoleDelete(props: { role: RoleInfo; onGone: () => void; onClose: () => void }) {
  const { role } = props;
  const api = useApi();
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => api.act('DELETE', `/roles/${encodeURIComponent(role.id)}?confirm=delete`),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['roles', 'list'] });
      props.onGone();
    },
  });
  return (
    <ConfirmWord
      opened
      title={t.deleteOf(role.name)}
      word="delete"
      action={t.deleteRole}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={props.onClose}
    >
      <Text size="sm">{t.deleteLead}</Text>
    </ConfirmWord>
  );
}
