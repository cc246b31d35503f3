import { Button, Group, NativeSelect, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ChangeEvent } from 'react';
import { z } from 'zod';
import { OwnSession, Profile } from '#contract/api/access.ts';
import { Age } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import { useEdited } from '#web/kit/form/use-edited.ts';
import { followPerson, LANGUAGES, type Language, language } from '#web/kit/language.ts';
import { useNotice } from '#web/kit/notices.tsx';
import { ErrorPanel, PageHeader, Panel } from '#web/kit/panels.tsx';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import { roleLabel } from '../../data/roles.ts';
import { EditForm } from '../../parts/edit-form.tsx';
import { text } from '../../texts/index.ts';
import { browserName } from './browser-name.ts';

const t = text.profile;
const isLanguage = (tag: string): tag is Language => tag in LANGUAGES;

/** The own profile: name, language, password, sessions (ROL-1). */
export default function ProfilePage() {
  const api = useApi();
  const profile = useQuery({
    queryKey: ['me', 'profile'],
    queryFn: ({ signal }) => api.get('/me/profile', Profile, {}, signal),
  });
  return (
    <>
      <PageHeader title={t.title} />
      {profile.error && <ErrorPanel error={profile.error} onRetry={() => void profile.refetch()} />}
      {profile.data && (
        <Stack>
          <You profile={profile.data} />
          <Panel title={t.roles}>
            {profile.data.roles.length === 0 && <Text size="sm">{t.noRoles}</Text>}
            <ul className="dk-plain-list">
              {profile.data.roles.map((role) => (
                <li key={`${role.account}`}>
                  <Text size="sm">
                    {roleLabel(role.roleName, role.roleName)}: {role.accountName ?? t.everyAccount}
                  </Text>
                </li>
              ))}
            </ul>
          </Panel>
          <PasswordPanel has={profile.data.hasPassword} />
          <SessionsPanel />
        </Stack>
      )}
    </>
  );
}

function You(props: { profile: Profile }) {
  const { profile } = props;
  const api = useApi();
  const queries = useQueryClient();
  const notice = useNotice();
  const { draft, set, edited } = useEdited({
    entry: profile,
    draftOf: ({ name }) => ({ name, spoken: language }),
    version: ({ name }) => name,
    save: ({ name, spoken }) => api.send('PATCH', '/me/profile', Profile, { name, language: spoken }),
    onSaved: (_, { spoken }) => {
      void queries.invalidateQueries({ queryKey: ['me'] });
      followPerson(spoken);
      notice(t.saved);
    },
  });
  return (
    <Panel title={t.you}>
      <EditForm edited={edited} action={t.save} maw={460}>
        <TextInput
          label={t.name}
          autoComplete="name"
          required
          maxLength={128}
          name="name"
          value={draft.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <TextInput label={t.email} value={profile.email} readOnly />
        <NativeSelect
          label={t.language}
          description={t.languageHint}
          value={draft.spoken}
          data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
          onChange={({ currentTarget: { value } }) => isLanguage(value) && set({ spoken: value })}
        />
      </EditForm>
    </Panel>
  );
}

const EMPTY = { current: '', next: '', again: '' };

function PasswordPanel(props: { has: boolean }) {
  const api = useApi();
  const queries = useQueryClient();
  const notice = useNotice();
  const { draft, set, begin, edited } = useEdited({
    entry: undefined,
    draftOf: () => EMPTY,
    save: ({ current, next }) => api.act('POST', '/me/password', { current, next }),
    onSaved: () => {
      begin(undefined);
      void queries.invalidateQueries({ queryKey: ['me', 'sessions'] });
      notice(t.changed);
    },
  });
  const isDifferent = draft.again !== '' && draft.again !== draft.next;
  const field = (name: keyof typeof EMPTY) => ({
    name,
    required: true,
    maxLength: 256,
    value: draft[name],
    onChange: (event: ChangeEvent<HTMLInputElement>) => set({ [name]: event.currentTarget.value }),
  });
  return (
    <Panel title={t.password}>
      {props.has ? (
        <EditForm edited={edited} action={t.change} maw={460}>
          <PasswordInput label={t.current} autoComplete="current-password" {...field('current')} />
          <PasswordInput
            label={t.next}
            description={t.nextHint}
            minLength={8}
            autoComplete="new-password"
            {...field('next')}
          />
          <PasswordInput
            label={t.again}
            autoComplete="new-password"
            error={isDifferent && t.different}
            {...field('again')}
          />
        </EditForm>
      ) : (
        <Text size="sm">{t.noPassword}</Text>
      )}
    </Panel>
  );
}

const Sessions = z.object({ items: z.array(OwnSession) });

function SessionsPanel() {
  const api = useApi();
  const queries = useQueryClient();
  const sessions = useQuery({
    queryKey: ['me', 'sessions'],
    queryFn: async ({ signal }) => (await api.get('/me/sessions', Sessions, {}, signal)).items,
  });
  const end = useMutation({
    mutationFn: (id: string) => api.act('DELETE', `/me/sessions/${encodeURIComponent(id)}`),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['me', 'sessions'] }),
  });
  const items = sessions.data ?? [];
  return (
    <Panel
      title={t.sessions}
      aside={
        items.length > 1 && (
          <Button size="xs" variant="default" loading={end.isPending} onClick={() => end.mutate('others')}>
            {t.endOthers}
          </Button>
        )
      }
    >
      <Stack>
        <Text size="sm" c="dimmed">
          {t.sessionsNote}
        </Text>
        {sessions.error && <ErrorPanel error={sessions.error} onRetry={() => void sessions.refetch()} />}
        {end.error && <ErrorPanel error={end.error} />}
        {items.map((session) => {
          const browser = browserName(session.browser) ?? t.unknown;
          return (
            <Group key={session.id} justify="space-between" gap="xs">
              <Stack gap={2}>
                <Group gap="xs">
                  <Text size="sm" fw={600}>
                    {browser}
                  </Text>
                  {session.current && (
                    <StatusBadge tone="good" icon="success">
                      {t.thisOne}
                    </StatusBadge>
                  )}
                </Group>
                <Text size="sm" c="dimmed" component="div">
                  {session.address} {t.started} <Age at={session.startedAt} />, {t.seen} <Age at={session.seenAt} />
                </Text>
              </Stack>
              {!session.current && (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t.endOf(browser)}
                  onClick={() => end.mutate(session.id)}
                >
                  {t.end}
                </Button>
              )}
            </Group>
          );
        })}
      </Stack>
    </Panel>
  );
}
