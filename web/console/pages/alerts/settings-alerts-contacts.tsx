import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { AlertContact, AlertLanguage } from '#contract/alerts.ts';
import { text } from '../../texts/index.ts';
import { type FormParts, TargetForm, TargetsPanel } from './settings-alerts-panel.tsx';

const t = text.alertSettings;

/** The support contacts that the person may see, with how mailing them goes. */
export const ContactsPanel = (props: { from: string | null }) => (
  <TargetsPanel
    resource="alert-contacts"
    schema={AlertContact}
    title={t.contacts}
    note={props.from === null ? t.contactsNote : `${t.contactsNote} ${t.mailFrom(props.from)}`}
    none={t.contactsNone}
    add={t.addContact}
    address={(contact) => `${contact.email} (${t.languages[contact.language]})`}
    form={ContactForm}
  />
);

function ContactForm(props: FormParts<AlertContact>) {
  const { target } = props;
  const [draft, setDraft] = useState({
    name: target?.name ?? '',
    email: target?.email ?? '',
    language: target?.language ?? 'en',
    on: target?.on ?? true,
  });
  return (
    <TargetForm
      {...props}
      resource="alert-contacts"
      schema={AlertContact}
      add={t.addContact}
      draft={draft}
      onDraft={setDraft}
    >
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
    </TargetForm>
  );
}
