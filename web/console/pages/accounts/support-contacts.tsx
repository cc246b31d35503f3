import { Button, Group, Stack, TagsInput, Text } from '@mantine/core';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { z } from 'zod';
import { AlertContact } from '#contract/alerts.ts';
import { Person } from '#contract/api/access.ts';
import { MAX_PAGE, Page } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useNotice } from '#web/kit/notices.tsx';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useMay, useMe } from '../../data/me.tsx';
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
      <Editor key={own.map(({ id }) => id).join()} account={account} saved={own} />
    </Panel>
  );
}

function Editor(props: { account: string; saved: readonly AlertContact[] }) {
  const api = useApi();
  const queries = useQueryClient();
  const notice = useNotice();
  const mayEdit = useMay('settings:edit');
  const before = props.saved.map(({ email }) => email);
  const [emails, setEmails] = useState(before);
  const [typed, setTyped] = useState('');
  const people = usePartnerPeople(typed);
  const wrong = emails.some((email) => !Email.safeParse(email).success);
  const same = emails.length === before.length && emails.every((email) => before.includes(email));
  const save = useMutation({
    mutationFn: async () => {
      for (const { id, email } of props.saved) {
        if (!emails.includes(email)) await api.act('DELETE', `/alert-contacts/${encodeURIComponent(id)}`);
      }
      for (const email of emails.filter((one) => !before.includes(one))) {
        const name = people.find((person) => person.email === email)?.name ?? email.slice(0, email.indexOf('@'));
        await api.act('POST', '/alert-contacts', { account: props.account, name, email });
      }
    },
    onSuccess: () => notice(t.saved),
    onSettled: () => queries.invalidateQueries({ queryKey: ['alert-contacts'] }),
  });
  // A suggestion reads "Name <address>"; what is kept of it is the address.
  const labels = people.map(({ name, email }) => `${name} <${email}>`);
  const addressOf = (entry: string) => /<([^<>]+)>$/.exec(entry)?.[1] ?? entry.trim();
  return (
    <Stack gap="sm">
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
        onChange={(entries) => setEmails([...new Set(entries.map(addressOf))])}
        error={wrong ? t.invalid : undefined}
        splitChars={[',', ';']}
        maxTags={50}
        clearButtonProps={{ 'aria-label': kitText.clearAll }}
      />
      {save.error && <ErrorPanel error={save.error} />}
      {mayEdit && (
        <Group>
          <Button size="xs" disabled={wrong || same} loading={save.isPending} onClick={() => save.mutate()}>
            {kitText.save}
          </Button>
        </Group>
      )}
    </Stack>
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
