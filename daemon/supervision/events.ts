/** What is told when a trunk changes: once at each change, in words and with the raw result. */
import type { GatewayEvent } from '#contract/events.ts';
import type { TrunkEnd } from '#contract/trunk-health.ts';
import type { ProbeResult, StateChange } from '#sip-trunks/supervise/state.ts';

const END_WORDS: Readonly<Record<TrunkEnd, string>> = {
  'far-end': 'the far end',
  pbx: 'the PBX',
  'secondary-pbx': 'the second PBX',
};

const FAILURE_WORDS: Readonly<Record<string, string>> = {
  timeout: 'does not answer',
  refused: 'refuses the connection',
  unreachable: 'cannot be reached',
  closed: 'closes the connection',
  tls: 'fails in the TLS handshake',
  'not-sip': 'answers with something that is not SIP',
  dns: 'has no address in DNS',
};

/** The event of one change. The peer's own reason phrase is kept: it often says what no code does. */
export function changeEvent(
  trunk: { id: string; name: string },
  end: TrunkEnd,
  place: { host: string; port: number },
  change: StateChange,
): GatewayEvent {
  const asset = { type: 'trunk', id: trunk.id, name: trunk.name };
  const where = `${END_WORDS[end]} ${place.host}:${place.port}`;
  const details = { end, host: place.host, port: place.port };
  switch (change.kind) {
    case 'down':
      return {
        name: 'trunk.down',
        severity: 'error',
        message: `SIP trunk ${trunk.name} is down: ${where} ${inWords(change.result)}`.slice(0, 1000),
        asset,
        details: { ...details, ...raw(change.result) },
      };
    case 'up': {
      const minutes = change.downFor === undefined ? undefined : Math.max(1, Math.round(change.downFor / 60_000));
      const after = minutes === undefined ? '' : ` after ${minutes} min`;
      return {
        name: 'trunk.up',
        severity: 'info',
        message: `SIP trunk ${trunk.name} is up again${after}: ${where} ${inWords(change.result)}`.slice(0, 1000),
        asset,
        details: { ...details, ...raw(change.result) },
      };
    }
    case 'certificate-expiring': {
      const day = new Date(change.expiresAt).toISOString();
      return {
        name: 'trunk.certificate-expiring',
        severity: 'warning',
        message: `The certificate of ${where} (SIP trunk ${trunk.name}) is valid until ${day.slice(0, 10)} only`,
        asset,
        details: { ...details, expiresAt: day },
      };
    }
    default:
      return change satisfies never;
  }
}

function inWords(result: ProbeResult): string {
  if (result.answered) return `answers ${result.status} ${result.reason}`.trim();
  return `${FAILURE_WORDS[result.failure] ?? 'cannot be asked'} (${result.detail})`;
}

const raw = (result: ProbeResult): Record<string, string | number> =>
  result.answered
    ? { status: result.status, reason: result.reason, roundTripMs: result.roundTripMs }
    : { failure: result.failure, detail: result.detail };
