import type { PlanField, PlanStep, TrunkPlan } from '#contract/trunks.ts';

/** What stands above the steps. `madeAt` is an ISO instant. */
export interface WorksheetHead {
  trunk: string;
  pbx: string;
  account: string;
  madeAt: string;
}

const SIDES: Readonly<Record<PlanStep['side'], string>> = {
  pbx: 'On the PBX',
  'border-gateway': 'On the border gateway',
  'far-end': 'At the far end',
};

const STYLE = `
body{font:11pt/1.4 system-ui,sans-serif;margin:2rem auto;max-width:50rem;padding:0 1rem;color:#111;background:#fff}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:1.5rem 0 .25rem}p{margin:.25rem 0}
.where{font-weight:600}.note,.why{color:#444}.side{color:#444;font-size:.9rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0}th,td{border:1px solid #999;padding:.3rem .5rem;text-align:left;vertical-align:top}
th{background:#eee}td.value{font-family:ui-monospace,monospace;overflow-wrap:anywhere}td.blank{min-width:8rem}
pre{border:1px solid #999;padding:.5rem;white-space:pre-wrap;overflow-wrap:anywhere}
ul.warnings{border:2px solid #b45309;padding:.5rem .5rem .5rem 1.75rem}
@media print{body{margin:0;max-width:none}section{break-inside:avoid}}`;

/** The worksheet as one page of its own, without scripts or foreign parts, that prints well and can be mailed. */
export function worksheetHtml(plan: TrunkPlan, head: WorksheetHead): string {
  const title = `Worksheet for trunk ${head.trunk}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)}</title>
<style>${STYLE}</style></head><body>
<h1>${escape(title)}</h1>
<p>${escape(head.pbx)}, ${escape(head.account)}; made ${escape(head.madeAt)}</p>
${warnings(plan.warnings)}
${plan.steps.map((step, index) => section(step, index + 1)).join('\n')}
</body></html>
`;
}

const warnings = (texts: readonly string[]): string =>
  texts.length === 0 ? '' : `<ul class="warnings">${texts.map((text) => `<li>${escape(text)}</li>`).join('')}</ul>`;

function section(step: PlanStep, number: number): string {
  const rows = step.fields.map(row).join('');
  return `<section><h2>${number}. ${escape(step.title)}</h2>
<p class="side">${SIDES[step.side]}</p><p class="where">${escape(step.where)}</p>
${rows === '' ? '' : `<table><thead><tr><th scope="col">Field</th><th scope="col">Value</th><th scope="col">Why</th></tr></thead><tbody>${rows}</tbody></table>`}
${step.commands.map((command) => `<pre>${escape(command)}</pre>`).join('')}
${step.note === null ? '' : `<p class="note">${escape(step.note)}</p>`}</section>`;
}

function row({ label, value, why, certainty }: PlanField): string {
  const hint = certainty === 'check' ? ' Compare it with a trunk that works.' : '';
  const cell =
    certainty === 'site' && value === '' ? '<td class="value blank"></td>' : `<td class="value">${escape(value)}</td>`;
  return `<tr><th scope="row">${escape(label)}</th>${cell}<td class="why">${escape(why)}.${hint}</td></tr>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
