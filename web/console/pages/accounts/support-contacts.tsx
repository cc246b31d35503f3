import { TagsInput, Text } from '@mantine/core';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { z } from 'zod';
import { AlertContact } from '#contract/alerts.ts';
import { Person } from '#contract/api/access.ts';
import { MAX_PAGE, Page } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useEdited } from '#web/kit/form/use-edited.ts';
import { useNotice } from '#web/kit/notices.tsx';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useMay, useMe } from '../../data/me.tsx';
import { EditForm } from '../../parts/edit-form.tsx';
import { text } from '../../texts/index.ts';

const t = text.contacts;
const Email = z.email();

/** Whom issue reports of the account are mailed to: partner users, suggested as one types, or any address (CON-1 to CON-5). */
export function SupportContacts(props: { account: string }) {
  const api = useApi();
  const { account } = props;
  const query = { account, limit: MAX_PAGE };
  const contacts = useQuery({
    queryKey: ['alert-contacts', 'of', account],
    queryFn: ({ signal }) => api.get('/alert-contacts', Page(AlertContact), query, signal),
    enabled: useMay('settings:view'),
  });
  if (contacts.error) return <ErrorPanel error={contacts.error} onRetry={() => void contacts.refetch()} />;
  if (contacts.data === undefined) return null;
  const own = contacts.data.items.filter((contact) => contact.account === account);
  return (
    <Panel title={t.title}>
      <Editor key={account} account={account} saved={own} />
    </Panel>
  );
}

function Editor(props: { account: string; saved: readonly AlertContact[] }) {
  const api = useApi();
  const queries = useQueryClient();
  const notice = useNotice();
  const mayEdit = useMay('settings:edit');
  const [typed, setTyped] = useState('');
  const people = usePartnerPeople(typed);
  const { draft, set, edited } = useEdited({
    entry: props.saved,
    draftOf: (saved) => ({ emails: saved.map(({ email }) => email) }),
    version: (saved) => saved.map(({ id, email }) => `${id} ${email}`).join(),
    save: async ({ emails }, before) => {
      try {
        for (const { id, email } of before) {
          if (!emails.includes(email)) await api.act('DELETE', `/alert-contacts/${encodeURIComponent(id)}`);
        }
        for (const email of emails.filter((one) => before.every((known) => known.email !== one))) {
          const name = people.find((person) => person.email === email)?.name ?? email.slice(0, email.indexOf('@'));
          await api.act('POST', '/alert-contacts', { account: props.account, name, email });
        }
      } finally {
        // Also after half of it.
        await queries.invalidateQueries({ queryKey: ['alert-contacts'] });
      }
    },
    onSaved: () => notice(t.saved),
  });
  const { emails } = draft;
  const wrong = emails.some((email) => !Email.safeParse(email).success);
  // A suggestion reads "Name <address>"; what is kept of it is the address.
  const labels = people.map(({ name, email }) => `${name} <${email}>`);
  const addressOf = (entry: string) => /<([^<>]+)>$/.exec(entry)?.[1] ?? entry.trim();
  return (
    <EditForm edited={edited} action={kitText.save} size="xs" readOnly={!mayEdit} blocked={wrong || !edited.changed}>
      <Text size="sm">{t.note}</Text>
      <TagsInput
        label={t.label}
        description={mayEdit ? t.hint : undefined}
        disabled={!mayEdit}
        value={emails}
        data={labels}
        filter={({ options }) => options}
        searchValue={typed}
        onSearchChange={setTyped}
        onChange={(entries) => set({ emails: [...new Set(entries.map(addressOf))] })}
        error={wrong ? t.invalid : undefined}
        splitChars={[',', ';']}
        maxTags={50}
        clearButtonProps={{ 'aria-label': kitText.clearAll }}
      />
    </EditForm>
  );
}

/** People of the partner whose name or address has what is typed (CON-2); nobody for those who may not see them. */
function usePartnerPeople(typed: string): readonly Person[] {
  const api = useApi();
  const me = useMe();
  const q = typed.trim();
  const found = useQuery({
    queryKey: ['people', 'suggested', q],
    queryFn: ({ signal }) => api.get('/people', Page(Person), { q, limit: 10 }, signal),
    enabled: q !== '' && me.permissions.includes('people:view') && me.role === 'Partner',
    placeholderData: keepPreviousData,
    retry: false,
  });
  return found.data?.items ?? [];
}
