import { ActionIcon, Button, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SupportContact } from '#contract/api/accounts.ts';
import { Account } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
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
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const [contacts, setContacts] = useState<readonly SupportContact[]>([{ name: me.name, email: me.email }]);
  const create = useMutation({
    mutationFn: () => {
      const supportContacts = contacts.map(({ name, email }) => ({ name: name.trim(), email: email.trim() }));
      return api.send('POST', '/accounts', Account, { ...particularsOf(draft), supportContacts });
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['accounts'] });
      props.onClose();
    },
  });
  return (
    <EditDialog title={t.add} action={t.add} save={create} onClose={props.onClose}>
      <AccountFields draft={draft} onChange={setDraft} />
      <Contacts contacts={contacts} onChange={setContacts} />
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
