import { ActionIcon, Menu, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { Profile, ProviderSignOut } from '#contract/api/access.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { Icon } from '#web/kit/icons.tsx';
import { followPerson, type Language } from '#web/kit/language.ts';
import { LanguageItems } from '#web/kit/language-switch.tsx';
import { useMe } from '../data/me.tsx';
import { roleLabel } from '../data/roles.ts';
import { text } from '../texts/index.ts';

/** Who is signed in, and the way out. */
export function PersonMenu() {
  const me = useMe();
  const api = useApi();
  const queries = useQueryClient();
  const signOut = useMutation({
    mutationFn: async () => {
      // Asked before, because only a session knows who vouched for it.
      const there = await api.get('/auth/provider-sign-out', ProviderSignOut).catch(() => null);
      await api.act('POST', '/auth/logout');
      return there?.address ?? '/';
    },
    onSuccess: (next) => {
      api.setCsrf(undefined);
      queries.clear();
      followPerson(null);
      window.location.assign(next);
    },
  });
  const speak = useMutation({
    mutationFn: (language: Language) => api.send('PATCH', '/me/profile', Profile, { language }),
    onSuccess: ({ language }) => followPerson(language),
  });
  const problem = signOut.error ?? speak.error;
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={text.app.personMenu(me.name)}>
          <Icon name="person" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600} c="var(--mantine-color-text)">
            {me.name}
          </Text>
          <Text size="xs">{me.email}</Text>
          <Text size="xs">{roleLabel(me.roleName, me.roleName)}</Text>
        </Menu.Label>
        <Menu.Item component={Link} href="/profile">
          {text.app.profile}
        </Menu.Item>
        <Menu.Divider />
        <LanguageItems onChoose={(next) => speak.mutate(next)} />
        <Menu.Divider />
        <Menu.Item onClick={() => signOut.mutate()} closeMenuOnClick={false}>
          {text.app.signOut}
        </Menu.Item>
        {problem && <Menu.Label>{problem.message}</Menu.Label>}
      </Menu.Dropdown>
    </Menu>
  );
}
