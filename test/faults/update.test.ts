/** Updates of a gateway that is installed with two slots: real processes, real releases, good ones and broken ones. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Command, GatewayDetail } from '#contract/api.ts';
import { type CommandName, isFinal } from '#contract/commands.ts';
import type { UpdateStatus } from '#contract/update.ts';
import { persistedState, UPDATE_STATES, type UpdateState } from '#daemon/update/states.ts';
import type { ApiClient } from '#test/support/api-client.ts';
import { BROKEN, InstalledGateway, ReleaseWorkshop } from '#test/support/installation.ts';
import { freePort, startProgram, temporaryFolder, until } from '#test/support/program.ts';
import { ADMIN } from '#test/support/site.ts';
import { ConnectorProcess, firstAccount, localRequest } from '#test/support/stack.ts';
import { mayMount, smallDisk } from '#test/unit/daemon-spine/support/disk.ts';

const OLD = '1.0.0';

let stack: AsyncDisposableStack;
let folder: string;
let workshop: ReleaseWorkshop;
let connector: ConnectorProcess;
let api: ApiClient;
let account: string;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  folder = stack.use(await temporaryFolder('update')).path;
  workshop = await ReleaseWorkshop.open(join(folder, 'workshop'));
  connector = new ConnectorProcess({ data: join(folder, 'connector'), port: await freePort() });
  stack.use(connector);
  await connector.start();
  const first = await firstAccount(connector, ADMIN);
  api = first.api;
  account = first.account.id;
}, 60_000);
afterAll(async () => stack.disposeAsync());

const offered = () => join(folder, 'connector/releases/stable');

async function emptyFolder(name: string): Promise<string> {
  const path = join(folder, `${name}-disk`);
  await mkdir(path);
  return path;
}

/** A gateway of the old version that is enrolled and online. */
async function gateway(
  name: string,
  { limitSeconds = 90, ...options }: { supervised?: boolean; state?: string; limitSeconds?: number } = {},
) {
  const root = join(folder, name);
  await workshop.install(OLD, root);
  const state = options.state ?? join(folder, `${name}-state`);
  await mkdir(state, { mode: 0o700 });
  const settings = { version: 1, update: { limitSeconds, settleSeconds: 1 } };
  await writeFile(join(state, 'config.json'), JSON.stringify(settings));
  const installed = new InstalledGateway({ ...options, root, state, port: await freePort() });
  await installed.start();
  const id = await installed.enrol(connector, api, account);
  return { installed, id };
}

async function issue(id: string, args: unknown = {}, name: CommandName = 'gateway.update'): Promise<string> {
  return (await api.post<Command>(`/api/v1/gateways/${id}/commands`, { name, args })).id;
}

async function end(command: string, limitMs = 110_000): Promise<Command> {
  let found: Command | undefined;
  await until(`command ${command} has ended`, limitMs, async () => {
    found = await api.get<Command>(`/api/v1/commands/${command}`);
    return isFinal(found.state);
  });
  if (found === undefined) throw new Error('no command');
  return found;
}

/** What the cloud's section says of the last update. */
async function toldBySection(id: string, version: string): Promise<UpdateStatus['last']> {
  let last: UpdateStatus['last'] = null;
  await until(`the section tells of ${version}`, 60_000, async () => {
    const { update } = await api.get<GatewayDetail>(`/api/v1/gateways/${id}`);
    last = update?.last ?? null;
    return last?.to === version;
  });
  return last;
}

async function online(id: string): Promise<void> {
  await until('the gateway is online', 30_000, async () => {
    return (await api.get<{ presence: string }>(`/api/v1/gateways/${id}`)).presence === 'Online';
  });
}

