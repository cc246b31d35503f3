import { ActionIcon, Menu, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useApi } from '#web/kit/api/context.tsx';
import { Icon } from '#web/kit/icons.tsx';
import { LanguageItems } from '#web/kit/language-switch.tsx';
import { useMe } from '../data/me.tsx';
import { text } from '../texts/index.ts';

/** Who is signed in, and the way out. */
export function PersonMenu() {
  const me = useMe();
  const api = useApi();
  const queries = useQueryClient();
  const signOut = useMutation({
    mutationFn: () => api.act('POST', '/auth/logout'),
    onSuccess: () => {
      api.setCsrf(undefined);
      queries.clear();
      window.location.assign('/');
    },
  });
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
          <Text size="xs">{me.role}</Text>
        </Menu.Label>
        <Menu.Divider />
        <LanguageItems />
        <Menu.Divider />
        <Menu.Item onClick={() => signOut.mutate()} closeMenuOnClick={false}>
          {text.app.signOut}
        </Menu.Item>
        {signOut.error && <Menu.Label>{signOut.error.message}</Menu.Label>}
      </Menu.Dropdown>
    </Menu>
  );
}
