import { Button, Group, Modal, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { ApiError } from '#web/kit/api/api-error.ts';
import { Overtaken } from '#web/kit/overtaken.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';

/**
 * A form in a dialog. When somebody else was faster (412), nothing is overwritten: the newest values can be taken over
 * and the change made again.
 */
export function EditDialog(props: {
  title: string;
  action: string;
  save: { error: unknown; isPending: boolean; mutate: () => void };
  /** Reads the thing anew and fills the form with it; for forms that change what is there. */
  onNewest?: () => void;
  /** Why it cannot be sent yet. */
  blocked?: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  const { save, onNewest } = props;
  const isStale = onNewest !== undefined && save.error instanceof ApiError && save.error.status === 412;
  const failed = save.error !== null && save.error !== undefined;
  return (
    <Modal opened onClose={props.onClose} title={props.title} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          {props.children}
          {isStale && <Overtaken onTake={onNewest} />}
          {failed && !isStale && <ErrorPanel error={save.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {kitText.cancel}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={isStale || props.blocked === true}>
              {props.action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