describe('a new version that proves itself', () => {
  it('replaces the old one; the command, the section and the presence say so', async () => {
    const { installed, id } = await gateway('good');
    await using _ = installed;
    await workshop.make('1.1.0', offered());
    expect(await end(await issue(id, {}, 'gateway.check-update'))).toMatchObject({
      state: 'succeeded',
      output: { current: OLD, available: { version: '1.1.0' } },
    });
    const schedule = { automatic: true, frequency: 'weekly', day: 6, time: '21:00', paused: false };
    expect(await end(await issue(id, schedule, 'gateway.set-update-schedule'))).toMatchObject({
      state: 'succeeded',
      output: { schedule, nextCheckAt: expect.any(String) },
    });
    const command = await issue(id);
    const presences = new Set<string>();
    await until('it has switched', 30_000, async () => {
      presences.add((await api.get<{ presence: string }>(`/api/v1/gateways/${id}`)).presence);
      return installed.slots()?.last !== undefined;
    });
    expect(await end(command)).toMatchObject({
      state: 'succeeded',
      output: { from: OLD, to: '1.1.0', changed: true },
    });
    expect([...presences]).toContain('Updating');
    expect([...presences]).not.toContain('Offline');
    expect(await installed.version()).toBe('1.1.0');
    expect(installed.slots()).toMatchObject({ active: 'b', last: { outcome: 'Updated', command } });
    expect(await toldBySection(id, '1.1.0')).toMatchObject({ outcome: 'Updated', from: OLD });
    const { update } = await api.get<GatewayDetail>(`/api/v1/gateways/${id}`);
    expect(update).toMatchObject({ phase: 'idle', schedule, available: null });
    // The newest release runs: nothing is to be done.
    expect(await end(await issue(id))).toMatchObject({ state: 'succeeded', output: { changed: false } });
    // Back only by force and by name.
    await workshop.make(OLD, offered());
    expect(await end(await issue(id, { version: OLD }))).toMatchObject({
      state: 'failed',
      reason: { code: 'update.older' },
    });
    expect(await end(await issue(id, { version: OLD, force: true }))).toMatchObject({ state: 'succeeded' });
    expect(await installed.version()).toBe(OLD);
    expect(installed.processes().judges).toEqual([]);
  });
});

describe('demarc update, on the site', () => {
  it('shows, schedules, pauses, checks and installs; and says why nothing can be had', async () => {
    const { installed } = await gateway('cli');
    await using _ = installed;
    const demarc = async (...args: string[]) => {
      const env = { DEMARC_DAEMON_STATE: installed.state };
      await using program = startProgram(process.execPath, ['bin/demarc.mjs', 'update', ...args], { env });
      return { code: await program.exited, output: program.output() };
    };
    await workshop.make('1.2.0', offered());
    expect(await demarc('check')).toMatchObject({ code: 0, output: expect.stringContaining('Version 1.2.0 is there') });
    expect((await demarc('schedule', '--weekly', '21:00', '--day', 'saturday')).output).toMatch(
      /every saturday at 21:00/,
    );
    expect((await demarc('pause')).output).toMatch(/paused/);
    const status = JSON.parse((await demarc('--json')).output) as UpdateStatus;
    expect(status).toMatchObject({
      available: '1.2.0',
      schedule: { automatic: true, frequency: 'weekly', day: 6, time: '21:00', paused: true },
    });
    expect(await demarc('install', '--version', '7.7.7')).toMatchObject({
      code: 1,
      output: expect.stringMatching(/No release fits.*Next|No release fits/s),
    });
    const done = await demarc('install', '--version', '1.2.0');
    expect(`${done.code} ${done.output}`).toMatch(/^0 .*1\.0\.0 to 1\.2\.0: Updated/s);
    expect(await installed.version()).toBe('1.2.0');
  });
});

