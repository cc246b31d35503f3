/**
 * A trunk that is set on a PBX by the two real processes, killed at each of its writes: what was written is taken back, or
 * was all there. The PBX lives on in this process.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '#contract/api.ts';
import type { CommandOutput } from '#contract/commands.ts';
import type { Trunk } from '#contract/trunks.ts';
import { type MxOneServer, startMxOne } from '#test/lab/mx-one/server.ts';
import { newTrunks, trunkText } from '#test/lab/mx-one/trunks.ts';
import { until } from '#test/support/program.ts';
import { type Site, startSite } from '#test/support/site.ts';

const LIMIT_MS = 90_000;
const NUMBER = '43720123456';
/** The writes in their order, as the PBX meets them. */
const WRITES = [
  'number_initiate',
  'number_data_initiate',
  'ROCAI',
  'sip_route -set',
  'RODAI',
  'ROEQI',
  'RODDI',
] as const;

let site: Site;
let pbx: MxOneServer;
let trunk: string;
let before: string;

const state = () => {
  const { trunks } = pbx.site;
  if (!trunks) throw new Error('no state');
  return trunks;
};

beforeAll(async () => {
  site = await startSite({ users: 5 });
  pbx = await startMxOne({ users: 5, trunks: newTrunks() });
  before = trunkText(state());
  await site.enrol();
  await site.addDirectory();
  const { host, port, user, password, hostKeyFingerprint } = pbx;
  const connection = { host, port, user, password, hostKeyFingerprint };
  const added = await site.daemon.call<{ id: string }>('POST', '/api/pbxs', {
    type: 'mx-one',
    name: 'Main',
    connection,
  });
  trunk = await makeTrunk(added.id, 'Cloud Vienna');
}, LIMIT_MS);

afterAll(async () => {
  await pbx?.[Symbol.asyncDispose]();
  await site?.[Symbol.asyncDispose]();
}, LIMIT_MS);

async function makeTrunk(id: string, name: string): Promise<string> {
  const settings = {
    name,
    pbx: id,
    host: '192.0.2.5',
    port: 5061,
    farEnd: { kind: 'cloud-platform', host: 'sip.example.net', port: 5061 },
    pilotNumber: `+${NUMBER}`,
    inPbx: { route: 20, trunkGroup: null, accessCode: null, serviceNode: 1 },
  };
  let made = '';
  await until('the cloud knows the PBX', 30_000, async () => {
    const { status, body } = await site.api.send('POST', '/api/v1/trunks', { account: site.account.id, settings });
    made = (body as Trunk).id;
    return status === 201;
  });
  await until('the gateway knows the trunk', 30_000, async () => {
    const { reason } = await site.command('trunk.plan', { trunk: made });
    return reason?.code !== 'trunk.unknown';
  });
  return made;
}

async function plan(): Promise<CommandOutput<'trunk.plan'>> {
  const { state: end, output, reason } = await site.command('trunk.plan', { trunk });
  expect({ end, reason }).toMatchObject({ end: 'succeeded' });
  return output as CommandOutput<'trunk.plan'>;
}

async function issueApply(): Promise<string> {
  const { hash } = await plan();
  const args = { trunk, expected: hash };
  const path = `/api/v1/gateways/${site.gateway}/commands`;
  return (await site.api.post<Command>(path, { name: 'trunk.apply', args })).id;
}

/** Kills when the PBX is given this command; it carries it out all the same. */
function killAt(command: string, victims: readonly { pid: number }[]): Promise<void> {
  return new Promise((resolve) => {
    pbx.nasty.meanwhile = (line) => {
      if (!line.startsWith(command)) return;
      delete pbx.nasty.meanwhile;
      for (const { pid } of victims) process.kill(pid, 'SIGKILL');
      resolve();
    };
  });
}

async function removed(): Promise<void> {
  expect(await site.command('trunk.remove', { trunk })).toMatchObject({ state: 'succeeded' });
  expect(trunkText(state())).toBe(before);
}

