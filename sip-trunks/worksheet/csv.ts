import { stringify } from 'csv-stringify/sync';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { TrunkPlan } from '#contract/trunks.ts';

/**
 * One step of the plan as a CSV file: its field names as headings and one row. A PBX that imports forms (`importable`)
 * takes it as it is; fields that the site has to choose are left empty.
 * @throws DemarcError `api.not-found` when the plan has no such step with fields
 */
export function formCsv(plan: TrunkPlan, step: string): string {
  const found = plan.steps.find(({ id, fields }) => id === step && fields.length > 0);
  if (found === undefined) throw new DemarcError('api.not-found', step);
  const labels = found.fields.map(({ label }) => label);
  // Names and values of a PBX form may begin with a plus: the PBX reads them, no spreadsheet's guard may change them.
  return stringify([labels, found.fields.map(({ value }) => value)], { record_delimiter: 'windows', bom: true });
}
