import { expect, test } from 'vitest';
import type { VerifyStep } from '#contract/trunk-verify.ts';
import type { CommandContext } from '#daemon/commands/handler.ts';
import { withProofs } from '#daemon/supervision/proofs.ts';

const context: CommandContext = {
  id: 'c',
  issuer: { id: 'p', name: 'Ada' },
  signal: new AbortController().signal,
  progress: () => undefined,
  checkpoint: async () => undefined,
};
const step = (kind: VerifyStep['kind'], status: VerifyStep['status']): VerifyStep => ({
  id: kind,
  end: 'far-end',
  kind,
  status,
  detail: '',
  durationMs: 1,
  evidence: [],
});

test('a step of registering or calling that succeeded or failed is taken over, one that was left out is not', async () => {
  const noted: unknown[] = [];
  const steps = [step('options', 'error'), step('register', 'ok'), step('call', 'error'), step('media', 'ok')];
  const skipped = [step('register', 'skipped'), step('call', 'running')];
  const handlers = withProofs(
    {
      'trunk.verify': async () => ({ steps: skipped, proven: false }),
      'trunk.test-call': async () => ({ steps, proven: false }),
    },
    { note: (...what) => noted.push(what) },
  );
  await handlers['trunk.verify']({ trunk: 't1' }, context);
  expect(noted).toEqual([]);
  const report = await handlers['trunk.test-call']({ trunk: 't1', through: 'far-end' }, context);
  expect(report.steps).toBe(steps);
  expect(noted).toEqual([
    ['t1', 'far-end', 'registered', true],
    ['t1', 'far-end', 'callProven', false],
  ]);
});
