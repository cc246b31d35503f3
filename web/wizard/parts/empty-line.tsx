import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** That there is nothing yet, and what to do about it. */
export const EmptyLine = (props: { text: string; children?: ReactNode }) => (
  <Group gap="sm">
    <Text size="sm" c="dimmed">
      {props.text}
    </Text>
    {props.children}
  </Group>
);
