import { readFile, stat, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { WizardAccess } from '#daemon/wizard/access.ts';
import { accessFiles } from '#daemon/wizard/secret-file.ts';
import { temporaryFolder } from '#test/support/program.ts';
import { quiet } from '../daemon-work/support.ts';

const HERE = '192.0.2.1';

async function rig() {
  const folder = await temporaryFolder('access');
  const clock = { at: Date.parse('2030-01-01T00:00:00Z'), now: () => clock.at };
  const setup = { complete: false };
  const told: string[] = [];
  const open = () =>
    WizardAccess.open({ folder: folder.path, clock, log: quiet, isComplete: () => setup.complete }, (secret) =>
      told.push(secret),
    );
  return {
    clock,
    setup,
    told,
    open,
    files: accessFiles(folder.path),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

describe('access to the local pages', () => {
  test('the set-up secret is told and kept for the owner alone, the same at the next start, and typed in any way', async () => {
    await using r = await rig();
    const access = await r.open();
    const [secret = ''] = r.told;
    expect(secret).toMatch(/^([A-HJKMNP-Z2-9]{4}-){2}[A-HJKMNP-Z2-9]{4}$/);
    expect((await stat(r.files.secret)).mode & 0o777).toBe(0o600);
    const { token } = await access.signIn({ secret: secret.toLowerCase().replaceAll('-', ' ') }, HERE);
    expect(access.session(token)).toBeDefined();
    const again = await r.open();
    expect(r.told).toEqual([secret, secret]);
    expect(again.session(token), 'a session outlives a restart').toBeDefined();
    expect(await readFile(r.files.document, 'utf8')).not.toContain(token);
  });

  test('with the set-up the secret ends, in the file too; the password and a secret made since let in, that one once', async () => {
    await using r = await rig();
    const access = await r.open();
    const [secret = ''] = r.told;
    const { session } = await access.signIn({ secret }, HERE);
    await access.setPassword('correct horse battery', { session, address: HERE });
    r.setup.complete = true;
    await access.endSetup();
    await expect(access.signIn({ secret }, HERE)).rejects.toThrow(
      expect.objectContaining({ code: 'wizard.wrong-secret' }),
    );
    await expect(stat(r.files.secret)).rejects.toThrow('ENOENT');
    expect(access.ways()).toEqual({ secret: false, password: true });
    await access.signIn({ password: 'correct horse battery' }, HERE);

    const made = await access.renewSecret();
    await access.signIn({ secret: made.secret }, HERE);
    await expect(access.signIn({ secret: made.secret }, HERE)).rejects.toThrow('not right');
    const late = await access.renewSecret();
    r.clock.at += 3_600_001;
    await expect(access.signIn({ secret: late.secret }, HERE)).rejects.toThrow('not right');
  });

  test('a session ends after an hour unused, after twelve hours, when it is signed out, and when the password changes', async () => {
    await using r = await rig();
    const access = await r.open();
    const [secret = ''] = r.told;
    const idle = await access.signIn({ secret }, HERE);
    const used = await access.signIn({ secret }, HERE);
    for (let half = 0; half < 3; half += 1) {
      r.clock.at += 1_800_000;
      expect(access.session(used.token)).toBeDefined();
    }
    expect(access.session(idle.token)).toBeUndefined();
    r.clock.at += 12 * 3_600_000;
    expect(access.session(used.token)).toBeUndefined();

    const [a, b] = [await access.signIn({ secret }, HERE), await access.signIn({ secret }, HERE)];
    await access.signOut(b.session);
    expect(access.session(b.token)).toBeUndefined();
    const c = await access.signIn({ secret }, HERE);
    await access.setPassword('correct horse battery', { session: a.session, address: HERE });
    expect(access.session(a.token)).toBeDefined();
    expect(access.session(c.token)).toBeUndefined();
  });

  test('whoever came by the password has to know it to change it', async () => {
    await using r = await rig();
    const access = await r.open();
    const first = await access.signIn({ secret: r.told[0] ?? '' }, HERE);
    await access.setPassword('correct horse battery', { session: first.session, address: HERE });
    const { session } = await access.signIn({ password: 'correct horse battery' }, HERE);
    const change = (current: string) => access.setPassword('another long one', { session, current, address: HERE });
    await expect(change('a guess')).rejects.toThrow(expect.objectContaining({ code: 'wizard.wrong-password' }));
    await change('correct horse battery');
    await access.signIn({ password: 'another long one' }, HERE);
  });

  test('twenty guesses at once are judged three times', async () => {
    await using r = await rig();
    const access = await r.open();
    const guess = async (n: number) => access.signIn({ secret: `AAAA-BBBB-${2000 + n}` }, HERE);
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => guess(n)));
    const codes = results.map((result) =>
      result.status === 'rejected' ? (result.reason as { code: string }).code : 'in',
    );
    expect(codes.filter((code) => code === 'wizard.wrong-secret')).toHaveLength(3);
    expect(codes.filter((code) => code === 'wizard.too-many')).toHaveLength(17);
  });

  test('a document that is damaged in both copies lets nobody in by what it held, and does not keep the daemon from starting', async () => {
    await using r = await rig();
    const access = await r.open();
    const { token } = await access.signIn({ secret: r.told[0] ?? '' }, HERE);
    await writeFile(r.files.document, '{');
    await writeFile(`${r.files.document}.good`, '[]');
    const again = await r.open();
    expect(again.session(token)).toBeUndefined();
    await again.signIn({ secret: r.told[0] ?? '' }, HERE);
  });
});
