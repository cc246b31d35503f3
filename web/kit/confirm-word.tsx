import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Dialog } from './dialog.tsx';
import { ErrorPanel } from './panels.tsx';
import { kitText } from './texts/index.ts';

/** A dialog for what cannot be taken back: the button works only once the word has been typed (as ACC-16). */
export function ConfirmWord(props: {
  opened: boolean;
  title: string;
  word: string;
  action: string;
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const [typed, setTyped] = useState('');
  const close = () => {
    setTyped('');
    props.onClose();
  };
  const matches = typed.trim().toLowerCase() === props.word;
  return (
    <Dialog opened={props.opened} onClose={close} title={props.title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (matches) props.onConfirm();
        }}
      >
        <Stack>
          {props.children}
          <TextInput
            label={kitText.typeWord(props.word)}
            value={typed}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          {props.error !== null && props.error !== undefined && <ErrorPanel error={props.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {kitText.cancel}
            </Button>
            <Button type="submit" color="red.9" disabled={!matches} loading={props.busy}>
              {props.action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
