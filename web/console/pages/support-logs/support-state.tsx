import type { SupportState } from '#contract/api/support-logs.ts';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import { text } from '../../texts/index.ts';

const LOOK = {
  Open: ['warn', 'warning'],
  Reported: ['busy', 'right'],
  Resolved: ['good', 'success'],
} as const satisfies Record<SupportState, readonly [string, string]>;

/** Where a reported problem stands (LOG-6). */
export const SupportStateBadge = (props: { state: SupportState }) => (
  <StatusBadge tone={LOOK[props.state][0]} icon={LOOK[props.state][1]}>
    {text.supportLogs.states[props.state]}
  </StatusBadge>
);
