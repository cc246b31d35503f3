import type { CommandState } from '#contract/commands.ts';
import type { CheckResult } from '#contract/sections.ts';
import type { Presence, SwaStatus, SyncOutcome } from '#contract/words.ts';
import { Icon, type IconName } from './icons.tsx';

type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'quiet';
type Look = readonly [Tone, IconName];

const PRESENCE: Readonly<Record<Presence, Look>> = {
  'Never connected': ['quiet', 'dashed'],
  Online: ['good', 'success'],
  Offline: ['bad', 'error'],
  Stale: ['warn', 'clock'],
  Updating: ['busy', 'sync'],
  Released: ['quiet', 'off'],
};

const OUTCOME: Readonly<Record<SyncOutcome | 'Running', Look>> = {
  Running: ['busy', 'sync'],
  Successful: ['good', 'success'],
  Held: ['warn', 'pause'],
  Failed: ['bad', 'error'],
  Partial: ['warn', 'warning'],
};

const SWA: Readonly<Record<SwaStatus, Look>> = {
  'Not Indicated': ['quiet', 'off'],
  Active: ['good', 'success'],
  Inactive: ['quiet', 'pause'],
  'Expiring soon': ['warn', 'clock'],
  Expired: ['bad', 'error'],
  Unknown: ['quiet', 'dashed'],
};

const COMMAND: Readonly<Record<CommandState, readonly [Tone, IconName, string]>> = {
  queued: ['quiet', 'clock', 'Queued'],
  sent: ['busy', 'right', 'Sent'],
  accepted: ['busy', 'check', 'Accepted'],
  running: ['busy', 'play', 'Running'],
  succeeded: ['good', 'success', 'Succeeded'],
  failed: ['bad', 'error', 'Failed'],
  rejected: ['bad', 'cross', 'Rejected'],
  timed_out: ['bad', 'clock', 'Timed out'],
  canceled: ['quiet', 'off', 'Canceled'],
  expired: ['warn', 'clock', 'Expired'],
};

const CHECK: Readonly<Record<CheckResult['status'], readonly [Tone, IconName, string]>> = {
  ok: ['good', 'success', 'OK'],
  warning: ['warn', 'warning', 'Warning'],
  error: ['bad', 'error', 'Error'],
  skipped: ['quiet', 'off', 'Skipped'],
};

const SEVERITY: Readonly<Record<'info' | 'warning' | 'error', readonly [Tone, IconName, string]>> = {
  info: ['quiet', 'info', 'Information'],
  warning: ['warn', 'warning', 'Warning'],
  error: ['bad', 'error', 'Error'],
};

/** A status word with a shape of its own: never colour alone (WCAG 1.4.1). */
export const StatusBadge = (props: { tone: Tone; icon: IconName; children: string }) => (
  <span className="dk-status" data-tone={props.tone}>
    <Icon name={props.icon} size={14} />
    {props.children}
  </span>
);

const badge = (look: Look, word: string) => (
  <StatusBadge tone={look[0]} icon={look[1]}>
    {word}
  </StatusBadge>
);

export const PresenceBadge = (props: { presence: Presence }) => badge(PRESENCE[props.presence], props.presence);
export const OutcomeBadge = (props: { outcome: SyncOutcome | 'Running' }) =>
  badge(OUTCOME[props.outcome], props.outcome);
export const SwaBadge = (props: { status: SwaStatus }) => badge(SWA[props.status], props.status);

export function CommandBadge(props: { state: CommandState }) {
  const [tone, icon, word] = COMMAND[props.state];
  return badge([tone, icon], word);
}

export function CheckBadge(props: { status: CheckResult['status'] }) {
  const [tone, icon, word] = CHECK[props.status];
  return badge([tone, icon], word);
}

export function SeverityBadge(props: { severity: 'info' | 'warning' | 'error' }) {
  const [tone, icon, word] = SEVERITY[props.severity];
  return badge([tone, icon], word);
}
