import { Group } from '@mantine/core';
import type { Application } from '#contract/api.ts';
import type { Tunnel } from '#contract/tunnels.ts';
import { useMay } from '../../data/me.tsx';
import { pageOf } from '../../data/tunnels.ts';
import { text } from '../../texts/index.ts';
import { LaunchButton } from './launch-button.tsx';

/** The portal of an application: Launch where a tunnel leads to it, else whether there is one (INV-29, INV-31). */
export function Portal(props: {
  application: Pick<Application, 'hasPortal' | 'pbx'>;
  tunnels: readonly Tunnel[] | undefined;
}) {
  const { application, tunnels } = props;
  const may = useMay('support:launch');
  if (!application.hasPortal) return <span className="dk-dimmed">{text.platforms.portalNone}</span>;
  const page = pageOf(tunnels, application.pbx);
  if (page === undefined || !may) return text.applications.hasPortal;
  return (
    <Group gap="xs">
      <LaunchButton tunnel={page} />
    </Group>
  );
}
