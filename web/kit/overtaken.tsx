import { Alert, Button, Stack, Text } from '@mantine/core';
import { Icon } from './icons.tsx';
import { kitText } from './texts/index.ts';

/** Somebody else was quicker: nothing was overwritten, and the newest values can be taken over. */
export const Overtaken = (props: {
  title?: string;
  next?: string;
  action?: string;
  busy?: boolean;
  onTake: () => void;
}) => (
  <Alert role="alert" variant="default" icon={<Icon name="warning" />} title={props.title ?? kitText.overtaken.title}>
    <Stack gap="xs" align="flex-start">
      <Text size="sm">{props.next ?? kitText.overtaken.next}</Text>
      <Button size="xs" variant="default" loading={props.busy ?? false} onClick={props.onTake}>
        {props.action ?? kitText.overtaken.take}
      </Button>
    </Stack>
  </Alert>
);
