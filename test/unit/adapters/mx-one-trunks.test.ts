/** Trunks of an MX-ONE against the lab's Service Node: compared, set, undone, removed, and every way to fail in between. */
import { describe, expect, it } from 'vitest';
import { TrunkSettings } from '#contract/trunks.ts';
import { factsOf } from '#pbx-adapters/mx-one/trunks/facts.ts';
import { adapterTypes } from '#pbx-adapters/registry.ts';
import { type TrunkProvisioner, TrunkRecord, type TrunkRun } from '#pbx-adapters/trunk-provisioner.ts';
import { type MxOneServer, type ServerNasty, startMxOne } from '#test/lab/mx-one/server.ts';
import { type MxOneTrunkState, newTrunks, trunkText } from '#test/lab/mx-one/trunks.ts';
import { adapterParts } from '#test/support/adapter-parts.ts';

const NUMBER = '43720123456';
const WRITES = /^(?:number_.*(?:initiate|end)|RO(?:CA|DA|EQ|DD)[IE]|sip_route -(?:set|remove))/;

type Change = Omit<Partial<TrunkSettings>, 'inPbx'> & { route?: number };

const settings = ({ route = 20, ...change }: Change = {}): TrunkSettings =>
  TrunkSettings.parse({
    name: 'Cloud Vienna',
    pbx: '01JABCDEFGHJKMNPQRSTVWXYZ0',
    host: '192.0.2.5',
    port: 5061,
    farEnd: { kind: 'cloud-platform', host: 'sip.example.net', port: 5061 },
    pilotNumber: `+${NUMBER}`,
    inPbx: { route, trunkGroup: null, accessCode: null, serviceNode: 1 },
    ...change,
  });

/** A PBX with its provisioner, and the gateway's disk as one record that went through JSON. */
async function bench(nasty: ServerNasty = {}, trunkPassword?: string) {
  const server = await startMxOne({ users: 3, trunks: newTrunks() }, nasty);
  const { host, port, user, password, hostKeyFingerprint } = server;
  const connection = { host, port, user, password, hostKeyFingerprint, connectMs: 3000, commandMs: 1500 };
  const trunks = adapterTypes['mx-one'].create(connection, adapterParts()).trunks?.(trunkPassword);
  if (!trunks) throw new Error('no provisioner');
  return Object.assign(new Bench(server, trunks), { before: trunkText(stateOf(server)) });
}

class Bench implements AsyncDisposable {
  readonly server: MxOneServer;
  readonly trunks: TrunkProvisioner;
  record: TrunkRecord = { items: [], kept: true };
  /** Called when a record is on disk. */
  onSave: (record: TrunkRecord) => void = () => undefined;

  constructor(server: MxOneServer, trunks: TrunkProvisioner) {
    this.server = server;
    this.trunks = trunks;
  }

  get state(): MxOneTrunkState {
    return stateOf(this.server);
  }

  /** The commands that changed something or tried to. */
  get writes(): string[] {
    return this.server.commands.map((line) => line.replace(/^mdsh -c (?:-f )?'|'$/g, '')).filter((c) => WRITES.test(c));
  }

  run(more: Partial<TrunkRun> = {}): TrunkRun {
    return {
      id: 'run-1',
      record: this.record,
      save: async (record) => {
        this.record = TrunkRecord.parse(JSON.parse(JSON.stringify(record)));
        this.onSave(this.record);
      },
      progress: () => undefined,
      signal: AbortSignal.timeout(20_000),
      leave: AbortSignal.timeout(20_000),
      ...more,
    };
  }

  diff(trunk = settings()) {
    return this.trunks.diff(trunk, this.record, AbortSignal.timeout(10_000));
  }

  /** Compares and applies what was seen. */
  async apply(trunk = settings(), more: Partial<TrunkRun> = {}) {
    const { hash } = await this.diff(trunk);
    return await this.trunks.apply(trunk, hash, this.run(more));
  }

  remove(more: Partial<TrunkRun> = {}) {
    return this.trunks.remove(this.run(more));
  }

  async [Symbol.asyncDispose]() {
    await this.server[Symbol.asyncDispose]();
  }
}

function stateOf(server: MxOneServer): MxOneTrunkState {
  const { trunks } = server.site;
  if (!trunks) throw new Error('no state');
  return trunks;
}

