/** What counts as a change, by section: values that move by themselves must not make traffic every minute. */
import type { HealthSection, SectionName } from '#contract/sections.ts';
import { HealthSection as HealthSchema } from '#contract/sections.ts';
import { TrunksSection } from '#contract/trunk-health.ts';
import { without } from './canonical.ts';

export interface SectionRule {
  /** The part of the document whose change is worth sending at once. */
  significant(document: unknown): unknown;
  /** After this time a change of anything is worth sending; never when undefined. */
  refreshMs?: number;
}

const TIMES = new Set(['collectedAt', 'at']);
const READ_AT = new Set(['readAt']);

/** Of the queue only what was lost, of a check only its verdict: sizes and durations change with every message. */
function healthVerdict(document: unknown): unknown {
  const parsed = HealthSchema.safeParse(document);
  if (!parsed.success) return document;
  const { outbox, store, checks }: HealthSection = parsed.data;
  return { drops: outbox.drops, store, checks: checks.map(({ id, status, code }) => ({ id, status, code })) };
}

/** Of a trunk what it is, not what each try took: round trips and the history move with every question. */
function trunkFacts(document: unknown): unknown {
  const parsed = TrunksSection.safeParse(document);
  if (!parsed.success) return document;
  return parsed.data.trunks.map(({ id, ends }) => [
    id,
    ends.map(({ end, host, port, transport, state, since, reachable, accepted, registered, callProven, ...rest }) => {
      const facts = [reachable, accepted, registered, callProven].map((fact) => fact?.is ?? null);
      return [end, host, port, transport, state, since, facts, rest.certificateExpiresAt];
    }),
  ]);
}

export const SECTION_RULES: Readonly<Record<SectionName, SectionRule>> = {
  gateway: { significant: (document) => document },
  pbxs: { significant: (document) => document },
  inventory: { significant: (document) => without(document, TIMES) },
  health: { significant: healthVerdict, refreshMs: 10 * 60_000 },
  tunnels: { significant: (document) => document },
  trunks: { significant: trunkFacts, refreshMs: 5 * 60_000 },
  numbers: { significant: (document) => without(document, READ_AT), refreshMs: 24 * 3_600_000 },
};
