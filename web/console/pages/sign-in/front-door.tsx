import { Center, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { LanguageSwitch } from '#web/kit/language-switch.tsx';
import { ThemeSwitch } from '#web/kit/theme-switch.tsx';
import { text } from '../../texts/index.ts';

/** The frame of the two pages that nobody has signed in for. */
export function FrontDoor(props: { title: string; lead: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${props.title} – ${text.app.name}`;
  }, [props.title]);
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper withBorder p="xl" radius="md" w="100%" maw={420}>
        <Stack>
          <Group justify="space-between" wrap="nowrap">
            <Group gap="xs" wrap="nowrap">
              <img src="/icon.svg" alt="" width={28} height={28} />
              <Text fw={700}>{text.app.name}</Text>
            </Group>
            <Group gap="xs" wrap="nowrap">
              <LanguageSwitch />
              <ThemeSwitch />
            </Group>
          </Group>
          <div>
            <Title order={1} size="h3">
              {props.title}
            </Title>
            <Text size="sm" c="dimmed">
              {props.lead}
            </Text>
          </div>
          {props.children}
        </Stack>
      </Paper>
    </Center>
  );
}
