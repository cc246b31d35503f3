import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { TrunkSettings } from '#contract/trunks.ts';
import { planTrunk } from '#sip-trunks/plan/plan.ts';
import { formCsv } from '#sip-trunks/worksheet/csv.ts';
import { worksheetHtml } from '#sip-trunks/worksheet/html.ts';

const trunk = TrunkSettings.parse({
  name: 'Vienna "<b>&',
  pbx: '01JD0000000000000000000000',
  host: '192.0.2.5',
  port: 5061,
  farEnd: { kind: 'cloud-platform', host: 'sip.example.net', port: 5061 },
});
const plan = planTrunk({ type: 'mivoice-business', trunk, pbx: { name: 'Main' } });
const head = { trunk: trunk.name, pbx: 'Main', account: 'A & B', madeAt: '2026-11-22T10:00:00Z' };

it('prints every step with its fields, and no name can change the page', () => {
  const html = worksheetHtml(plan, head);
  for (const { title, fields } of plan.steps) {
    expect(html).toContain(title);
    for (const { label } of fields) expect(html).toContain(`>${label.replaceAll("'", '&#39;')}<`);
  }
  expect(html).toContain('Vienna &quot;&lt;b&gt;&amp;');
  expect(html).not.toContain('<b>');
  expect(html).not.toMatch(/<script|src=|href=/);
});

it('gives each form that can be imported as a file with its headings and one row', () => {
  const forms = plan.steps.filter(({ importable }) => importable);
  expect(forms.length).toBeGreaterThan(3);
  for (const form of forms) {
    const rows: string[][] = parse(formCsv(plan, form.id), { bom: true });
    expect(rows).toEqual([form.fields.map(({ label }) => label), form.fields.map(({ value }) => value)]);
  }
  expect(() => formCsv(plan, 'no-such-step')).toThrow(expect.objectContaining({ code: 'api.not-found' }));
});
