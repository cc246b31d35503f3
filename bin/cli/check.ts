import type { CheckResult } from '#contract/sections.ts';
import { ChecksAnswer } from '#contract/wizard/gateway.ts';
import type { LocalApi } from './client.ts';
import { fields, type Output } from './output.ts';

const MARK: Readonly<Record<CheckResult['status'], string>> = {
  ok: 'ok',
  warning: 'WARNING',
  error: 'ERROR',
  skipped: 'skipped',
};

/** `demarc check`: runs the self-test; 1 when there is an error, warnings alone are 0. */
export async function check(api: LocalApi, out: Output): Promise<number> {
  const answer = await api.call(ChecksAnswer, { method: 'POST', path: '/api/checks', limitMs: 90_000 });
  const count = (status: CheckResult['status']) => answer.checks.filter((result) => result.status === status).length;
  if (out.json) {
    out.write(`${JSON.stringify(answer)}\n`);
    return count('error') > 0 ? 1 : 0;
  }
  out.write(fields(answer.checks.flatMap(rows)));
  out.write(
    `\n${count('error')} errors, ${count('warning')} warnings, ${count('ok')} ok, ${count('skipped')} skipped\n`,
  );
  return count('error') > 0 ? 1 : 0;
}

const rows = ({ status, title, detail, effect, nextStep }: CheckResult): [string, string][] => [
  [MARK[status], `${title}: ${detail}`],
  ...(effect === undefined ? [] : ([['', `Effect: ${effect}`]] satisfies [string, string][])),
  ...(nextStep === undefined ? [] : ([['', `Next step: ${nextStep}`]] satisfies [string, string][])),
];