describe('setting a trunk', () => {
  it('shows what is missing by reading only, sets it, saves it, and then finds nothing to do', async () => {
    await using b = await bench();
    const diff = await b.diff();
    expect(diff.items.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'number missing',
      'number-length missing',
      'route missing',
      'sip-route missing',
      'route-data missing',
      'individuals missing',
      'destination missing',
    ]);
    expect(diff.commands.at(-1)).toBe('data_backup');
    expect(b.writes).toEqual([]);
    const { done } = await b.trunks.apply(settings(), diff.hash, b.run());
    expect(done).toHaveLength(8);
    expect(b.writes).toEqual(diff.commands.slice(0, -1));
    expect(b.state.routes['20']).toMatchObject({
      sip: { uristring0: 'sip:?@sip.example.net', profile: 'CloudLink Gateway', protocol: 'tls', remoteport: '5061' },
      type: 'TL66',
      individuals: [1, 1, 10],
    });
    expect(b.state.destinations).toContainEqual({ number: NUMBER, route: '20' });
    expect(b.state.saved).toBe(trunkText(b.state));
    const again = await b.diff();
    expect(again).toMatchObject({ commands: [], unfinished: null });
    expect(new Set(again.items.map(({ state }) => state))).toEqual(new Set(['same']));
    const count = b.server.commands.length;
    // Also with the hash of the first plan: the person wanted what is there now.
    expect((await b.trunks.apply(settings(), diff.hash, b.run())).done).toEqual([]);
    expect(b.server.commands.slice(count).filter((line) => !/PRINT|_print|-print|RO..P:/.test(line))).toEqual([]);
    expect(b.server.seen).toMatchObject({ connections: 1, together: 1 });
  });

  it('changes only what differs: another port in place, more channels anew', async () => {
    await using b = await bench();
    await b.apply();
    const count = b.writes.length;
    await b.apply(settings({ farEnd: { ...settings().farEnd, port: 5063 } }));
    expect(b.writes.slice(count)).toEqual([expect.stringMatching(/^sip_route -set -route 20 .*-remoteport 5063/)]);
    await b.apply(settings({ farEnd: { ...settings().farEnd, port: 5063 }, channels: 30 }));
    expect(b.writes.slice(count + 1)).toEqual([
      `RODDE:ROU=20,DEST=${NUMBER};`,
      'ROEQE:ROU=20,TRU=1-1&&1-10;',
      'ROEQI:ROU=20,TRU=1-1&&1-30;',
      expect.stringMatching(/^RODDI:ROU=20/),
    ]);
    expect(b.state.routes['20']?.individuals).toEqual([1, 1, 30]);
    expect(b.state.saved).toBe(trunkText(b.state));
  });

  it('moves to another route and another number, and leaves nothing of the old ones', async () => {
    await using b = await bench();
    await b.apply();
    await b.apply(settings({ route: 21, pilotNumber: '+43720999999' }));
    expect(Object.keys(b.state.routes)).toEqual(['1', '10', '21']);
    expect(b.state.numbers).toEqual(['5000', '43720999999']);
    await b.remove();
    expect(trunkText(b.state)).toBe(b.before);
  });

  it('shows and puts back what somebody has changed of it', async () => {
    await using b = await bench();
    await b.apply();
    const sip = b.state.routes['20']?.sip ?? {};
    sip['supervisetime'] = '600';
    const [item] = (await b.diff()).items.filter(({ state }) => state === 'different');
    expect(item).toMatchObject({ id: 'sip-route', wanted: { supervisetime: '30' }, found: { supervisetime: '600' } });
    await b.apply();
    expect(b.state.routes['20']?.sip?.['supervisetime']).toBe('30');
  });

  it('uses a number that is there already and does not take it away', async () => {
    await using b = await bench();
    b.state.numbers.push(NUMBER);
    const before = trunkText(b.state);
    expect((await b.diff()).items[0]).toMatchObject({ id: 'number', state: 'kept' });
    await b.apply();
    await b.remove();
    expect(trunkText(b.state)).toBe(before);
  });

  it('the PBX’s side of a trunk without digest needs no password; one with digest gives it to the PBX and to no text', async () => {
    const digest = settings({ authentication: { kind: 'digest', user: 'cloud', register: false } });
    await using without = await bench();
    await expect(without.diff(digest)).rejects.toMatchObject({ code: 'trunk.no-password' });
    const secret = 'Gl@s-haus;7&x';
    await using b = await bench({}, secret);
    const diff = await b.diff(digest);
    await b.trunks.apply(digest, diff.hash, b.run());
    expect(b.state.routes['20']?.sip).toMatchObject({ authname: 'cloud', password: secret });
    // The print of this PBX shows it in clear, and still nothing of ours does.
    const again = await b.diff(digest);
    expect(JSON.stringify([diff, again, b.record])).not.toContain(secret);
    await b.remove();
    b.server.site.nasty = { refuse: { command: 'sip_route -set', object: `password ${secret}`, reason: 'NO LICENCE' } };
    const failed = await b.apply(digest).catch((error: Error) => error);
    expect(failed).toMatchObject({ code: 'trunk.undone', message: expect.stringContaining('NO LICENCE') });
    expect(JSON.stringify([failed, failed instanceof Error && failed.stack, b.record])).not.toContain(secret);
    await using quoted = await bench({}, "a'; reboot; '");
    await expect(quoted.diff(digest)).rejects.toMatchObject({ code: 'trunk.unsafe-value' });
  });
});

