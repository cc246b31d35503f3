/** How SIP trunks are, as their gateway sees it: section `trunks`, and what the API shows of it (design section 9). */
import { z } from 'zod';
import { Id, Instant } from './ids.ts';

/** Which end of a trunk was asked: the far end, the PBX itself, or the second PBX of a resilient pair. */
export const TrunkEnd = z.enum(['far-end', 'pbx', 'secondary-pbx']);
export type TrunkEnd = z.infer<typeof TrunkEnd>;

/** What the supervision rule makes of the answers; `unknown` until enough of them came. */
export const TrunkState = z.enum(['unknown', 'up', 'down']);
export type TrunkState = z.infer<typeof TrunkState>;

/** One thing that is either so or not: `since` when it changed, `at` when it was last seen where that is not the last try. */
export const TrunkFact = z.object({ is: z.boolean(), since: Instant, at: Instant.optional() });
export type TrunkFact = z.infer<typeof TrunkFact>;

/** One OPTIONS as it went, raw: an answer with its code, reason phrase and round trip, or why there was none. */
export const TrunkProbe = z.looseObject({
  at: Instant,
  status: z.int().min(200).max(699).nullable(),
  reason: z.string().max(128).nullable(),
  roundTripMs: z.number().min(0).nullable(),
  /** The transport's word where there was no answer: `timeout`, `refused`, `tls`, `dns` and so on. */
  failure: z.string().max(32).nullable(),
  detail: z.string().max(200).nullable(),
});
export type TrunkProbe = z.infer<typeof TrunkProbe>;

/** Tries, answers, 2xx answers, average and worst round trip in milliseconds. */
export const TrunkHistoryPoint = z.tuple([
  z.int().min(0),
  z.int().min(0),
  z.int().min(0),
  z.number().min(0),
  z.number().min(0),
]);
export type TrunkHistoryPoint = z.infer<typeof TrunkHistoryPoint>;

/** Equal steps of time from `from` on; null where nobody asked. */
export const TrunkHistory = z.object({
  from: Instant,
  stepSeconds: z.int().min(60).max(3600),
  points: z.array(TrunkHistoryPoint.nullable()).max(288),
});
export type TrunkHistory = z.infer<typeof TrunkHistory>;

/**
 * One end of a trunk. The four facts are different things: a peer may answer and refuse, or accept and lose calls. Each is
 * null while nothing has told of it.
 */
export const TrunkEndHealth = z.looseObject({
  end: TrunkEnd,
  host: z.string().max(253),
  port: z.int().min(1).max(65_535),
  transport: z.enum(['udp', 'tcp', 'tls']),
  state: TrunkState,
  since: Instant.nullable(),
  /** It answered SIP at all. */
  reachable: TrunkFact.nullable(),
  /** It answered with 2xx. */
  accepted: TrunkFact.nullable(),
  /** A registration holds. */
  registered: TrunkFact.nullable(),
  /** The last test call went through. */
  callProven: TrunkFact.nullable(),
  last: TrunkProbe.nullable(),
  /** The last result that did not count as up, so that it is still there after the recovery. */
  lastFailure: TrunkProbe.nullable(),
  /** Of the peer's certificate, with TLS. */
  certificateExpiresAt: Instant.nullable(),
});
export type TrunkEndHealth = z.infer<typeof TrunkEndHealth>;

/** Section `trunks`. The history reaches back over what the cloud may have missed, newest last. */
export const TrunksSection = z.looseObject({
  trunks: z
    .array(
      z.looseObject({
        id: Id,
        ends: z.array(TrunkEndHealth.extend({ history: TrunkHistory.optional() })).max(3),
      }),
    )
    .max(50),
});
export type TrunksSection = z.infer<typeof TrunksSection>;

/** What the list of trunks shows of one end. */
export const TrunkEndBrief = z.object({
  end: TrunkEnd,
  state: TrunkState,
  since: Instant.nullable(),
  /** When the gateway last told of it. */
  toldAt: Instant,
});
export type TrunkEndBrief = z.infer<typeof TrunkEndBrief>;

/** `GET /api/v1/trunks/{id}/health`: every end with its last 24 hours. */
export const TrunkHealth = z.object({
  trunk: Id,
  ends: z.array(TrunkEndHealth.extend({ toldAt: Instant, history: TrunkHistory })),
});
export type TrunkHealth = z.infer<typeof TrunkHealth>;