describe('a trunk, from the cloud to the PBX', () => {
  it(
    'is compared, set, found again, and removed',
    async () => {
      const { commands, hash } = await plan();
      expect(commands.map((command) => command.split(/[ :]/)[0]).at(-1)).toBe('data_backup');
      const args = { trunk, expected: hash };
      expect(await site.command('trunk.apply', args)).toMatchObject({
        state: 'succeeded',
        output: { done: expect.arrayContaining(['Give it channels', 'Keep it over a restart']) },
      });
      expect(state().saved).toBe(trunkText(state()));
      expect((await plan()).commands).toEqual([]);
      expect(await site.command('trunk.apply', args)).toMatchObject({ state: 'succeeded', output: { done: [] } });
      await removed();
    },
    LIMIT_MS,
  );

  it('is not written when another was seen, and says so', async () => {
    const command = await site.command('trunk.apply', { trunk, expected: '0'.repeat(64) });
    expect(command).toMatchObject({ state: 'failed', reason: { code: 'trunk.plan-outdated' } });
    expect(trunkText(state())).toBe(before);
  });

  it(
    'of a PBX without a command line is left to the worksheet',
    async () => {
      const byHand = await makeTrunk(site.pbxs.directory, 'By hand');
      expect(await site.command('trunk.plan', { trunk: byHand })).toMatchObject({
        state: 'failed',
        reason: { code: 'trunk.by-hand', nextStep: expect.stringContaining('worksheet') },
      });
    },
    LIMIT_MS,
  );

  it(
    'keeps a restart waiting while it is set',
    async () => {
      const command = await issueApply();
      let reason: unknown;
      let asked: Promise<void> | undefined;
      pbx.nasty.meanwhile = (line) => {
        if (!line.startsWith('ROCAI') || asked) return;
        pbx.site.nasty = { hang: { command: 'ROCAP', afterLines: 0 } };
        asked = site.command('gateway.restart').then((ended) => {
          reason = ended.reason;
          delete pbx.site.nasty;
          pbx.disconnect();
        });
      };
      expect(await site.commandEnd(command)).toMatchObject({ state: 'succeeded' });
      await asked;
      delete pbx.nasty.meanwhile;
      expect(reason).toMatchObject({ code: 'command.busy', message: expect.stringContaining('trunk') });
      await removed();
    },
    LIMIT_MS,
  );
});

describe('killed at a write', () => {
  it.each(WRITES)(
    'killed_daemon_in_%s',
    async (write) => {
      const command = await issueApply();
      await killAt(write, [site.daemon]);
      await site.daemon.stop('SIGKILL');
      await site.daemon.start();
      expect(await site.commandEnd(command)).toMatchObject({ state: 'failed', reason: { code: 'trunk.undone' } });
      expect(trunkText(state())).toBe(before);
      expect((await plan()).unfinished).toBeNull();
    },
    LIMIT_MS,
  );

  it(
    'killed_daemon_in_data_backup: all was there, and it is saved',
    async () => {
      const command = await issueApply();
      await killAt('data_backup', [site.daemon]);
      await site.daemon.stop('SIGKILL');
      await site.daemon.start();
      expect(await site.commandEnd(command)).toMatchObject({ state: 'succeeded' });
      expect((await plan()).commands).toEqual([]);
      expect(state().saved).toBe(trunkText(state()));
      await removed();
    },
    LIMIT_MS,
  );

  it(
    'killed_connector_in_rodai: the gateway goes on, and the cloud is told',
    async () => {
      const command = await issueApply();
      await killAt('RODAI', [site.connector]);
      await site.connector.stop('SIGKILL');
      await site.connector.start();
      expect(await site.commandEnd(command)).toMatchObject({ state: 'succeeded' });
      await removed();
    },
    LIMIT_MS,
  );

  it(
    'killed_both_in_roeqi, and the PBX away for a while: what is left is told, and taken back by the next',
    async () => {
      const command = await issueApply();
      await killAt('ROEQI', [site.daemon, site.connector]);
      await site.daemon.stop('SIGKILL');
      await site.connector.stop('SIGKILL');
      pbx.nasty.methods = ['publickey'];
      pbx.disconnect();
      await site.connector.start();
      await site.daemon.start();
      expect(await site.commandEnd(command)).toMatchObject({ state: 'failed', reason: { code: 'trunk.half-done' } });
      delete pbx.nasty.methods;
      expect((await plan()).unfinished).toContain('Make the route');
      expect(await site.commandEnd(await issueApply())).toMatchObject({ state: 'succeeded' });
      await removed();
    },
    LIMIT_MS,
  );

  it(
    'killed_daemon_in_removal: the trunk is there again',
    async () => {
      expect(await site.commandEnd(await issueApply())).toMatchObject({ state: 'succeeded' });
      const set = trunkText(state());
      const path = `/api/v1/gateways/${site.gateway}/commands`;
      const { id } = await site.api.post<Command>(path, { name: 'trunk.remove', args: { trunk } });
      await killAt('RODAE', [site.daemon]);
      await site.daemon.stop('SIGKILL');
      await site.daemon.start();
      expect(await site.commandEnd(id)).toMatchObject({ state: 'failed', reason: { code: 'trunk.undone' } });
      expect(trunkText(state())).toBe(set);
      await removed();
    },
    LIMIT_MS,
  );
});