describe('what Demarc did not make', () => {
  it.each([
    ['a route of a provider', '10', {}],
    ['a route that is not SIP', '1', {}],
  ])('%s is refused before anything is written', async (_what, route) => {
    await using b = await bench();
    const error = await b.diff(settings({ route: Number(route) })).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'trunk.foreign-route', detail: expect.stringContaining(`route ${route}`) });
    const refused = b.trunks.apply(settings({ route: Number(route) }), 'a'.repeat(64), b.run());
    await expect(refused).rejects.toMatchObject({ code: 'trunk.foreign-route' });
    expect([b.writes, trunkText(b.state)]).toEqual([[], b.before]);
  });

  it('a route of ours that somebody has led elsewhere is theirs from then on', async () => {
    await using b = await bench();
    await b.apply();
    const sip = b.state.routes['20']?.sip ?? {};
    Object.assign(sip, { uristring0: 'sip:?@192.0.2.99', match: '192.0.2.99' });
    const count = b.writes.length;
    await expect(b.diff()).rejects.toMatchObject({ code: 'trunk.foreign-route' });
    await expect(b.remove()).rejects.toMatchObject({ code: 'trunk.foreign-route' });
    expect(b.writes).toHaveLength(count);
  });

  it('a number that leads elsewhere, or is an extension, is refused', async () => {
    await using b = await bench();
    b.state.numbers.push(NUMBER);
    b.state.destinations.push({ number: NUMBER, route: '10' });
    await expect(b.diff()).rejects.toMatchObject({ code: 'trunk.number-in-use', detail: expect.stringMatching(/10$/) });
    const lines = ['EXTENSION NUMBER SERIES', '        6400 -       6499', 'EXTERNAL DESTINATION CODE', '     5000'];
    expect(await factsOf({ id: 'number', wanted: { number: '6450' } }, lines)).toEqual({
      number: '6450',
      series: 'EXTENSION NUMBER SERIES',
    });
  });

  it('nothing is written when the PBX or the settings are not any more as they were seen', async () => {
    await using b = await bench();
    const { hash } = await b.diff();
    const other = b.trunks.apply(settings({ channels: 20 }), hash, b.run());
    await expect(other).rejects.toMatchObject({ code: 'trunk.plan-outdated' });
    b.state.numbers.push(NUMBER);
    await expect(b.trunks.apply(settings(), hash, b.run())).rejects.toMatchObject({ code: 'trunk.plan-outdated' });
    expect(b.writes).toEqual([]);
  });
});

const STEPS = [
  'number_initiate',
  'number_data_initiate',
  'ROCAI',
  'sip_route -set',
  'RODAI',
  'ROEQI',
  'RODDI',
] as const;

