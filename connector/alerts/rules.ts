/** What is wrong with a gateway: pure rules over what is stored of it. Times are milliseconds since 1970. */
import type { AlertRuleName, AlertRules } from '#contract/alerts.ts';
import type { OutboxState } from '#contract/envelope.ts';
import type { TrunkEnd } from '#contract/trunk-health.ts';
import type { Presence } from '#contract/words.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const MEBIBYTE = 1_048_576;

/** How long after its start the connector holds no absence against a gateway: they come back within five minutes. */
export const GRACE_MS = 6 * MINUTE_MS;
/** How long a gateway has to stay Online before it counts as back, so that a flapping link is one alert. */
export const BACK_MS = 5 * MINUTE_MS;
/** How long a gateway gets after it came online to send what has waited and to make up for missed syncs. */
const SETTLE_MS = 10 * MINUTE_MS;
/** How long after the last loss records count as being lost. */
export const LOST_QUIET_MS = 60 * MINUTE_MS;
/** How long a failed command is an alert when the same command does not succeed later. */
export const COMMAND_MS = DAY_MS;

/** One PBX of a gateway. */
export interface PbxSyncFacts {
  id: string;
  name: string;
  syncMinutes: number;
  lastSuccessAt: number | null;
  /** Since when the cloud knows it: what it counts from before the first success. */
  knownSince: number;
  /** Whether a Held run waits for a decision. */
  held: boolean;
}

/** One SIP trunk of a gateway; `down` is the end that has been down for longest, by the trunk's own rule. */
export interface TrunkFacts {
  id: string;
  name: string;
  down: { end: TrunkEnd; since: number; what: string } | null;
}

/** Everything that the rules look at. */
export interface GatewayFacts {
  account: string;
  gateway: string;
  /** False for a released gateway and a deactivated account: nothing alarms, and what was open is closed in silence. */
  watched: boolean;
  presence: Presence;
  presenceSince: number | null;
  certificateExpiresAt: number | null;
  backlog: OutboxState | null;
  /** Records and messages lost so far, and when that number last went up while it was watched. */
  lost: number;
  lostAt: number | null;
  disk: { freeBytes: number; totalBytes: number } | null;
  /** What the self-test last said of the disk; counts where there is no figure. */
  diskCheck: 'ok' | 'warning' | 'error' | null;
  pbxs: readonly PbxSyncFacts[];
  trunks: readonly TrunkFacts[];
  /** The last end of each command of the last day, by name. */
  commands: readonly { name: string; failed: boolean; message: string }[];
}

/** What the message of an alert is made of. */
export type AlertDetails = Readonly<Record<string, string | number>>;

/** `bad` opens, `good` clears, `unsure` leaves things as they are (between the thresholds, or nothing known now). */
export type Verdict = { is: 'bad'; details: AlertDetails } | { is: 'good' } | { is: 'unsure' };

/** The verdict of one rule about one subject of a gateway. */
export interface Finding {
  rule: AlertRuleName;
  subject: string;
  subjectName: string | null;
  verdict: Verdict;
}

/** When it is, and since when this connector watches. */
export interface Moment {
  now: number;
  startedAt: number;
}

const GOOD: Verdict = { is: 'good' };
const UNSURE: Verdict = { is: 'unsure' };
const bad = (details: AlertDetails): Verdict => ({ is: 'bad', details });
const iso = (at: number): string => new Date(at).toISOString();

function offline(facts: GatewayFacts, { minutes }: AlertRules['gateway-offline'], moment: Moment): Verdict {
  const { now, startedAt } = moment;
  const since = facts.presenceSince;
  switch (facts.presence) {
    case 'Online':
      return since !== null && now - since < BACK_MS ? UNSURE : GOOD;
    case 'Offline': {
      // What went away while nobody looked counts from when somebody looks again.
      const missing = now - Math.max(since ?? 0, startedAt);
      if (now - startedAt < GRACE_MS || missing < minutes * MINUTE_MS) return UNSURE;
      return bad(since === null ? {} : { since: iso(since) });
    }
    case 'Never connected':
    case 'Released':
      return GOOD;
    // Stale is connected but silent; Updating is away on purpose.
    case 'Stale':
    case 'Updating':
      return UNSURE;
    default:
      return facts.presence satisfies never;
  }
}

/** Whether the gateway has been connected for so long that what it says of itself holds. */
const isSettled = (facts: GatewayFacts, now: number): boolean =>
  facts.presence === 'Online' && now - (facts.presenceSince ?? 0) >= SETTLE_MS;

function missed(facts: GatewayFacts, pbx: PbxSyncFacts, { periods }: AlertRules['sync-missed'], moment: Moment) {
  const { now, startedAt } = moment;
  const limit = periods * pbx.syncMinutes * MINUTE_MS;
  const success = pbx.lastSuccessAt;
  if (success !== null && now - success < limit) return GOOD;
  // A gateway that is away, or a run that waits for a decision, has an alert of its own.
  if (!isSettled(facts, now) || pbx.held) return UNSURE;
  const from = Math.max(success ?? pbx.knownSince, facts.presenceSince ?? 0, startedAt);
  if (now - from < limit) return UNSURE;
  return bad({ minutes: periods * pbx.syncMinutes, ...(success !== null && { since: iso(success) }) });
}

function expiring(facts: GatewayFacts, { days }: AlertRules['certificate-expiring'], { now }: Moment): Verdict {
  const until = facts.certificateExpiresAt;
  if (until === null) return UNSURE;
  if (until - now < days * DAY_MS) return bad({ until: iso(until) });
  return until - now >= (days + 1) * DAY_MS ? GOOD : UNSURE;
}

