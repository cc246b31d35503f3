import { Tooltip } from '@mantine/core';
import { StatusBadge } from '../status-badge.tsx';
import { kitText } from '../texts/index.ts';
import type { LiveState } from './stream.ts';

/** Says whether the page follows the cloud by itself; read out when that changes. */
export function LiveIndicator(props: { state: LiveState }) {
  const live = props.state === 'live';
  const word = live ? kitText.live : props.state === 'connecting' ? kitText.connecting : kitText.reconnecting;
  return (
    <Tooltip label={live ? kitText.liveHint : kitText.reconnectingHint}>
      <span role="status" style={{ display: 'inline-flex' }}>
        <StatusBadge tone={live ? 'good' : 'warn'} icon={live ? 'wave' : 'sync'}>
          {word}
        </StatusBadge>
      </span>
    </Tooltip>
  );
}