describe('failing in the middle leaves the PBX as it was', () => {
  it.each(STEPS)('%s is refused', async (command) => {
    await using b = await bench();
    b.server.site.nasty = { refuse: { command, object: 'ROUTE', reason: 'NO LICENCE' } };
    const error = await b.apply().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'trunk.undone', detail: expect.stringContaining('NO LICENCE') });
    expect(trunkText(b.state)).toBe(b.before);
    expect(b.record).toMatchObject({ items: [], kept: true });
    // As if nothing had been: the same plan goes through now.
    delete b.server.site.nasty;
    expect((await b.apply()).done).toHaveLength(8);
  });

  it.each(STEPS)('the answer to %s is cut, although it took effect', async (command) => {
    await using b = await bench({ drop: { command, afterBytes: 0 } });
    await expect(b.apply()).rejects.toMatchObject({ code: 'trunk.undone' });
    expect(trunkText(b.state)).toBe(b.before);
  });

  it.each(STEPS)('the connection is lost before %s arrives', async (command) => {
    await using b = await bench();
    b.server.nasty.meanwhile = (line) => {
      if (!line.startsWith(command)) return;
      b.server.nasty.meanwhile = () => undefined;
      b.server.site.nasty = { refuse: { command, object: '', reason: '' } };
      b.server.disconnect();
    };
    await expect(b.apply()).rejects.toMatchObject({ code: 'trunk.undone' });
    expect(trunkText(b.state)).toBe(b.before);
  });

  it('a session that is dropped between a write and its read-back goes on with a new one', async () => {
    await using b = await bench();
    let seen = false;
    b.server.nasty.meanwhile = (line) => {
      if (line.startsWith('RODAI')) seen = true;
      if (!seen || !line.startsWith('RODAP')) return;
      b.server.nasty.meanwhile = () => undefined;
      b.server.disconnect();
    };
    expect((await b.apply()).done).toHaveLength(8);
    expect(b.server.seen.connections).toBe(2);
  });

  it('a PBX that takes a command and does not do it', async () => {
    await using b = await bench({ garbage: { command: 'ROEQI', bytes: Buffer.from('EXECUTED\nEND\n') } });
    await expect(b.apply()).rejects.toMatchObject({
      code: 'trunk.undone',
      detail: expect.stringContaining('does not show it'),
    });
    expect(trunkText(b.state)).toBe(b.before);
  });

  it('a print that is nonsense where it is to be read back', async () => {
    await using b = await bench();
    const { hash } = await b.diff();
    b.server.nasty.garbage = { command: 'ROEDP', bytes: Buffer.from('\u0000\u0001 nonsense\nROUTE\n') };
    b.server.nasty.meanwhile = (line) => {
      // The plan is read rightly, and so is what is taken back.
      if (line.startsWith('ROEQI')) b.server.nasty.garbage = { command: 'RODAP', bytes: Buffer.from('x') };
    };
    delete b.server.nasty.garbage;
    const error = await b.trunks.apply(settings(), hash, b.run()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'trunk.half-done', detail: expect.stringContaining('Make it a SIP route') });
    // What could not be looked at is known to be unfinished, and the next run begins with it.
    b.server.nasty.garbage = { command: 'nothing', bytes: Buffer.from('') };
    delete b.server.nasty.meanwhile;
    expect((await b.diff()).unfinished).toContain('Make the route');
    expect((await b.apply()).done).toHaveLength(8);
    await b.remove();
    expect(trunkText(b.state)).toBe(b.before);
  });

  it('a change that fails brings back what was there', async () => {
    await using b = await bench();
    await b.apply();
    const good = trunkText(b.state);
    b.server.site.nasty = { refuse: { command: 'ROEQI:ROU=21', object: 'ROU=21', reason: 'NO LICENCE' } };
    await expect(b.apply(settings({ route: 21, channels: 40 }))).rejects.toMatchObject({ code: 'trunk.undone' });
    expect(JSON.parse(trunkText(b.state))).toEqual(JSON.parse(good));
    expect((await b.diff()).commands).toEqual([]);
  });

  it('a removal that fails brings back what was taken away', async () => {
    await using b = await bench();
    await b.apply();
    const good = trunkText(b.state);
    b.server.site.nasty = { refuse: { command: 'RODAE', object: 'ROU=20', reason: 'TRAFFIC ON ROUTE' } };
    await expect(b.remove()).rejects.toMatchObject({
      code: 'trunk.undone',
      detail: expect.stringContaining('TRAFFIC'),
    });
    expect(trunkText(b.state)).toBe(good);
    delete b.server.site.nasty;
    expect((await b.remove()).done.at(-1)).toBe('Keep it over a restart');
    expect(trunkText(b.state)).toBe(b.before);
    expect((await b.remove()).done).toEqual([]);
  });
});

