/** Section `trunks`: how the trunks are, with as much of their history as the cloud may have missed and a message holds. */
import { MAX_MESSAGE_BYTES } from '#contract/envelope.ts';
import type {
  TrunkEnd,
  TrunkEndHealth,
  TrunkFact,
  TrunkHistory,
  TrunkProbe,
  TrunksSection,
} from '#contract/trunk-health.ts';
import { SLOT_MS, SLOTS } from '#sip-trunks/supervise/history.ts';
import type { ProbeResult } from '#sip-trunks/supervise/state.ts';
import type { EndView } from '#sip-trunks/supervise/supervisor.ts';

/** Room for the envelope, and a little more. */
const LIMIT_BYTES = MAX_MESSAGE_BYTES - 4096;

type Ends = Map<string, { end: TrunkEnd; view: EndView }[]>;
type Section = TrunksSection['trunks'];

/** `slots` is how many stretches of five minutes the history is to reach back; fewer when the message would be too long. */
export function trunksDocument(ends: Ends, slots: number, now: number): TrunksSection {
  const size = (trunks: Section) => Buffer.byteLength(JSON.stringify(trunks));
  for (let reach = Math.min(slots, SLOTS); reach > 0; reach = Math.floor(reach / 2)) {
    const trunks = build(ends, { from: Math.floor(now / SLOT_MS) - reach, failures: true });
    if (size(trunks) <= LIMIT_BYTES) return { trunks };
  }
  const whole = build(ends, { failures: true });
  return { trunks: size(whole) <= LIMIT_BYTES ? whole : build(ends, { failures: false }) };
}

function build(ends: Ends, { from, failures }: { from?: number; failures: boolean }): Section {
  return [...ends].map(([id, views]) => ({
    id,
    ends: views.map(({ end, view }) => ({
      ...endHealth(end, view, failures),
      ...(from === undefined ? {} : { history: historySince(view, from) }),
    })),
  }));
}

const iso = (at: number): string => new Date(at).toISOString();
const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));

function endHealth(end: TrunkEnd, { end: watched, state }: EndView, failures: boolean): TrunkEndHealth {
  const { host, port, transport } = watched;
  const fact = (known: { is: boolean; since: number; at: number } | null, own: boolean): TrunkFact | null =>
    known === null ? null : { is: known.is, since: iso(known.since), ...(own ? { at: iso(known.at) } : {}) };
  return {
    end,
    host,
    port,
    transport,
    state: state.state,
    since: isoOrNull(state.since),
    reachable: fact(state.reachable, false),
    accepted: fact(state.accepted, false),
    registered: fact(state.registered, true),
    callProven: fact(state.callProven, true),
    last: probe(state.last),
    lastFailure: failures ? probe(state.lastFailure) : null,
    certificateExpiresAt: isoOrNull(state.certificateExpiresAt),
  };
}

function probe(result: ProbeResult | null): TrunkProbe | null {
  if (result === null) return null;
  const at = iso(result.at);
  if (!result.answered) {
    const { failure, detail } = result;
    return { at, status: null, reason: null, roundTripMs: null, failure, detail: detail.slice(0, 200) };
  }
  const { status, reason, roundTripMs } = result;
  return { at, status, reason, roundTripMs, failure: null, detail: null };
}

function historySince({ history }: EndView, from: number): TrunkHistory {
  const found = history.points(from);
  return { from: iso(Math.max(0, found.from) * SLOT_MS), stepSeconds: SLOT_MS / 1000, points: found.points };
}
