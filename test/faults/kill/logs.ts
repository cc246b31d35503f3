/** A log that is collected and brought to the cloud. */
import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Page } from '#contract/api.ts';
import type { Upload } from '#contract/uploads.ts';
import { bundleFolder, COLLECTING_PHASES } from '#daemon/bundle/collect-logs.ts';
import { until } from '#test/support/program.ts';
import type { CommandFamily } from './commands.ts';
import { Yard } from './yard.ts';

/** Packed it is some parts of an upload; it cannot be packed much. */
const LOG_BYTES = 2_400_000;
/** In the second part: the first is safe on the cloud's disk. */
const IN_THE_MIDDLE = 330_000;

/** Half of the file is on the disk of the cloud. */
const RECEIVING = 'receiving';

export async function openLogsYard(stack: AsyncDisposableStack): Promise<Yard> {
  const yard = stack.use(await Yard.open({ users: 5 }));
  // Short words, which nobody takes for a secret.
  const line = () => randomBytes(300).toString('hex').replaceAll(/.{10}/g, '$& ');
  const time = new Date().toISOString();
  let text = '';
  while (text.length < LOG_BYTES) text += `${JSON.stringify({ level: 'info', time, msg: line() })}\n`;
  await writeFile(join(yard.state, 'logs', 'daemon.0.log'), text);
  return yard;
}

export function logsFamily(yard: Yard): CommandFamily {
  const { site } = yard;
  const uploads = (filter: string) =>
    site.api.get<Page<Upload>>(`/api/v1/uploads?account=${site.account.id}&limit=1${filter}`);
  return {
    name: 'gateway.collect-logs',
    args: { type: 'daemon' },
    steps: COLLECTING_PHASES.map((phase) => `step:${phase}`),
    yard,
    // What arrives whole, not how often it is sent.
    acts: async () => (await uploads('')).total,
    traces: async () => (await site.api.get<Page<Upload>>(`/api/v1/uploads?account=${site.account.id}&limit=5`)).items,
    expected: (state, victim) =>
      victim !== 'connector' && (state === 'accepted' || state === 'running')
        ? { state: 'failed', code: 'command.interrupted', acts: [0, 0] }
        : { state: 'succeeded', acts: [1, 1] },
    toTheEnd: async (id) => {
      await yard.stepTo({ of: 'command', state: yard.state, id }, ['ended']);
    },
    otherStates: {
      [RECEIVING]: async (issue) => {
        const half = yard.proxy.afterUp(IN_THE_MIDDLE, () => yard.halt());
        await issue();
        await half;
      },
    },
    check: async ({ id, state, output }) => {
      if (state !== 'succeeded') return;
      const { items } = await uploads(`&filter=command:eq:${id}`);
      const { fileName, bytes, sha256 } = output as Upload;
      expect(items).toMatchObject([{ fileName, bytes, sha256 }]);
      const file = await site.api.send('GET', `/api/v1/uploads/${items[0]?.id}/file`);
      expect(file.status).toBe(200);
      await until('the gateway has no file left', 5000, async () => {
        return (await readdir(bundleFolder(yard.state))).length === 0;
      });
    },
    ownStarts: 0,
  };
}
