import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Tunnel } from '#contract/tunnels.ts';
import { Dialog } from '#web/kit/dialog.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useMay } from '../../data/me.tsx';
import { obstacle, useLaunch } from '../../data/tunnels.ts';
import { text } from '../../texts/index.ts';

const t = text.tunnels;

/** Launch, for whoever may; where it cannot work now, why stands beside it (INV-29 to INV-31, TUN-9). */
export function LaunchButton(props: { tunnel: Tunnel }) {
  const { tunnel } = props;
  const [open, setOpen] = useState(false);
  const why = obstacle(tunnel);
  if (!useMay('support:launch')) return null;
  return (
    <>
      <Button
        size="xs"
        disabled={why !== undefined}
        aria-label={t.launchOf(tunnel.component)}
        onClick={() => setOpen(true)}
      >
        {t.launch}
      </Button>
      {why !== undefined && (
        <Text size="xs" c="dimmed" span>
          {t.cannot[why]}
        </Text>
      )}
      {open && <LaunchDialog tunnel={tunnel} onClose={() => setOpen(false)} />}
    </>
  );
}

function LaunchDialog(props: { tunnel: Tunnel; onClose: () => void }) {
  const { tunnel, onClose } = props;
  const { component, gateway, id } = tunnel;
  const [reason, setReason] = useState('');
  const [blocked, setBlocked] = useState(false);
  const launch = useLaunch();
  const given = reason.trim();
  const start = () => {
    // In the click itself: later a browser would hold the tab back.
    const tab = openTab();
    setBlocked(tab === null);
    if (tab === null) return;
    launch.mutate(
      { gateway, tunnel: id, reason: given },
      {
        onSuccess: ({ url }) => {
          tab.location.replace(url);
          onClose();
        },
        onError: () => tab.close(),
      },
    );
  };
  return (
    <Dialog opened onClose={onClose} title={t.launchTitle(component)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (given !== '' && !launch.isPending) start();
        }}
      >
        <Stack>
          <TextInput
            label={t.reason}
            description={t.reasonHint}
            value={reason}
            maxLength={500}
            required
            data-autofocus
            autoComplete="off"
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Text size="sm" c="dimmed">
            {t.launchText}
          </Text>
          {blocked && (
            <Text size="sm" role="alert">
              {t.blocked}
            </Text>
          )}
          {launch.error && <ErrorPanel error={launch.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {kitText.cancel}
            </Button>
            <Button type="submit" disabled={given === ''} loading={launch.isPending}>
              {t.launch}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** An empty tab that says what it waits for and knows nothing of this page; null where the browser refuses. */
function openTab(): Window | null {
  const tab = window.open('', '_blank');
  if (tab === null) return null;
  tab.opener = null;
  tab.document.title = t.waitTitle;
  tab.document.documentElement.style.colorScheme = 'light dark';
  tab.document.body.textContent = t.wait;
  return tab;
}
