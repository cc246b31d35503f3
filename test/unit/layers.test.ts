import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '#test/support/program.ts';

/** Lints one line of code as if it stood in `folder`, and gives what the layer rule says of it. */
async function lint(folder: string, line: string): Promise<string> {
  await using house = await temporaryFolder('layers');
  await mkdir(join(house.path, folder), { recursive: true });
  await copyFile('.oxlintrc.json', join(house.path, '.oxlintrc.json'));
  await writeFile(join(house.path, folder, 'file.ts'), `${line}\n`);
  const oxlint = join(process.cwd(), 'node_modules/.bin/oxlint');
  const run = spawnSync(process.execPath, [oxlint, '.'], { cwd: house.path, encoding: 'utf8' });
  return run.stdout.includes('no-restricted-imports') ? 'refused' : 'allowed';
}

describe('a folder imports only from lower floors', () => {
  test.each([
    { folder: 'contract', from: '#config/log.ts', is: 'refused' },
    { folder: 'config', from: '#contract/ids.ts', is: 'allowed' },
    { folder: 'config', from: '#daemon/main.ts', is: 'refused' },
    { folder: 'pbx-adapters/channels', from: '#config/log.ts', is: 'allowed' },
    { folder: 'pbx-adapters/channels', from: '#inventory/collector.ts', is: 'refused' },
    { folder: 'inventory', from: '#pbx-adapters/adapter.ts', is: 'refused' },
    { folder: 'daemon/sync', from: '#pbx-adapters/adapter.ts', is: 'allowed' },
    { folder: 'daemon/sync', from: '#connector/main.ts', is: 'refused' },
    { folder: 'connector/ingest', from: '#daemon/main.ts', is: 'refused' },
    { folder: 'connector/ingest', from: '../../daemon/main.ts', is: 'refused' },
    { folder: 'connector/api', from: '#sip-trunks/plan/plan.ts', is: 'allowed' },
    { folder: 'connector/api', from: '#pbx-adapters/adapter.ts', is: 'refused' },
    { folder: 'connector/ingest', from: '#test/support/program.ts', is: 'refused' },
    { folder: 'web/console', from: '#contract/api.ts', is: 'allowed' },
    { folder: 'web/console', from: '#connector/main.ts', is: 'refused' },
    { folder: 'bin', from: '#connector/main.ts', is: 'allowed' },
  ])('$folder importing $from is $is', async ({ folder, from, is }) => {
    expect(await lint(folder, `export { x } from '${from}';`)).toBe(is);
  });
});
