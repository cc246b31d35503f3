import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { finishReset } from '#daemon/reset/finish.ts';
import { ResetMarkerFile } from '#daemon/reset/marker.ts';
import { TunnelProcess } from '#daemon/tunnels/child-process.ts';
import { temporaryFolder, until } from '#test/support/program.ts';

it.each(['wipe', 'release', 'move'] as const)(
  'a %s ends the tunnel process, and the next account inherits no consent',
  async (kind) => {
    await using folder = await temporaryFolder('reset-tunnels');
    const stateFolder = folder.path;
    const ignored = () => undefined;
    const own = {
      folder: stateFolder,
      log: pino({ level: 'silent' }),
      onSession: ignored,
      onCertificateChanged: ignored,
      onCertificateTrusted: ignored,
    };
    const tunnels = new TunnelProcess(own);
    await tunnels.order({ do: 'status' });
    await writeFile(join(stateFolder, 'tunnels.json'), '{}');
    await writeFile(join(stateFolder, 'tunnels-off'), '');
    await new ResetMarkerFile(stateFolder).save({
      kind,
      phase: 'due',
      at: '2026-03-01T10:00:00.000Z',
      by: 'cloud',
      starts: 0,
    });

    await finishReset({ stateFolder, configFile: join(stateFolder, 'config.json') });

    // The news of its end comes over a socket of its own.
    await until('it is gone', 5000, async () => !tunnels.isThere);
    expect(existsSync(join(stateFolder, 'tunnel.sock'))).toBe(false);
    const left = await readdir(stateFolder);
    expect(left).not.toContain('tunnels.json');
    // The customer's own switch outlives a change of the account.
    expect(left.includes('tunnels-off')).toBe(kind !== 'wipe');
  },
);
