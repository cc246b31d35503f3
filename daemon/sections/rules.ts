/** What counts as a change, by section: values that move by themselves must not make traffic every minute. */
import type { HealthSection, SectionName } from '#contract/sections.ts';
import { HealthSection as HealthSchema } from '#contract/sections.ts';
import { without } from './canonical.ts';

export interface SectionRule {
  /** The part of the document whose change is worth sending at once. */
  significant(document: unknown): unknown;
  /** After this time a change of anything is worth sending; never when undefined. */
  refreshMs?: number;
}

const TIMES = new Set(['collectedAt', 'at']);

/** Of the queue only what was lost, of a check only its verdict: sizes and durations change with every message. */
function healthVerdict(document: unknown): unknown {
  const parsed = HealthSchema.safeParse(document);
  if (!parsed.success) return document;
  const { outbox, store, checks }: HealthSection = parsed.data;
  return { drops: outbox.drops, store, checks: checks.map(({ id, status, code }) => ({ id, status, code })) };
}

export const SECTION_RULES: Readonly<Record<SectionName, SectionRule>> = {
  gateway: { significant: (document) => document },
  pbxs: { significant: (document) => document },
  inventory: { significant: (document) => without(document, TIMES) },
  health: { significant: healthVerdict, refreshMs: 10 * 60_000 },
  tunnels: { significant: (document) => document },
};
