import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { AlertLanguage } from '#contract/alerts.ts';
import { PersonInvited } from '#contract/api/access.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { Dialog } from '#web/kit/dialog.tsx';
import { useEdited } from '#web/kit/form/use-edited.ts';
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
  const roleOf = (chosen: string) => chosen || (roles.at(-1)?.value ?? '');
  const { draft, set, saved, edited } = useEdited({
    entry: undefined,
    draftOf: () => ({ name: '', email: '', role: '', language: pageLanguage as AlertLanguage }),
    save: ({ email, ...person }) =>
      api.send('POST', '/people', PersonInvited, {
        ...person,
        email: email.trim(),
        role: roleOf(person.role),
        account,
      }),
    onSaved: () => void queries.invalidateQueries({ queryKey: ['people'] }),
  });
  const role = roleOf(draft.role);
  if (saved) {
    const { person, link } = saved;
    return (
      <Dialog opened onClose={props.onClose} title={t.invite}>
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
      </Dialog>
    );
  }
  return (
    <EditDialog title={t.invite} action={t.invite} edited={edited} blocked={role === ''} onClose={props.onClose}>
      <TextInput
        label={t.name}
        name="name"
        required
        maxLength={128}
        data-autofocus
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t.email}
        name="email"
        type="email"
        required
        maxLength={320}
        value={draft.email}
        onChange={(event) => set({ email: event.currentTarget.value })}
      />
      <NativeSelect
        label={t.role}
        data={roles}
        value={role}
        onChange={(event) => set({ role: event.currentTarget.value })}
      />
      <NativeSelect
        label={t.language}
        value={draft.language}
        data={AlertLanguage.options.map((value) => ({ value, label: t.languages[value] }))}
        onChange={(event) => set({ language: AlertLanguage.parse(event.currentTarget.value) })}
      />
    </EditDialog>
  );
}
