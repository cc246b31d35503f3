import type { CommandState } from '#contract/commands.ts';
import type { CheckResult } from '#contract/sections.ts';
import type { Presence, SwaStatus, SyncOutcome } from '#contract/words.ts';
import { Icon, type IconName } from './icons.tsx';
import { kitText } from './texts/index.ts';

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

const COMMAND: Readonly<Record<CommandState, Look>> = {
  queued: ['quiet', 'clock'],
  sent: ['busy', 'right'],
  accepted: ['busy', 'check'],
  running: ['busy', 'play'],
  succeeded: ['good', 'success'],
  failed: ['bad', 'error'],
  rejected: ['bad', 'cross'],
  timed_out: ['bad', 'clock'],
  canceled: ['quiet', 'off'],
  expired: ['warn', 'clock'],
};

const CHECK: Readonly<Record<CheckResult['status'], Look>> = {
  ok: ['good', 'success'],
  warning: ['warn', 'warning'],
  error: ['bad', 'error'],
  skipped: ['quiet', 'off'],
};

const SEVERITY: Readonly<Record<'info' | 'warning' | 'error', Look>> = {
  info: ['quiet', 'info'],
  warning: ['warn', 'warning'],
  error: ['bad', 'error'],
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

export const PresenceBadge = (props: { presence: Presence }) =>
  badge(PRESENCE[props.presence], kitText.presence[props.presence]);
export const OutcomeBadge = (props: { outcome: SyncOutcome | 'Running' }) =>
  badge(OUTCOME[props.outcome], kitText.outcomes[props.outcome]);
export const SwaBadge = (props: { status: SwaStatus }) => badge(SWA[props.status], kitText.swa[props.status]);
export const CommandBadge = (props: { state: CommandState }) =>
  badge(COMMAND[props.state], kitText.commandStates[props.state]);
export const CheckBadge = (props: { status: CheckResult['status'] }) =>
  badge(CHECK[props.status], kitText.checks[props.status]);
export const SeverityBadge = (props: { severity: 'info' | 'warning' | 'error' }) =>
  badge(SEVERITY[props.severity], kitText.severities[props.severity]);
