import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasProgram, temporaryFolder } from '#test/support/program.ts';

const ROOT = join(import.meta.dirname, '../..');
const UNITS = join(ROOT, 'packaging/systemd');
const POLICIES = '/usr/share/polkit-1/actions';
const units = ['demarc-daemon.service', 'demarc-connector.service'] as const;
const unit = (name: (typeof units)[number]) => readFile(join(UNITS, name), 'utf8');

describe.each(units)('%s', (name) => {
  it.skipIf(!hasProgram('systemd-analyze'))('is understood by systemd without a remark', async () => {
    await using folder = await temporaryFolder('unit');
    const path = join(folder.path, name);
    // The program is not installed here; everything else is as it is shipped.
    await writeFile(path, (await unit(name)).replace(/^ExecStart=.*$/m, 'ExecStart=/bin/true'));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('starts a program of ours that may be executed, with settings that there are', async () => {
    const text = await unit(name);
    const program = /^ExecStart=\S*\/(bin\/[\w.-]+)$/m.exec(text)?.[1] ?? '';
    expect(statSync(join(ROOT, program)).mode & 0o111).not.toBe(0);
    const settings = await Promise.all(
      ['daemon-settings.ts', 'connector-settings.ts'].map((file) => readFile(join(ROOT, 'config', file), 'utf8')),
    );
    for (const [, variable] of text.matchAll(/^Environment=(DEMARC_\w+)=/gm)) {
      expect(settings.join('\n')).toContain(`'${variable}'`);
    }
  });

  it('runs as a user that sysusers makes', async () => {
    const user = /^User=(.+)$/m.exec(await unit(name))?.[1];
    const made = await readFile(join(ROOT, 'packaging/sysusers.d/demarc.conf'), 'utf8');
    expect(made).toMatch(new RegExp(`^u\\s+${user}\\s`, 'm'));
  });
});

it('the daemon’s unit lets systemd-notify speak for it, and feeds a watchdog', async () => {
  const text = await unit('demarc-daemon.service');
  for (const line of ['Type=notify', 'NotifyAccess=all', 'Restart=always']) expect(text).toContain(`\n${line}\n`);
  expect(Number(/^WatchdogSec=(\d+)$/m.exec(text)?.[1])).toBeGreaterThanOrEqual(30);
});

it.skipIf(!hasProgram('systemd-sysusers') || !hasProgram('systemd-tmpfiles'))(
  'users and folders are made as systemd understands them',
  async () => {
    await using root = await temporaryFolder('root');
    await mkdir(join(root.path, 'etc'));
    const make = (program: string, ...words: string[]) =>
      spawnSync(program, [`--root=${root.path}`, ...words], { encoding: 'utf8' });
    const at = (path: string) => join(ROOT, 'packaging', path);
    expect(make('systemd-sysusers', at('sysusers.d/demarc.conf')).status).toBe(0);
    expect(await readFile(join(root.path, 'etc/passwd'), 'utf8')).toContain('demarc:x:');
    expect(make('systemd-tmpfiles', '--create', at('tmpfiles.d/demarc.conf')).status).toBe(0);
    expect(existsSync(join(root.path, 'usr/local/lib/systemd/network'))).toBe(true);
  },
);

it.skipIf(!existsSync(POLICIES))('polkit knows every action that the rules allow', async () => {
  const rules = await readFile(join(ROOT, 'packaging/polkit/50-demarc.rules'), 'utf8');
  const wanted = [...rules.matchAll(/'(org\.freedesktop\.[\w.-]+)'/g)].map(([, action]) => action);
  expect(wanted).toHaveLength(4);
  const files = (await readdir(POLICIES)).filter((file) => file.endsWith('.policy'));
  const known = (await Promise.all(files.map((file) => readFile(join(POLICIES, file), 'utf8')))).join('\n');
  for (const action of wanted) expect(known).toContain(`<action id="${action}">`);
});