describe('a new version that does not prove itself is taken back, and the cloud knows why', () => {
  const CAUSES: Record<Exclude<keyof typeof BROKEN, 'fills its disk'>, [code: string, detail: RegExp]> = {
    'crashes at its start': ['update.crashed', /2\./],
    'crashes a moment later': ['update.crashed', /it broke a moment later/],
    hangs: ['update.hangs', /./],
    'cannot connect to the cloud': ['update.no-cloud', /./],
    'has another version than it says': ['update.wrong-version', /9\.9\.9/],
  };
  let installed: InstalledGateway;
  let id: string;

  beforeAll(async () => {
    // As long as a build that hangs, or cannot connect, is waited for.
    ({ installed, id } = await gateway('broken', { limitSeconds: 8 }));
  });
  afterAll(async () => installed[Symbol.asyncDispose]());

  const expectRolledBack = async (version: string, command: Command, code: string, detail: RegExp) => {
    const reason = { code, message: expect.stringMatching(detail) };
    expect(command).toMatchObject({ state: 'failed', reason });
    expect(await toldBySection(id, version)).toMatchObject({ from: OLD, outcome: 'Rolled back', reason });
    expect(installed.slots()).toMatchObject({ active: 'a', last: { outcome: 'Rolled back', to: version } });
    expect(installed.slots()?.trial).toBeUndefined();
    await online(id);
    expect(await installed.version()).toBe(OLD);
    await until('no judge is left', 5000, () => installed.processes().judges.length === 0);
    expect(installed.processes().daemons).toHaveLength(1);
  };

  let made = 0;
  it.each(Object.entries(CAUSES))('one that %s', async (what, [code, detail]) => {
    const version = `2.0.${(made += 1)}`;
    await workshop.make(version, offered(), { change: BROKEN[what as keyof typeof CAUSES] });
    await expectRolledBack(version, await end(await issue(id, { version })), code, detail);
  });

  it('one that is killed twice before its time is over (a power cut)', async () => {
    const version = `2.0.${(made += 1)}`;
    await workshop.make(version, offered(), { change: BROKEN.hangs });
    const command = await issue(id, { version });
    await until('it is on trial', 30_000, () => installed.slots()?.trial?.attempt !== undefined);
    await installed.powerOff();
    await installed.start();
    await expectRolledBack(version, await end(command), 'update.started-twice', /./);
  });

  it.skipIf(!mayMount())('one that fills its disk', async () => {
    await using disk = await smallDisk(await emptyFolder('full'), 150);
    const { installed, id } = await gateway('full', { state: join(disk.path, 'state') });
    await using _ = installed;
    const version = `2.0.${(made += 1)}`;
    await workshop.make(version, offered(), { change: BROKEN['fills its disk'] });
    const command = await end(await issue(id, { version }));
    expect(command).toMatchObject({ state: 'failed', reason: { code: 'update.crashed' } });
    await rm(join(installed.state, 'ballast'));
    expect(await toldBySection(id, version)).toMatchObject({ outcome: 'Rolled back' });
    await online(id);
    expect(await installed.version()).toBe(OLD);
  });

  it('one that nobody judges any more', async () => {
    const version = `2.0.${(made += 1)}`;
    await workshop.make(version, offered(), { change: BROKEN['cannot connect to the cloud'] });
    const command = await issue(id, { version });
    await until('it is on trial', 30_000, () => installed.processes().judges.length > 0);
    installed.kill('judges');
    await expectRolledBack(version, await end(command), 'update.started-twice', /./);
  });
});

