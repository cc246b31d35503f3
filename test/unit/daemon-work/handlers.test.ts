import { expect, test } from 'vitest';
import { commands } from '#contract/commands.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { SyncStatus } from '#contract/sections.ts';
import type { CommandContext } from '#daemon/commands/command-runner.ts';
import { commandHandlers, probeChecks } from '#daemon/commands/handlers.ts';
import type { SyncRequest } from '#daemon/sync/run.ts';
import type { ProbeReport } from '#pbx-adapters/adapter.ts';

const PBX = '01K00000000000000000000PBX';
const RUN = '01K00000000000000000000RVN';
const counts = { read: 2, added: 1, changed: 0, removed: 0, unchanged: 1, rejected: 0 };
const error = { code: 'pbx.timeout', message: 'The PBX did not answer', nextStep: 'Look at the PBX.' };

function bench(report: ProbeReport = { ok: true, steps: [] }) {
  const requests: SyncRequest[] = [];
  const pbxs = new Set([PBX]);
  const steps: unknown[] = [];
  const told: [string, number | undefined][] = [];
  const status = { run: RUN, outcome: 'Held', counts, reason: error } as SyncStatus;
  const handlers = commandHandlers({
    engine: {
      status: () => ({ running: { phase: 'reading', read: 41 } }) as never,
      run: async (_pbx, request) => {
        requests.push(request);
        await new Promise((resolve) => setTimeout(resolve, 700));
        return status;
      },
    },
    registry: {
      probe: async () => report,
      identify: (id) => (pbxs.has(id) ? { type: 'mx-one', name: 'Plant' } : undefined),
      remove: async (id) => {
        if (!pbxs.delete(id)) throw new DemarcError('sync.unknown-pbx', id);
      },
    },
    selfTest: async (_signal, onResult) => {
      onResult(1, 4);
      return [];
    },
    inventory: async () => ({ platforms: [{}], applications: [{}, {}] }) as never,
  });
  const context: CommandContext = {
    id: 'c',
    issuer: { id: 'u', name: 'Ada', kind: 'person' } as CommandContext['issuer'],
    signal: new AbortController().signal,
    checkpoint: async (step) => void steps.push(step),
    progress: (text, percent) => told.push([text, percent]),
  };
  return { handlers, requests, told, context, pbxs, steps };
}

test('a sync gives run, outcome, counts and reason as the contract has them, and tells how far it is', async () => {
  const { handlers, requests, told, context } = bench();
  const output = await handlers['pbx.sync']({ pbx: PBX }, context);
  expect(output).toEqual({ run: RUN, outcome: 'Held', counts, reason: error });
  expect(commands['pbx.sync'].output.parse(output)).toEqual(output);
  expect(requests).toEqual([{ trigger: 'sync-now', full: undefined, decision: undefined }]);
  expect(told).toEqual([['reading, 41 read', undefined]]);
});

test('a decision about a Held run is carried out as one', async () => {
  const { handlers, requests, context } = bench();
  const decision = { run: RUN, action: 'keep' } as const;
  await handlers['pbx.sync']({ pbx: PBX, decision }, context);
  expect(requests).toEqual([{ trigger: 'decision', full: undefined, decision }]);
});

test('a test of a PBX gives its steps as checks with version and users', async () => {
  const steps = [{ id: 'login', title: 'Log in', status: 'ok', detail: 'in', durationMs: 1.6 }] as const;
  const { handlers, context } = bench({ ok: true, steps: [...steps], version: '8.1', users: 7 });
  const output = await handlers['pbx.test']({ pbx: PBX }, context);
  expect(output).toEqual({ checks: [{ ...steps[0], durationMs: 2 }], version: '8.1', users: 7 });
  expect(commands['pbx.test'].output.parse(output)).toEqual(output);
});

test('an error that belongs to no step becomes a check of its own; one that has its step is not told twice', () => {
  expect(probeChecks({ ok: false, steps: [], error })).toMatchObject([
    { id: 'link', status: 'error', code: error.code },
  ]);
  const failed = { id: 'login', title: 'Log in', status: 'error', detail: 'refused', durationMs: 1 } as const;
  expect(probeChecks({ ok: false, steps: [failed], error })).toEqual([failed]);
});

test('inventory and self-test tell counts and progress', async () => {
  const { handlers, told, context } = bench();
  expect(await handlers['inventory.report']({}, context)).toEqual({ platforms: 1, applications: 2 });
  expect(await handlers['gateway.self-test']({}, context)).toEqual({ checks: [] });
  expect(told).toEqual([['1 of 4 checks', 25]]);
});

test('killed_before_or_after_a_PBX_was_removed: the next process removes it, once, and tells its name', async () => {
  const { handlers, context, pbxs, steps } = bench();
  const args = { pbx: PBX, confirm: 'delete' } as const;
  const { run, resume } = handlers['pbx.remove'];
  const output = await run(args, context);
  expect(commands['pbx.remove'].output.parse(output)).toEqual({ name: 'Plant' });
  expect([...pbxs]).toEqual([]);
  const [step] = steps;
  expect(await resume(args, step)).toEqual(output);
  pbxs.add(PBX);
  expect(await resume(args, step)).toEqual(output);
  expect([...pbxs]).toEqual([]);
  await expect(run(args, context)).rejects.toThrow(DemarcError);
});
