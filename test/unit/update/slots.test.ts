/** The state of the slots, whatever happens to its files and whoever is quicker. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAlive, processIdentity } from '#config/process-identity.ts';
import { DAEMON_FILE, decide, readSlots, type SlotName, slotFolder, type Trial, writeSlots } from '#config/slots.ts';
import { temporaryFolder, until } from '#test/support/program.ts';
import { launch } from '../../../bin/launch/launch.ts';

const TRIAL: Trial = {
  id: '01TRIAL',
  slot: 'b',
  from: '1.0.0',
  to: '1.1.0',
  since: '2026-03-01T12:00:00.000Z',
  limitMs: 1000,
  settleMs: 0,
  needsCloud: false,
};
const AT = '2026-03-01T12:01:00.000Z';
const REASON = { code: 'update.crashed', message: 'It ended', nextStep: 'Look at the log.' };
const rolledBack = { outcome: 'Rolled back', at: AT, reason: REASON } as const;
const updated = { outcome: 'Updated', at: AT } as const;

describe('the verdict about a trial', () => {
  it('is the first one, for everybody, and stays so', async () => {
    await using folder = await temporaryFolder('slots');
    writeSlots(folder.path, { active: 'a', trial: TRIAL });
    expect(decide(folder.path, TRIAL, updated)).toMatchObject({ active: 'b', last: { outcome: 'Updated' } });
    expect(decide(folder.path, TRIAL, rolledBack)).toMatchObject({ active: 'b', last: { outcome: 'Updated' } });
    expect(readSlots(folder.path)).toEqual({
      active: 'b',
      last: { id: TRIAL.id, from: '1.0.0', to: '1.1.0', ...updated },
    });
  });

  it('counts from the instant at which its file is there, when nobody lived to write the rest', async () => {
    await using folder = await temporaryFolder('slots');
    writeSlots(folder.path, { active: 'a', trial: TRIAL });
    decide(folder.path, TRIAL, updated);
    // As after a kill between the two writes.
    writeSlots(folder.path, { active: 'a', trial: TRIAL });
    expect(readSlots(folder.path)).toMatchObject({ active: 'b', last: { outcome: 'Updated' } });
  });

  it('leaves no files beside it', async () => {
    await using folder = await temporaryFolder('slots');
    writeSlots(folder.path, { active: 'a', trial: TRIAL });
    decide(folder.path, TRIAL, rolledBack);
    expect((await readdir(folder.path)).sort()).toEqual(['slots.json', 'slots.json.good', 'verdict-01TRIAL.json']);
  });
});

describe('a damaged slots.json', () => {
  it.each<[string, (path: string) => Promise<void>]>([
    ['is gone', (path) => rm(path)],
    ['is empty', (path) => truncate(path, 0)],
    ['is cut short', (path) => truncate(path, 20)],
    ['is of zeros', (path) => writeFile(path, Buffer.alloc(100))],
    ['is another document', (path) => writeFile(path, '{"active":"c"}')],
  ])('that %s is read from its copy', async (_what, damage) => {
    await using folder = await temporaryFolder('slots');
    writeSlots(folder.path, { active: 'b' });
    await damage(join(folder.path, 'slots.json'));
    expect(readSlots(folder.path)).toEqual({ active: 'b' });
  });
});

describe('the launcher', () => {
  async function installation(...complete: SlotName[]) {
    const folder = await temporaryFolder('launch');
    const root = folder.path;
    for (const slot of complete) {
      const daemon = join(slotFolder(root, slot), DAEMON_FILE);
      await mkdir(dirname(daemon), { recursive: true });
      await writeFile(daemon, '');
      await writeFile(join(slotFolder(root, slot), 'release.json'), '{}');
    }
    const judge = join(root, 'judge.mjs');
    await writeFile(judge, '');
    const env: NodeJS.ProcessEnv = {};
    const judges: string[] = [];
    const start = () => {
      const program = launch({ root, judge, launcher: 'launcher', stateFolder: root, env, warn: () => undefined });
      judges.push(env['DEMARC_JUDGE'] ?? '');
      return program.includes('/slots/b/') ? 'b' : 'a';
    };
    const dispose = async () => {
      await until('the judges have ended', 10_000, () => !judges.some((judge) => judge !== '' && isAlive(judge)));
      await folder[Symbol.asyncDispose]();
    };
    return { root, env, start, [Symbol.asyncDispose]: dispose };
  }

  it('starts the active slot, or the other one when that is not complete', async () => {
    await using i = await installation('a');
    writeSlots(i.root, { active: 'b' });
    expect(i.start()).toBe('a');
    expect(i.env).toMatchObject({ DEMARC_INSTALL: i.root, DEMARC_SLOT: 'a' });
  });

  it('starts what there is when nothing tells which', async () => {
    await using i = await installation('b');
    expect(i.start()).toBe('b');
    expect(readSlots(i.root)).toEqual({ active: 'b' });
  });

  it('starts a trial once, with its attempt on disk and a judge; the second time the old version', async () => {
    await using i = await installation('a', 'b');
    writeSlots(i.root, { active: 'a', trial: TRIAL });
    expect(i.start()).toBe('b');
    expect(readSlots(i.root)?.trial?.attempt).toBe(processIdentity());
    expect(i.env['DEMARC_JUDGE']).toMatch(/^[\w-]+\/\d+\/\d+$/);
    expect(i.start()).toBe('a');
    expect(readSlots(i.root)).toMatchObject({
      active: 'a',
      last: { outcome: 'Rolled back', reason: { code: 'update.started-twice' } },
    });
    expect(i.env['DEMARC_JUDGE']).toBeUndefined();
  });

  it('does not start a trial whose slot is not complete', async () => {
    await using i = await installation('a');
    writeSlots(i.root, { active: 'a', trial: TRIAL });
    expect(i.start()).toBe('a');
    expect(readSlots(i.root)?.last).toMatchObject({ outcome: 'Rolled back', reason: { code: 'update.incomplete' } });
  });

  it('takes a verdict of commit that it finds at its start', async () => {
    await using i = await installation('a', 'b');
    const trial = { ...TRIAL, attempt: 'boot/1/1' };
    writeSlots(i.root, { active: 'a', trial });
    decide(i.root, trial, updated);
    writeSlots(i.root, { active: 'a', trial });
    expect(i.start()).toBe('b');
  });
});

describe('the identity of a process', () => {
  it('is of this process alone, and ends with it', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 10_000)']);
    const identity = processIdentity(child.pid) ?? '';
    expect(isAlive(identity)).toBe(true);
    expect(isAlive(identity.replace(/\d+$/, '1'))).toBe(false);
    expect(processIdentity()).not.toBe(identity);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isAlive(identity)).toBe(false);
  });
});
