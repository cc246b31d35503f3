import { ActionIcon, Button, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { SupportContact } from '#contract/api/accounts.ts';
import { Account } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useEdited } from '#web/kit/form/use-edited.ts';
import { Icon } from '#web/kit/icons.tsx';
import { useMe } from '../../data/me.tsx';
import { EditDialog } from '../../parts/edit-dialog.tsx';
import { text } from '../../texts/index.ts';
import { AccountFields, EMPTY_DRAFT, particularsOf } from './account-fields.tsx';

const t = text.accounts;

/** A new customer account, with at least one support contact (ACC-6, ACC-12). */
export function AccountCreateForm(props: { onClose: () => void }) {
  const api = useApi();
  const queries = useQueryClient();
  const me = useMe();
  const { draft, set, edited } = useEdited({
    entry: undefined,
    draftOf: () => ({ fields: EMPTY_DRAFT, contacts: [{ name: me.name, email: me.email }] as SupportContact[] }),
    save: ({ fields, contacts }) => {
      const supportContacts = contacts.map(({ name, email }) => ({ name: name.trim(), email: email.trim() }));
      return api.send('POST', '/accounts', Account, { ...particularsOf(fields), supportContacts });
    },
    onSaved: () => {
      void queries.invalidateQueries({ queryKey: ['accounts'] });
      props.onClose();
    },
  });
  return (
    <EditDialog title={t.add} action={t.add} edited={edited} onClose={props.onClose}>
      <AccountFields draft={draft.fields} onChange={(fields) => set({ fields })} />
      <Contacts contacts={draft.contacts} onChange={(contacts) => set({ contacts })} />
    </EditDialog>
  );
}

function Contacts(props: { contacts: readonly SupportContact[]; onChange: (contacts: SupportContact[]) => void }) {
  const { contacts, onChange } = props;
  const change = (at: number, more: Partial<SupportContact>) =>
    onChange(contacts.map((contact, n) => (n === at ? { ...contact, ...more } : contact)));
  return (
    <Fieldset legend={t.contacts}>
      <Stack gap="xs">
        <Text size="sm" c="dimmed">
          {t.contactsHint}
        </Text>
        {contacts.map((contact, n) => (
          // Without a name of its own while it is typed: its place is what it is.
          // eslint-disable-next-line react/no-array-index-key
          <Group key={n} gap="xs" align="flex-end">
            <TextInput
              aria-label={t.contactName(n + 1)}
              placeholder={t.name}
              required
              maxLength={128}
              style={{ flex: '1 1 9rem' }}
              value={contact.name}
              onChange={(event) => change(n, { name: event.currentTarget.value })}
            />
            <TextInput
              aria-label={t.contactEmail(n + 1)}
              placeholder={text.people.email}
              type="email"
              required
              maxLength={320}
              style={{ flex: '2 1 10rem' }}
              value={contact.email}
              onChange={(event) => change(n, { email: event.currentTarget.value })}
            />
            {contacts.length > 1 && (
              <ActionIcon
                variant="default"
                size="lg"
                aria-label={t.removeContact(n + 1)}
                onClick={() => onChange(contacts.filter((_, at) => at !== n))}
              >
                <Icon name="cross" size={14} />
              </ActionIcon>
            )}
          </Group>
        ))}
        {contacts.length < 20 && (
          <Group>
            <Button
              size="xs"
              variant="default"
              leftSection={<Icon name="plus" size={14} />}
              onClick={() => onChange([...contacts, { name: '', email: '' }])}
            >
              {t.addContact}
            </Button>
          </Group>
        )}
      </Stack>
    </Fieldset>
  );
}