function diskLow(facts: GatewayFacts, limits: AlertRules['disk-low']): Verdict {
  const { disk, diskCheck } = facts;
  if (facts.presence !== 'Online') return UNSURE;
  if (disk === null || disk.totalBytes <= 0) {
    if (diskCheck === null) return UNSURE;
    return diskCheck === 'ok' ? GOOD : bad({});
  }
  const percent = (100 * disk.freeBytes) / disk.totalBytes;
  const mebibytes = disk.freeBytes / MEBIBYTE;
  if (percent < limits.percent || mebibytes < limits.mebibytes) {
    return bad({ percent: Math.floor(percent * 10) / 10, mebibytes: Math.floor(mebibytes) });
  }
  return percent >= limits.percent * 1.2 && mebibytes >= limits.mebibytes * 1.2 ? GOOD : UNSURE;
}

function queueGrowing(facts: GatewayFacts, limits: AlertRules['queue-growing'], { now }: Moment): Verdict {
  const { backlog } = facts;
  if (backlog === null || !isSettled(facts, now)) return UNSURE;
  const { records, bytes } = backlog;
  const age = records === 0 || backlog.oldestAt === null ? 0 : (now - Date.parse(backlog.oldestAt)) / MINUTE_MS;
  const share = Math.max(
    records / limits.records,
    bytes / (limits.mebibytes * MEBIBYTE),
    // The site's clock may be off: an age alone is believed only of a queue that holds something.
    age / limits.minutes,
  );
  if (share >= 1) return bad({ records, minutes: Math.max(0, Math.floor(age)) });
  return share <= 0.5 ? GOOD : UNSURE;
}

function recordsLost({ lost, lostAt }: GatewayFacts, { now }: Moment): Verdict {
  return lostAt !== null && now - lostAt < LOST_QUIET_MS ? bad({ lost }) : GOOD;
}

/** What a gateway that is away last told of a trunk is neither good nor bad news now. */
function trunkDown(
  { presence }: GatewayFacts,
  { down }: TrunkFacts,
  { minutes }: AlertRules['trunk-down'],
  now: number,
) {
  if (presence !== 'Online') return UNSURE;
  if (down === null) return GOOD;
  if (now - down.since < minutes * MINUTE_MS) return UNSURE;
  return bad({ end: down.end, what: down.what, since: iso(down.since) });
}

/** Every verdict about one gateway, by the rules that are on. Nothing for one that is not watched. */
export function findings(facts: GatewayFacts, rules: AlertRules, moment: Moment): Finding[] {
  if (!facts.watched) return [];
  const found: Finding[] = [];
  const add = (rule: AlertRuleName, verdict: () => Verdict, subject = '', subjectName: string | null = null) => {
    const setting = rules[rule];
    if (setting.on) found.push({ rule, subject, subjectName, verdict: verdict() });
  };
  add('gateway-offline', () => offline(facts, rules['gateway-offline'], moment));
  for (const pbx of facts.pbxs) {
    add('sync-missed', () => missed(facts, pbx, rules['sync-missed'], moment), pbx.id, pbx.name);
    add('sync-held', () => (pbx.held ? bad({}) : GOOD), pbx.id, pbx.name);
  }
  for (const trunk of facts.trunks) {
    add('trunk-down', () => trunkDown(facts, trunk, rules['trunk-down'], moment.now), trunk.id, trunk.name);
  }
  add('certificate-expiring', () => expiring(facts, rules['certificate-expiring'], moment));
  add('disk-low', () => diskLow(facts, rules['disk-low']));
  add('queue-growing', () => queueGrowing(facts, rules['queue-growing'], moment));
  add('records-lost', () => recordsLost(facts, moment));
  for (const { name, failed, message } of facts.commands) {
    add('command-failed', () => (failed ? bad({ reason: message }) : GOOD), name, name);
  }
  return found;
}

/** An alert that is open now. */
export interface OpenAlert {
  id: string;
  rule: string;
  subject: string;
}

/** What is to be done with the alerts of a gateway; `dismiss` closes without telling anybody. */
export interface Steps {
  open: (Finding & { verdict: { is: 'bad' } })[];
  clear: OpenAlert[];
  dismiss: OpenAlert[];
}

const isBad = (finding: Finding): finding is Finding & { verdict: { is: 'bad' } } => finding.verdict.is === 'bad';

/**
 * What the findings come to, given what is open: bad opens once, good clears. What no rule speaks of any more (rule off,
 * PBX removed, gateway released, account deactivated) is dismissed.
 */
export function stepsFor(found: readonly Finding[], open: readonly OpenAlert[]): Steps {
  const key = (one: { rule: string; subject: string }) => `${one.rule} ${one.subject}`;
  const verdicts = new Map(found.map((finding) => [key(finding), finding.verdict.is]));
  const opened = new Set(open.map(key));
  return {
    open: found.filter(isBad).filter((finding) => !opened.has(key(finding))),
    clear: open.filter((alert) => verdicts.get(key(alert)) === 'good'),
    dismiss: open.filter((alert) => !verdicts.has(key(alert))),
  };
}

/** How bad each rule's alert is. */
export const SEVERITY: Readonly<Record<AlertRuleName, 'warning' | 'error'>> = {
  'gateway-offline': 'error',
  'sync-missed': 'warning',
  'sync-held': 'warning',
  'certificate-expiring': 'error',
  'disk-low': 'error',
  'queue-growing': 'warning',
  'records-lost': 'error',
  'command-failed': 'warning',
  'trunk-down': 'error',
};