describe('a release that is not as it was signed is never unpacked', () => {
  let installed: InstalledGateway;
  let id: string;

  beforeAll(async () => {
    ({ installed, id } = await gateway('forged'));
  });
  afterAll(async () => installed[Symbol.asyncDispose]());

  const expectRefused = async (version: string, code: string) => {
    const command = await end(await issue(id, { version }));
    expect(command).toMatchObject({ state: 'failed', reason: { code, nextStep: expect.any(String) } });
    // It goes on running without an interruption, and the other slot stays empty.
    expect(installed.slots()).toMatchObject({ active: 'a' });
    expect(installed.slots()?.trial).toBeUndefined();
    expect(existsSync(join(installed.root, 'slots/b/release.json'))).toBe(false);
    expect(await installed.version()).toBe(OLD);
    return command;
  };

  it('is given to gateways only', async () => {
    const url = `${connector.url}/api/v1/device/releases/stable`;
    expect(await localRequest(`${url}?platform=linux-x64`)).toMatchObject({ body: { code: 'identity.required' } });
    expect(await localRequest(`${url}/demarc-1.1.0-linux-x64.tar.gz`)).toMatchObject({
      body: { code: 'identity.required' },
    });
  });

  it('signed by another key', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    await workshop.make('3.0.1', offered(), { key: privateKey });
    await expectRefused('3.0.1', 'update.bad-signature');
  });

  it('its description was changed', async () => {
    const { description } = await workshop.make('3.0.2', offered());
    const text = await readFile(description, 'utf8');
    await writeFile(description, text.replace(/(createdAt[^0-9]+)\d/, '$13'));
    await expectRefused('3.0.2', 'update.bad-signature');
  });

  it('its archive has another content of the same size', async () => {
    const { archive } = await workshop.make('3.0.4', offered());
    const bytes = await readFile(archive);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(archive, bytes);
    await expectRefused('3.0.4', 'update.bad-archive');
    expect(await toldBySection(id, '3.0.4')).toMatchObject({
      outcome: 'Failed',
      reason: { code: 'update.bad-archive' },
    });
  });

  it.skipIf(!mayMount())(
    'there is no room for it: it is not even fetched, and the room that is needed is named',
    async () => {
      await using disk = await smallDisk(await emptyFolder('small'), 45);
      const small = await gateway('small', { state: join(disk.path, 'state') });
      await using _ = small.installed;
      await workshop.make('3.0.6', offered());
      const command = await end(await issue(small.id, { version: '3.0.6' }));
      expect(command).toMatchObject({
        state: 'failed',
        reason: { code: 'update.no-space', message: expect.stringMatching(/\d+ MiB free, \d+ MiB needed/) },
      });
      expect(await small.installed.version()).toBe(OLD);
    },
  );

  it('its archive was cut short: it is not offered', async () => {
    const { archive } = await workshop.make('3.0.5', offered());
    await truncate(archive, 1000);
    await expectRefused('3.0.5', 'update.none');
  });
});

/** How everything ends when it is killed in a state; the states are the product's own table. */
describe.concurrent('killed in', () => {
  const KILLED = ['daemon', 'everything'] as const;
  const cases = (Object.keys(UPDATE_STATES) as UpdateState[]).flatMap((state) => KILLED.map((who) => ({ state, who })));
  let made = 0;

  const isIn = async ({ root, state: folder }: InstalledGateway, state: UpdateState) =>
    (await persistedState(root, folder)) === state;

  it.each(cases)('killed_$who in $state', async ({ state, who }) => {
    made += 1;
    const [version, name] = [`4.0.${made}`, `killed-${made}`];
    const { installed, id } = await gateway(name, { supervised: who === 'daemon' });
    await using _ = installed;
    const change = state === 'rolled back' ? BROKEN['crashes at its start'] : ballast;
    await workshop.make(version, offered(), { change });
    const command = await issue(id, { version });
    // It stays the same process over the switch.
    const [pid = 0] = installed.processes().daemons;
    await until(`it is in ${state}`, 90_000, () => isIn(installed, state), 1).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${installed.output().slice(-3000)}`);
    });
    if (state !== 'rolled back') process.kill(pid, 'SIGSTOP');
    expect(await persistedState(installed.root, installed.state)).toBe(state);
    if (who === 'daemon') installed.kill('daemons');
    else {
      await installed.powerOff();
      await installed.start();
    }
    const ended = await end(command);
    const isNew = UPDATE_STATES[state].endsIn === 'new';
    expect(ended).toMatchObject(isNew ? { state: 'succeeded', output: { to: version } } : { state: 'failed' });
    if (!isNew) expect(ended.reason?.code).toMatch(/^update\.(started-twice|crashed)$/);
    expect(await toldBySection(id, version)).toMatchObject({ outcome: isNew ? 'Updated' : 'Rolled back' });
    await installed.answers();
    expect(await installed.version()).toBe(isNew ? version : OLD);
    expect(installed.slots()?.trial).toBeUndefined();
    expect(installed.processes().daemons).toHaveLength(1);
  });
});

/** So large that each step takes long enough to be met. */
const ballast = async (files: string): Promise<void> => {
  await writeFile(join(files, 'ballast'), randomBytes(4_000_000));
};
