import type { Candidate, EvidenceItem } from '#contract/discovery.ts';
import { PbxType } from '#contract/words.ts';
import type { Verdict } from './classify.ts';
import { describeEvidence, type Evidence } from './evidence.ts';
import { groupMachines, type Machine } from './group.ts';
import { KINDS } from './kinds.ts';
import { toNumber } from './targets.ts';

/** What changed since the last look: candidates that are new or know more, ids that are no candidates of their own now. */
export interface BoardChanges {
  candidates: Candidate[];
  gone: string[];
}

/** Collects evidence and keeps the candidates that follow from it. */
export class CandidateBoard {
  readonly #hosts = new Map<string, Evidence[]>();
  #shown = new Map<string, string>();
  #isDirty = false;

  add(evidence: Evidence): void {
    const known = this.#hosts.get(evidence.address);
    if (known) known.push(evidence);
    else this.#hosts.set(evidence.address, [evidence]);
    this.#isDirty = true;
  }

  changes(): BoardChanges {
    if (!this.#isDirty) return { candidates: [], gone: [] };
    this.#isDirty = false;
    const now = new Map<string, string>();
    const candidates: Candidate[] = [];
    for (const machine of groupMachines(this.#hosts)) {
      if (!machine.verdict) continue;
      const candidate = toCandidate(machine, machine.verdict);
      const text = JSON.stringify(candidate);
      now.set(candidate.id, text);
      if (this.#shown.get(candidate.id) !== text) candidates.push(candidate);
    }
    const gone = [...this.#shown.keys()].filter((id) => !now.has(id));
    this.#shown = now;
    return { candidates, gone };
  }
}

/** The lowest address names the machine, so that two searches of one network call it the same. */
function toCandidate({ addresses: found, evidence }: Machine, verdict: Verdict): Candidate {
  const addresses = found.toSorted((a, b) => toNumber(a) - toNumber(b));
  const pbxType = PbxType.safeParse(verdict.kind);
  return {
    id: addresses[0] ?? '',
    kind: verdict.kind,
    role: KINDS[verdict.kind].role,
    ...(pbxType.success ? { pbxType: pbxType.data } : {}),
    name: verdict.name,
    addresses,
    certainty: verdict.certainty,
    score: verdict.score,
    version: verdict.version,
    release: verdict.release,
    alternatives: verdict.alternatives,
    notes: verdict.notes,
    evidence: evidence.map((one) => toItem(one, verdict)),
  };
}

function toItem(evidence: Evidence, { kind, hits }: Verdict): EvidenceItem {
  const on = hits.filter((hit) => hit.evidence === evidence);
  const speaksFor = (on.find((hit) => hit.kind === kind) ?? on[0])?.kind;
  return {
    signal: evidence.signal,
    address: evidence.address,
    ...('port' in evidence ? { port: evidence.port } : {}),
    text: describeEvidence(evidence).slice(0, 400),
    ...(speaksFor ? { speaksFor } : {}),
  };
}
