import type { CandidateKind, Certainty } from '#contract/discovery.ts';
import type { Evidence } from './evidence.ts';
import { GENERAL_KINDS, KINDS } from './kinds.ts';
import { type Hit, hitsOf } from './rules.ts';

/** What a machine was taken for, and why. */
export interface Verdict {
  kind: CandidateKind;
  name: string;
  certainty: Certainty;
  score: number;
  version: string | null;
  release: string | null;
  alternatives: CandidateKind[];
  notes: string[];
  hits: Hit[];
}

/** Below this a machine without SIP is none that the search was for: one open port or one network card is not enough. */
const LEAST_SCORE = 0.36;
const STRONG = 0.75;
const HIGH = 0.8;
const MEDIUM = 0.45;

/**
 * Evidence to kind, certainty and version; undefined when nothing speaks for telephony. Pure. Absence proves nothing: a
 * missing banner never counts against a kind.
 */
export function classify(evidence: readonly Evidence[]): Verdict | undefined {
  const hits = hitsOf(evidence);
  const scores = new Map<CandidateKind, number>();
  for (const { kind, weight } of hits) scores.set(kind, 1 - (1 - (scores.get(kind) ?? 0)) * (1 - weight));
  const holdsParts = (scores.get('micollab') ?? 0) >= STRONG;
  const rankOf = ([kind, score]: [CandidateKind, number]): number =>
    holdsParts && PARTS_OF_MICOLLAB.has(kind) ? rank(kind, score) / 2 : rank(kind, score);
  const ranked = [...scores].sort((a, b) => rankOf(b) - rankOf(a));
  const [best] = ranked;
  if (best === undefined) return undefined;
  const [kind, score] = best;
  if (score < LEAST_SCORE && !evidence.some(({ signal }) => signal === 'sip')) return undefined;
  const own = hits.filter((hit) => hit.kind === kind).sort((a, b) => b.weight - a.weight);
  const rival = ranked.find(
    ([other, otherScore]) => other !== kind && !areTogether(kind, other) && otherScore >= STRONG,
  );
  // Two banners of one machine are one witness; so are all its ports.
  const signals = new Set(own.map((hit) => hit.evidence.signal));
  const found = score >= HIGH && signals.size > 1 ? 'high' : score >= MEDIUM ? 'medium' : 'low';
  return {
    kind,
    name: own.find((hit) => hit.name)?.name ?? KINDS[kind].name,
    certainty: rival && score >= STRONG ? 'low' : found,
    score: Math.round(score * 100) / 100,
    version: own.find((hit) => hit.version)?.version ?? null,
    release: own.find((hit) => hit.release)?.release ?? null,
    alternatives: ranked.flatMap(([other]) => (other !== kind && !GENERAL_KINDS.has(other) ? [other] : [])).slice(0, 3),
    notes: notesOf(kind, score, signals.size, rival?.[0]),
    hits,
  };
}

/** A MiCollab server has a border gateway and conferencing of its own inside. */
const PARTS_OF_MICOLLAB: ReadonlySet<CandidateKind> = new Set(['mitel-border-gateway', 'mitel-conferencing']);

/** A general kind gives way to any kind that says more, unless only a trace (0.15) speaks for that one. */
const rank = (kind: CandidateKind, score: number): number => (GENERAL_KINDS.has(kind) ? 0.155 + score * 0.04 : score);

/** Products that share one machine by design, and a general kind beside the one that says more. */
const areTogether = (a: CandidateKind, b: CandidateKind): boolean =>
  GENERAL_KINDS.has(b) || [a, b].every((kind) => kind === 'micollab' || PARTS_OF_MICOLLAB.has(kind));

function notesOf(kind: CandidateKind, score: number, signals: number, rival: CandidateKind | undefined): string[] {
  const notes: string[] = [];
  if (rival && score >= STRONG)
    notes.push(`What was seen contradicts itself: it also speaks for ${KINDS[rival].name}.`);
  if (kind === 'unnamed-sip')
    notes.push('It answers SIP and does not say what it is; many PBXs can be set to keep silent.');
  if (kind === 'mivoice-5000') notes.push('This family does not name itself reliably: confirm the type by hand.');
  if (signals === 1 && score >= STRONG && KINDS[kind].role === 'pbx') {
    notes.push('Only one kind of evidence: others can give themselves out as this type.');
  }
  return notes;
}