describe('others at work', () => {
  it('a route that another administrator makes first is theirs; what was written besides is taken back', async () => {
    await using b = await bench();
    const theirs = { category: '0110000000000010' };
    b.server.nasty.meanwhile = (line) => {
      if (line.startsWith('ROCAI')) b.state.routes['20'] ??= theirs;
    };
    await expect(b.apply()).rejects.toMatchObject({ code: expect.stringMatching(/trunk\.(undone|half-done)/) });
    expect(b.state.numbers).toEqual(['5000']);
  });

  it('a route that another administrator leads elsewhere meanwhile is left to them, and that is said', async () => {
    await using b = await bench();
    b.server.nasty.meanwhile = (line) => {
      const sip = b.state.routes['20']?.sip;
      if (line.startsWith('RODDI') && sip) Object.assign(sip, { uristring0: 'sip:?@192.0.2.99', match: '192.0.2.99' });
    };
    const error = await b.apply().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'trunk.half-done',
      detail: expect.stringMatching(/changed it meanwhile.*still there: Point the route to the far end/s),
    });
    expect(b.state.routes['20']?.sip).toMatchObject({ uristring0: 'sip:?@192.0.2.99' });
    expect(b.writes.filter((line) => /sip_route -remove|ROCAE/.test(line))).toEqual([]);
    expect(b.state.destinations).toEqual([{ number: '5000', route: '10' }]);
  });

  it('a backup that is refused is told, and made up for by the next apply', async () => {
    await using b = await bench();
    b.server.site.nasty = { refuse: { command: 'data_backup', object: 'DISK', reason: 'BUSY' } };
    await expect(b.apply()).rejects.toMatchObject({ code: 'trunk.not-kept' });
    delete b.server.site.nasty;
    expect((await b.diff()).commands).toEqual(['data_backup']);
    const count = b.writes.length;
    await b.apply();
    expect(b.writes).toHaveLength(count);
    expect(b.state.saved).toBe(trunkText(b.state));
  });
});

describe('cut off by the end of the process', () => {
  /** Writes until so many have begun, then nothing more of this process happens. */
  async function killedAt(b: Bench, started: number, work: () => Promise<unknown>): Promise<void> {
    const kill = new AbortController();
    b.onSave = ({ work: at }) => {
      if (at?.started === started) kill.abort(new Error('killed'));
    };
    await expect(b.apply(settings(), { leave: kill.signal, signal: kill.signal })).rejects.toThrow();
    b.onSave = () => undefined;
    await work();
  }

  it.each([1, 2, 3, 4, 5, 6, 7])('at write %i: the next process takes everything back', async (started) => {
    await using b = await bench();
    await killedAt(b, started, async () => {
      expect(b.record.work?.started).toBe(started);
      await expect(b.trunks.recover(b.run())).rejects.toMatchObject({ code: 'trunk.undone' });
    });
    expect(trunkText(b.state)).toBe(b.before);
    expect(b.record.work).toBeUndefined();
    // Asked again, as after another kill, it says the same.
    await expect(b.trunks.recover(b.run())).rejects.toMatchObject({ code: 'trunk.undone' });
  });

  it('before the backup: the next process makes it, and the end is told as often as it is asked', async () => {
    await using b = await bench();
    const kill = new AbortController();
    b.onSave = ({ work }) => {
      if (work?.phase === 'keeping') kill.abort(new Error('killed'));
    };
    await expect(b.apply(settings(), { leave: kill.signal })).rejects.toThrow();
    b.onSave = () => undefined;
    const outcome = await b.trunks.recover(b.run());
    expect(outcome.done).toHaveLength(8);
    expect(b.state.saved).toBe(trunkText(b.state));
    expect(await b.trunks.recover(b.run())).toEqual(outcome);
  });

  it('the plan meanwhile is the one for the time after, and applying it first takes back what is left', async () => {
    await using b = await bench();
    const first = await b.diff();
    await killedAt(b, 4, async () => {
      const diff = await b.diff();
      expect(diff).toMatchObject({ commands: first.commands, hash: first.hash });
      expect(diff.unfinished).toContain('Make the route');
      expect((await b.trunks.apply(settings(), diff.hash, b.run({ id: 'run-2' }))).done).toHaveLength(8);
    });
    expect((await b.diff()).commands).toEqual([]);
  });

  it('a PBX that cannot be reached then is told of, and what is left is not forgotten', async () => {
    await using b = await bench();
    await killedAt(b, 5, async () => undefined);
    const { methods } = b.server.nasty;
    b.server.nasty.methods = ['publickey'];
    b.server.disconnect();
    await expect(b.trunks.recover(b.run())).rejects.toMatchObject({ code: 'trunk.half-done' });
    expect(b.record.work?.started).toBe(5);
    if (methods === undefined) delete b.server.nasty.methods;
    await expect(b.trunks.recover(b.run())).rejects.toMatchObject({ code: 'trunk.undone' });
    expect(trunkText(b.state)).toBe(b.before);
  });
});
