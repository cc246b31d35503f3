/** The MX-ONE adapter against Debian's OpenSSH server, with the lab's mdsh in the shell of a user. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LoginGuardState } from '#pbx-adapters/login-guard.ts';
import { adapterTypes } from '#pbx-adapters/registry.ts';
import { sitePeople } from '#test/lab/mx-one/site.ts';
import { adapterParts, collect } from '#test/support/adapter-parts.ts';
import { startCutter } from '#test/support/cutter.ts';
import { hasSshd, type Sshd, startSshd } from '#test/support/sshd.ts';

const signal = () => AbortSignal.timeout(60_000);
const COUNT = 10_000;
const PRINTS = ['name -p -d all', 'ip_extension -p -d all', 'extension -p -d all'];

const settings = ({ host, port, user, password, hostKeyFingerprint }: Sshd, more: Record<string, unknown> = {}) => ({
  host,
  port,
  user,
  password,
  hostKeyFingerprint,
  ...more,
});
const adapterFor = (sshd: Sshd, more: Record<string, unknown> = {}, parts = adapterParts()) =>
  adapterTypes['mx-one'].create(settings(sshd, more), parts);
const users = (sshd: Sshd, more: Record<string, unknown> = {}) => collect(adapterFor(sshd, more).users(signal()));

describe.skipIf(!hasSshd())('an MX-ONE behind OpenSSH', () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startSshd({ users: COUNT });
  });
  afterAll(() => sshd[Symbol.asyncDispose]());

  it('10,000 extensions are read with their names', async () => {
    const read = await users(sshd);
    expect(read.users).toEqual(
      [...sitePeople({ users: COUNT })].map(({ dir, name1, name2 }) => ({
        key: dir,
        extension: dir,
        name: `${name1} ${name2}`,
      })),
    );
    expect(read.items).toHaveLength(COUNT);
  });

  it('reading is not far from what the ssh program needs for the same commands in the same run', async () => {
    const times = { ours: Number.POSITIVE_INFINITY, ssh: Number.POSITIVE_INFINITY };
    let bytes = 0;
    for (let round = 0; round < 3; round += 1) {
      const reference = await sshd.ssh(PRINTS.map((print) => `mdsh -c '${print}'`));
      bytes = reference.bytes;
      const started = performance.now();
      // A new adapter: its log-in counts, as that of the program does.
      for await (const _item of adapterFor(sshd).users(signal())) void _item;
      times.ours = Math.min(times.ours, performance.now() - started);
      times.ssh = Math.min(times.ssh, reference.ms);
    }
    console.log(JSON.stringify({ people: COUNT, bytes, ...times, ratio: times.ours / times.ssh }));
    // Loose on purpose: a quadratic parser shows, a busy machine does not.
    expect(times.ours / times.ssh).toBeLessThan(10);
  });

  it('the probe passes each step over one log-in', async () => {
    const before = sshd.log().length;
    const report = await adapterFor(sshd).probe(signal());
    expect(report).toMatchObject({ ok: true, users: COUNT, version: '7.4.1.0.12' });
    expect(
      sshd
        .log()
        .slice(before)
        .match(/Accepted password/g),
    ).toHaveLength(1);
  });

  it('a wrong password is tried twice and then no more, as the server’s log shows', async () => {
    const before = sshd.log().length;
    const state: { kept: LoginGuardState | undefined } = { kept: undefined };
    const codes: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const adapter = adapterFor(sshd, { password: 'wrong' }, adapterParts(state));
      await collect(adapter.users(signal())).catch((error: { code: string }) => codes.push(error.code));
    }
    expect(codes).toEqual(['pbx.bad-credentials', 'pbx.bad-credentials', 'pbx.login-stopped', 'pbx.login-stopped']);
    expect(
      sshd
        .log()
        .slice(before)
        .match(/Failed password/g),
    ).toHaveLength(2);
  });

  it('the first meeting proposes the key that ssh-keygen prints, and sends no password', async () => {
    const before = sshd.log().length;
    const report = await adapterFor(sshd, { hostKeyFingerprint: undefined }).probe(signal());
    expect(report).toMatchObject({ ok: false, proposed: { hostKeyFingerprint: sshd.hostKeyFingerprint } });
    expect(sshd.log().slice(before)).not.toMatch(/password/);
  });

  // The server tells that a command has ended while its output is still under way: the last cut falls after that.
  it.each([2_000_000, 2_500_000, 3_000_000, 3_030_000])(
    'a connection that is cut after %d bytes ends in truncated, not in a short list',
    async (bytes) => {
      await using cutter = await startCutter(sshd.port, bytes);
      await expect(users(sshd, { port: cutter.port })).rejects.toMatchObject({
        code: 'pbx.truncated',
        detail: expect.stringContaining('extension -p'),
      });
    },
  );

  it('a command that hangs ends in a timeout that names it', async () => {
    await sshd.set({ users: 500, nasty: { hang: { command: 'ip_extension', afterLines: 100 } } });
    await expect(users(sshd, { commandMs: 1500 })).rejects.toMatchObject({
      code: 'pbx.timeout',
      detail: expect.stringContaining('ip_extension -p'),
    });
    await sshd.set({ users: COUNT });
  });

  it('a command that crashes and one that is refused are told apart', async () => {
    await sshd.set({ users: 500, nasty: { crash: { command: 'extension', afterLines: 300, status: 3 } } });
    await expect(users(sshd)).rejects.toMatchObject({
      code: 'mdsh.failed',
      detail: expect.stringContaining('status 3'),
    });
    const refuse = { command: 'extension', object: 'DIR', reason: 'NOT AUTHORIZED' };
    await sshd.set({ users: 500, nasty: { refuse } });
    await expect(users(sshd)).rejects.toMatchObject({ code: 'mdsh.not-accepted' });
    await sshd.set({ users: COUNT });
  });

  it('a changed host key stops before the password, and the new one works once it is confirmed', async () => {
    const old = sshd.hostKeyFingerprint;
    await sshd.renewHostKey();
    const changed = users(sshd, { hostKeyFingerprint: old });
    await expect(changed).rejects.toMatchObject({
      code: 'pbx.host-key-changed',
      detail: expect.stringContaining(sshd.hostKeyFingerprint),
    });
    expect(sshd.log()).not.toMatch(/password/);
    expect((await users(sshd)).users).toHaveLength(COUNT);
  });
});
