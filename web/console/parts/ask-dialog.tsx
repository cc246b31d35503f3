import { Button, Group, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { Dialog } from '#web/kit/dialog.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';

/** Asks once before something is done, and says why when it was not. */
export const AskDialog = (props: {
  title: string;
  action: string;
  act: { error: unknown; isPending: boolean; mutate: () => void };
  danger?: boolean;
  onClose: () => void;
  children: ReactNode;
}) => (
  <Dialog opened onClose={props.onClose} title={props.title}>
    <Stack>
      {props.children}
      {props.act.error !== null && props.act.error !== undefined && <ErrorPanel error={props.act.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={props.onClose}>
          {kitText.cancel}
        </Button>
        <Button
          {...(props.danger && { color: 'red.9' })}
          loading={props.act.isPending}
          onClick={() => props.act.mutate()}
        >
          {props.action}
        </Button>
      </Group>
    </Stack>
  </Dialog>
);
