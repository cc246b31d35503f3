import { Alert, Group, Stack, Text } from '@mantine/core';
import { CopyButton } from '#web/kit/copy-button.tsx';
import { Icon } from '#web/kit/icons.tsx';

/** A secret or link that the server has told for the only time. */
export const ShownOnce = (props: { lead: string; label: string; value: string }) => (
  <Alert role="status" variant="default" icon={<Icon name="warning" />} title={props.lead}>
    <Stack gap={4}>
      <Text size="xs" c="dimmed">
        {props.label}
      </Text>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Text className="dk-mono" style={{ overflowWrap: 'anywhere' }}>
          {props.value}
        </Text>
        <CopyButton value={props.value} label={props.label} />
      </Group>
    </Stack>
  </Alert>
);
