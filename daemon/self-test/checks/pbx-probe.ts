import { catalogue } from '#contract/errors/catalogue.ts';
import type { Check, CheckContext, Finding } from '../check.ts';
import { ok } from '../check.ts';

/** The check of one PBX: what its adapter's probe says, in one line. */
export const pbxProbe = (pbx: CheckContext['pbxs'][number]): Check => ({
  id: `pbx.${pbx.id}`,
  title: `PBX ${pbx.name}`,
  effect: 'Users of this PBX are not brought up to date; those in the cloud stay as they are.',
  limitMs: 30_000,
  async run(_context, signal): Promise<Finding> {
    const report = await pbx.probe(signal);
    const bad =
      report.steps.find((step) => step.status === 'error') ?? report.steps.find((s) => s.status === 'warning');
    if (report.error) {
      const { code, message, nextStep } = report.error;
      return { status: 'error', code, detail: message, effect: this.effect, nextStep };
    }
    if (bad) {
      return {
        status: bad.status === 'error' || !report.ok ? 'error' : 'warning',
        code: 'check.pbx',
        detail: `${bad.title}: ${bad.detail}`,
        effect: this.effect,
        nextStep: bad.nextStep ?? catalogue['check.pbx'].nextStep,
      };
    }
    const facts = [report.version, report.users === undefined ? undefined : `${report.users} users`];
    return ok(['works', ...facts.filter((fact) => fact !== undefined)].join(', '));
  },
});
