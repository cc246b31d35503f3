import { Alert, Button, Stack, Text } from '@mantine/core';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { isOvertaken } from '../data/wizard.tsx';
import { text } from '../texts/index.ts';

/** Why a change was not taken; when another browser was quicker, with the way to see what it has stored. */
export function ChangeError(props: { error: unknown; onShowStored: () => void }) {
  if (props.error === null || props.error === undefined) return null;
  if (!isOvertaken(props.error)) return <ErrorPanel error={props.error} />;
  return (
    <Alert role="alert" variant="default" icon={<Icon name="warning" />} title={text.step.changed}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{text.step.changedNext}</Text>
        <Button size="xs" variant="default" onClick={props.onShowStored}>
          {text.step.showStored}
        </Button>
      </Stack>
    </Alert>
  );
}
