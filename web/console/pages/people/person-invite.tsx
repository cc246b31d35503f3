import { Button, Group, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { AlertLanguage } from '#contract/alerts.ts';
import { PersonInvited } from '#contract/api/access.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { language as pageLanguage } from '#web/kit/language.ts';
import { useGivableRoles } from '../../data/roles.ts';
import { EditDialog } from '../../parts/edit-dialog.tsx';
import { text } from '../../texts/index.ts';
import { LinkTold } from './person-link.tsx';

const t = text.people;

/** Adds somebody to an account, or (null) to the partner's own people. */
export function PersonInviteForm(props: { account: string | null; onClose: () => void }) {
  const { account } = props;
  const api = useApi();
  const queries = useQueryClient();
  const roles = useGivableRoles(account);
  const [draft, setDraft] = useState({ name: '', email: '', role: '', language: pageLanguage as AlertLanguage });
  const role = draft.role || (roles.at(-1)?.value ?? '');
  const invite = useMutation({
    mutationFn: () =>
      api.send('POST', '/people', PersonInvited, { ...draft, email: draft.email.trim(), role, account }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['people'] }),
  });
  if (invite.data) {
    const { person, link } = invite.data;
    return (
      <Modal opened onClose={props.onClose} title={t.invite} centered>
        <Stack>
          {link === null ? (
            <Text size="sm">{t.added(person.name)}</Text>
          ) : (
            <LinkTold link={link} email={person.email} />
          )}
          <Group justify="flex-end">
            <Button onClick={props.onClose}>{t.done}</Button>
          </Group>
        </Stack>
      </Modal>
    );
  }
  return (
    <EditDialog title={t.invite} action={t.invite} save={invite} blocked={role === ''} onClose={props.onClose}>
      <TextInput
        label={t.name}
        required
        maxLength={128}
        data-autofocus
        value={draft.name}
        onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
      />
      <TextInput
        label={t.email}
        type="email"
        required
        maxLength={320}
        value={draft.email}
        onChange={(event) => setDraft({ ...draft, email: event.currentTarget.value })}
      />
      <NativeSelect
        label={t.role}
        data={roles}
        value={role}
        onChange={(event) => setDraft({ ...draft, role: event.currentTarget.value })}
      />
      <NativeSelect
        label={t.language}
        value={draft.language}
        data={AlertLanguage.options.map((value) => ({ value, label: t.languages[value] }))}
        onChange={(event) => setDraft({ ...draft, language: AlertLanguage.parse(event.currentTarget.value) })}
      />
    </EditDialog>
  );
}
