import { Button, Group, List, Stack, Text } from '@mantine/core';
import type { Tunnel } from '#contract/tunnels.ts';
import { Dialog } from '#web/kit/dialog.tsx';
import { said } from '#web/kit/said.ts';
import { text } from '../../texts/index.ts';

const t = text.tunnels;

/** Asks before tunnels are started (TUN-7). */
export const StartTunnels = (props: { tunnels: readonly Tunnel[]; onYes: () => void; onClose: () => void }) => (
  <Dialog opened onClose={props.onClose} title={t.confirmTitle(props.tunnels.length)}>
    <Stack>
      <Text size="sm">{t.confirmText}</Text>
      <List size="sm">
        {props.tunnels.map(({ id, component, tunnel }) => (
          <List.Item key={id}>{t.rowName(component, said(tunnel))}</List.Item>
        ))}
      </List>
      <Group justify="flex-end">
        <Button variant="default" onClick={props.onClose}>
          {t.no}
        </Button>
        <Button
          onClick={() => {
            props.onYes();
            props.onClose();
          }}
        >
          {t.yes}
        </Button>
      </Group>
    </Stack>
  </Dialog>
);
