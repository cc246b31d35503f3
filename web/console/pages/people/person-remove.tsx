import { Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Person } from '#contract/api/access.ts';
import { withQuery } from '#web/kit/api/client.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { text } from '../../texts/index.ts';

const t = text.people;

/** Takes somebody away from the account, or from the partner's own people. */
export function PersonRemoveDialog(props: { person: Person; onClose: () => void }) {
  const { person } = props;
  const api = useApi();
  const queries = useQueryClient();
  const path = withQuery(`/people/${encodeURIComponent(person.id)}`, { account: person.account ?? undefined });
  const remove = useMutation({
    mutationFn: () => api.act('DELETE', path),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['people'] });
      props.onClose();
    },
  });
  return (
    <AskDialog title={t.removeOf(person.name)} action={t.remove} act={remove} danger onClose={props.onClose}>
      <Text size="sm">{person.account === null ? t.removeLeadPartner : t.removeLeadAccount}</Text>
    </AskDialog>
  );
}
