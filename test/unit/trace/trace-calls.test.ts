import { expect, test } from 'vitest';
import { systemClock as clock } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { CommandContext } from '#daemon/commands/handler.ts';
import { BusyBoard } from '#daemon/power/busy.ts';
import { traceHandlers } from '#daemon/trace/trace-calls.ts';
import { SipTaps } from '#sip-trunks/trace/tap.ts';
import { temporaryFolder, until } from '#test/support/program.ts';
import { recordedLog } from '../daemon-spine/support/log.ts';

/** What a process takes up that another one left; the cloud is not there, so that the upload only begins. */
async function takenUp(folder: string, step: unknown): Promise<{ steps: unknown[]; ended: Promise<unknown> }> {
  const handler = traceHandlers({
    stateFolder: folder,
    taps: new SipTaps(),
    trunks: { list: () => [] },
    busy: new BusyBoard(),
    target: () => undefined,
    certificate: () => undefined,
    clock,
    random: Math.random,
    log: recordedLog().log,
  })['gateway.trace-calls'];
  if (typeof handler !== 'object') throw new Error('a trace cannot be gone on with');
  const steps: unknown[] = [];
  const stop = new AbortController();
  const context: CommandContext = {
    id: '01K00000000000000000000CMD',
    issuer: { id: 'person', name: 'Person' },
    signal: stop.signal,
    progress: (text) => {
      if (text.startsWith('Interrupted')) stop.abort(new DemarcError('command.interrupted'));
    },
    checkpoint: async (next) => void steps.push(next),
  };
  const ended = handler.resume({ minutes: 1 }, step, context).catch((error: unknown) => error);
  await until('it tries to upload', 15_000, () => stop.signal.aborted);
  return { steps, ended };
}

test('killed while it traces: the trace goes on to its end, and says what it did not see', async () => {
  await using folder = await temporaryFolder('trace');
  const { steps, ended } = await takenUp(folder.path, { phase: 'tracing', endsAt: clock.now() - 1 });
  const missing = expect.arrayContaining([expect.stringContaining('restarted')]);
  expect(steps).toMatchObject([{ phase: 'uploading', output: { missing } }]);
  expect(await ended).toMatchObject({ code: 'command.interrupted' });

  // Killed again, while it uploads: the file is there, and nothing is traced anew.
  expect((await takenUp(folder.path, steps[0])).steps).toEqual([]);
});
