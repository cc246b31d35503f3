import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Dialog } from '#web/kit/dialog.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { text } from '../../texts/index.ts';

const t = text.managers;

/** Asks, does one thing after the other with a bar that says how far, and stays until it is closed (ROL-23, ROL-25, ROL-27). */
export function OneByOne<T>(props: {
  title: string;
  items: readonly T[];
  act: (item: T) => Promise<unknown>;
  onSettled: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const { items } = props;
  const [done, setDone] = useState(0);
  const run = useMutation({
    mutationFn: async () => {
      for (const item of items.slice(done)) {
        await props.act(item);
        setDone((before) => before + 1);
      }
    },
    onSettled: props.onSettled,
  });
  const isBegun = run.isPending || run.isSuccess || done > 0;
  return (
    <Dialog
      opened
      onClose={props.onClose}
      title={props.title}
      closeOnClickOutside={!run.isPending}
      closeOnEscape={!run.isPending}
    >
      <Stack>
        {props.children}
        {isBegun && (
          <>
            <Progress.Root size="lg">
              <Progress.Section value={(done / items.length) * 100} aria-label={t.progress(done, items.length)} />
            </Progress.Root>
            <Text size="sm" role="status">
              {t.progress(done, items.length)}
            </Text>
          </>
        )}
        {run.error && <ErrorPanel error={run.error} />}
        <Group justify="flex-end">
          {run.isSuccess ? (
            <Button onClick={props.onClose}>{t.close}</Button>
          ) : (
            <>
              <Button variant="default" disabled={run.isPending} onClick={props.onClose}>
                {isBegun ? t.close : kitText.cancel}
              </Button>
              <Button loading={run.isPending} onClick={() => run.mutate()}>
                {t.confirm}
              </Button>
            </>
          )}
        </Group>
      </Stack>
    </Dialog>
  );
}
