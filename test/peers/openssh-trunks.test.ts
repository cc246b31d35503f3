/** Trunks of an MX-ONE over Debian's OpenSSH server, with the lab's mdsh in the shell of a user: quotes, `;` and `&&` arrive whole. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TrunkSettings } from '#contract/trunks.ts';
import { adapterTypes } from '#pbx-adapters/registry.ts';
import type { TrunkRecord, TrunkRun } from '#pbx-adapters/trunk-provisioner.ts';
import { newTrunks, trunkText } from '#test/lab/mx-one/trunks.ts';
import { adapterParts } from '#test/support/adapter-parts.ts';
import { startCutter } from '#test/support/cutter.ts';
import { hasSshd, type Sshd, startSshd } from '#test/support/sshd.ts';

const PASSWORD = 'a&b;c|d>e(f)#*?';

const trunk = TrunkSettings.parse({
  name: 'Cloud Vienna',
  pbx: '01JABCDEFGHJKMNPQRSTVWXYZ0',
  host: '192.0.2.5',
  port: 5061,
  farEnd: { kind: 'cloud-platform', host: 'sip.example.net', port: 5061 },
  authentication: { kind: 'digest', user: 'cloud' },
  pilotNumber: '+43720123456',
  inPbx: { route: 20, trunkGroup: null, accessCode: null, serviceNode: 1 },
});

describe.skipIf(!hasSshd())('trunks of an MX-ONE behind OpenSSH', () => {
  let sshd: Sshd;
  let record: TrunkRecord;
  const site = () => ({ users: 10, trunks: newTrunks() });
  const before = trunkText(newTrunks());

  beforeAll(async () => {
    sshd = await startSshd(site());
  });
  afterAll(() => sshd[Symbol.asyncDispose]());
  beforeEach(async () => {
    await sshd.set(site());
    record = { items: [], kept: true };
  });

  const trunksAt = (port = sshd.port) => {
    const { host, user, password, hostKeyFingerprint } = sshd;
    const connection = { host, port, user, password, hostKeyFingerprint, connectMs: 5000 };
    const trunks = adapterTypes['mx-one'].create(connection, adapterParts()).trunks?.(PASSWORD);
    if (!trunks) throw new Error('no provisioner');
    return trunks;
  };
  const run = (): TrunkRun => ({
    id: 'run-1',
    record,
    save: async (next) => {
      record = next;
    },
    progress: () => undefined,
    signal: AbortSignal.timeout(60_000),
    leave: AbortSignal.timeout(60_000),
  });
  const held = async () => {
    const { trunks } = await sshd.site();
    if (!trunks) throw new Error('no state');
    return trunks;
  };
  const diff = () => trunksAt().diff(trunk, record, AbortSignal.timeout(30_000));

  it('is set as planned, found again, and removed without a trace', async () => {
    const { hash } = await diff();
    await trunksAt().apply(trunk, hash, run());
    const state = await held();
    expect(state.routes['20']).toMatchObject({
      sip: { uristring1: 'sip:+?@sip.example.net', profile: 'CloudLink Gateway', password: PASSWORD },
      individuals: [1, 1, 10],
    });
    expect(state.saved).toBe(trunkText(state));
    expect((await diff()).commands).toEqual([]);
    await trunksAt().remove(run());
    expect(trunkText(await held())).toBe(before);
  });

  it('a refusal in the middle is undone', async () => {
    const { hash } = await diff();
    await sshd.set({ ...site(), nasty: { refuse: { command: 'RODDI', object: 'DEST', reason: 'NO LICENCE' } } });
    await expect(trunksAt().apply(trunk, hash, run())).rejects.toMatchObject({
      code: 'trunk.undone',
      detail: expect.stringContaining('NO LICENCE'),
    });
    expect(trunkText(await held())).toBe(before);
  });

  it.each([14_000])('connections that are cut after %i bytes leave it as it was', async (bytes) => {
    const { hash } = await diff();
    await using cutter = await startCutter(sshd.port, bytes);
    const error = await trunksAt(cutter.port)
      .apply(trunk, hash, run())
      .catch((thrown: unknown) => thrown);
    // Each connection is cut anew: what could not be taken back then is as soon as the line holds.
    if (record.work)
      await trunksAt()
        .recover(run())
        .catch(() => undefined);
    const state = await held();
    if (error instanceof Error) expect([error, trunkText(state)]).toEqual([error, before]);
    else expect(state.saved).toBe(trunkText(state));
    expect(record.work).toBeUndefined();
  });
});
