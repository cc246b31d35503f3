import { NativeSelect, TextInput } from '@mantine/core';
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

interface Draft {
  name: string;
  email: string;
  language: AlertLanguage;
  on: boolean;
}

const draftOf = (contact: AlertContact | undefined): Draft => ({
  name: contact?.name ?? '',
  email: contact?.email ?? '',
  language: contact?.language ?? 'en',
  on: contact?.on ?? true,
});

const fields = (draft: Draft, set: (change: Partial<Draft>) => void) => (
  <>
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
      label={t.language}
      value={draft.language}
      data={AlertLanguage.options.map((value) => ({ value, label: t.languages[value] }))}
      onChange={(event) => set({ language: AlertLanguage.parse(event.currentTarget.value) })}
    />
  </>
);

function ContactForm(props: FormParts<AlertContact>) {
  return (
    <TargetForm
      {...props}
      resource="alert-contacts"
      schema={AlertContact}
      add={t.addContact}
      draftOf={draftOf}
      fields={fields}
    />
  );
}
