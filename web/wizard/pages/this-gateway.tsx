import { Group, Loader, Stack, Switch } from '@mantine/core';
import { useState } from 'react';
import { onDemand } from '#web/kit/on-demand.tsx';
import { ErrorPanel, PageHeader } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useAbout } from '../data/queries.ts';
import { StatusLine } from '../parts/status-line.tsx';
import { text } from '../texts/index.ts';
import { AboutPanel, InventoryPanel, RegistrationPanel } from './about.tsx';
import { TunnelsPanel } from './tunnels.tsx';
import { UpdatePanel } from './update.tsx';

const DebugView = onDemand(() => import('./debug.tsx')).page;

const t = text.daemon;
const KEY = 'demarc.debug-view';

/** The page of a gateway that is set up: About, Registration, Inventory report, Update, Tunnels (DMN-5), and the debug view (DMN-6). */
export default function DaemonPage() {
  const about = useAbout();
  const [debug, setDebug] = useState(() => sessionStorage.getItem(KEY) === 'yes');
  return (
    <Stack className="dw-page">
      <PageHeader
        title={t.title}
        note={about.data?.hostName}
        actions={
          <Switch
            label={t.debugView}
            checked={debug}
            onChange={({ currentTarget }) => {
              sessionStorage.setItem(KEY, currentTarget.checked ? 'yes' : 'no');
              setDebug(currentTarget.checked);
            }}
          />
        }
      />
      <StatusLine />
      {about.error && <ErrorPanel error={about.error} onRetry={() => void about.refetch()} />}
      {about.isPending && (
        <Group justify="center">
          <Loader aria-label={kitText.loading} role="status" />
        </Group>
      )}
      {about.data && (
        <>
          <AboutPanel about={about.data} />
          <RegistrationPanel about={about.data} />
          <InventoryPanel about={about.data} />
        </>
      )}
      <UpdatePanel zone={about.data?.timeZone ?? 'UTC'} />
      <TunnelsPanel zone={about.data?.timeZone ?? 'UTC'} />
      {debug && <DebugView />}
    </Stack>
  );
}
