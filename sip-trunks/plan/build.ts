/** Small builders for plans: a field is its label, its value, why, and how sure that is. */
import type { PlanCertainty, PlanField, PlanStep, TrunkSettings } from '#contract/trunks.ts';

/** What a plan is computed from. Names are those that people gave; `version` as the PBX tells it. */
export interface PlanInput {
  trunk: TrunkSettings;
  pbx: { name: string; version?: string | undefined };
  /** The second PBX of a resilient pair (MVB-14). */
  secondary?: { name: string; host: string } | undefined;
}

export const field = (
  label: string,
  value: string | number,
  why: string,
  certainty: PlanCertainty = 'sure',
): PlanField => ({
  label,
  value: String(value),
  why,
  certainty,
});

/** A number that only the site knows: the value that was entered, or a blank to be filled in. */
export const chosen = (label: string, value: string | number | null, why: string): PlanField =>
  value === null ? field(label, '', why, 'site') : field(label, value, why);

export const step = (given: Pick<PlanStep, 'id' | 'title' | 'where'> & Partial<PlanStep>): PlanStep => ({
  side: 'pbx',
  fields: [],
  commands: [],
  note: null,
  importable: false,
  ...given,
});

/** The protocol as administrators see it. */
export const protocolName = (transport: TrunkSettings['transport']): string => transport.toUpperCase();

/** The digits of the pilot number without its plus, as PBX menus take them. */
export const digitsOf = (number: string): string => number.replaceAll(/\D/g, '');
