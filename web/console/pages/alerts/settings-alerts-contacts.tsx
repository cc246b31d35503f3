import { Button, Group, Modal, NativeSelect, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { AlertContact, AlertLanguage } from '#contract/alerts.ts';
import { MAX_PAGE } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useList } from '../../data/list.ts';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';
import { ScopeSelect, useScopes } from './settings-alerts-scope.tsx';
import { TargetLine } from './settings-alerts-target.tsx';

const t = text.alertSettings;

/** The support contacts that the person may see, with how mailing them goes. */
export function ContactsPanel(props: { from: string | null }) {
  const contacts = useList('alert-contacts', AlertContact, { sort: 'name' }, { limit: MAX_PAGE });
  const mayEdit = useMay('settings:edit');
  const scopes = useScopes();
  const [edited, setEdited] = useState<AlertContact | 'new' | undefined>();
  return (
    <Panel
      title={t.contacts}
      aside={
        mayEdit &&
        scopes.length > 0 && (
          <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => setEdited('new')}>
            {t.addContact}
          </Button>
        )
      }
    >
      <Stack>
        <Text size="sm" c="dimmed">
          {t.contactsNote} {props.from !== null && t.mailFrom(props.from)}
        </Text>
        {contacts.error ? <ErrorPanel error={contacts.error} onRetry={contacts.retry} /> : null}
        {contacts.rows.map((contact) => (
          <TargetLine
            key={contact.id}
            resource="alert-contacts"
            target={contact}
            address={`${contact.email} (${t.languages[contact.language]})`}
            onEdit={() => setEdited(contact)}
          />
        ))}
        {!contacts.loading && contacts.rows.length === 0 && !contacts.error && <Text size="sm">{t.contactsNone}</Text>}
      </Stack>
      {edited !== undefined && (
        <ContactForm
          contact={edited === 'new' ? undefined : edited}
          scopes={scopes}
          onClose={() => setEdited(undefined)}
        />
      )}
    </Panel>
  );
}

function ContactForm(props: {
  contact: AlertContact | undefined;
  scopes: readonly (string | null)[];
  onClose: () => void;
}) {
  const { contact, scopes, onClose } = props;
  const api = useApi();
  const queries = useQueryClient();
  const [account, setAccount] = useState(scopes[0] ?? null);
  const [draft, setDraft] = useState({
    name: contact?.name ?? '',
    email: contact?.email ?? '',
    language: contact?.language ?? 'en',
    on: contact?.on ?? true,
  });
  const save = useMutation({
    mutationFn: () =>
      contact === undefined
        ? api.send('POST', '/alert-contacts', AlertContact, { ...draft, account })
        : api.send('PATCH', `/alert-contacts/${contact.id}`, AlertContact, draft, { ifMatch: contact.etag }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['alert-contacts'] });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={contact === undefined ? t.addContact : t.editOf(contact.name)} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
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
            label={t.language}
            value={draft.language}
            data={AlertLanguage.options.map((value) => ({ value, label: t.languages[value] }))}
            onChange={(event) => setDraft({ ...draft, language: AlertLanguage.parse(event.currentTarget.value) })}
          />
          {contact === undefined && <ScopeSelect scopes={scopes} value={account} onChange={setAccount} />}
          <Switch
            label={t.on}
            checked={draft.on}
            onChange={(event) => setDraft({ ...draft, on: event.currentTarget.checked })}
          />
          {save.error && <ErrorPanel error={save.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {kitText.cancel}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {t.saveOne}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
