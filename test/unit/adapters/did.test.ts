/** The form Direct Inward Dialing Service, and a MiVoice Business with everything set up. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { DirectoryNumber, PbxActivity } from '#pbx-adapters/adapter.ts';
import { recogniseHeader } from '#pbx-adapters/channels/form-export/forms.ts';
import { readNumbers, toNumber } from '#pbx-adapters/mivoice-business/numbers.ts';
import { adapterTypes } from '#pbx-adapters/registry.ts';
import { writeFormExports } from '#test/lab/form-exports.ts';
import { linuxVariables, startMiVoiceBusiness } from '#test/lab/mivoice-business/mivoice-business.ts';
import { smdrLine } from '#test/lab/mivoice-business/smdr-server.ts';
import { adapterParts, collect } from '#test/support/adapter-parts.ts';
import { temporaryFolder, until } from '#test/support/program.ts';

/** A clock an hour ahead: files that were written just now count as settled. */
const later = { now: () => Date.now() + 3_600_000 };
const signal = () => AbortSignal.timeout(15_000);

function adapterFor(connection: Record<string, unknown>) {
  const parts = { ...adapterParts(), clock: later };
  return { adapter: adapterTypes['mivoice-business'].create(connection, parts), lines: parts.lines };
}

async function all(numbers: AsyncIterable<DirectoryNumber> | undefined): Promise<DirectoryNumber[]> {
  const found: DirectoryNumber[] = [];
  for await (const number of numbers ?? []) found.push(number);
  return found;
}

const row = (cells: Parameters<typeof toNumber>[0]['cells']) => toNumber({ line: 2, cells, problems: [] });

describe('the header line', () => {
  it.each([
    [['DID Number', 'Destination Number'], 'numbers'],
    [['Type', 'DID Range Start', 'DID Range End', 'Directory Number'], 'numbers'],
    [['Direct Inward Dialing Number', 'Number', 'Comments'], 'numbers'],
    [['Number', 'Last Name', 'E-mail', 'DID'], 'users'],
    [['Name', 'Number', 'Privacy', 'DID'], 'directory'],
    [['DID Number', 'Label'], undefined],
    [['DID Number', 'Name', 'E-mail'], undefined],
  ])('%j is the form %s', (cells, form) => {
    expect(recogniseHeader(cells)?.form).toBe(form);
  });
});

describe('a row', () => {
  it.each([
    [
      { did: '0305550012', destination: '0012' },
      { from: '0305550012', target: '0012' },
    ],
    [
      { did: '+49 (30) 555-0012', destination: '12' },
      { from: '+49305550012', target: '12' },
    ],
    [
      { did: '5500', didEnd: '5599', destination: '0' },
      { from: '5500', to: '5599', target: '0' },
    ],
    [{ did: '5500-5599' }, { from: '5500', to: '5599' }],
    [{ did: '5500 .. 5599' }, { from: '5500', to: '5599' }],
    [{ did: '030-5551' }, { from: '0305551' }],
    [{ did: '5500', didEnd: '5500' }, { from: '5500' }],
  ])('%j', (cells, number) => {
    expect(row(cells)).toEqual({ kind: 'did', ...number });
  });

  it.each([[{}], [{ did: 'none' }], [{ did: '12', didEnd: 'x' }], [{ did: '1'.repeat(27) }]])('%j is none', (cells) => {
    expect(row(cells)).toBeUndefined();
  });
});

describe('the numbers of an export', () => {
  it('come without the rows of external hot desk users, which are told', async () => {
    await using folder = await temporaryFolder('did');
    await writeFormExports(folder.path, { users: 30 });
    const { adapter, lines } = adapterFor({ folder: folder.path });
    const numbers = await all(adapter.numbers?.(signal()));
    expect(numbers).toHaveLength(31);
    expect(numbers.at(-1)).toEqual({ kind: 'did', from: '03055590', to: '03055599', target: '0' });
    expect(lines).toContainEqual(expect.objectContaining({ rows: 2 }));
    expect((await collect(adapter.users(signal()))).users).toHaveLength(30);
    expect(await adapter.probe(signal())).toMatchObject({ ok: true, users: 30, numbers: 31 });
  });

  it('are none when the form was not exported, and the probe says which one to export', async () => {
    await using folder = await temporaryFolder('did');
    const { users, directory } = await writeFormExports(folder.path, { users: 5 });
    const { adapter } = adapterFor({ files: [users, directory] });
    expect(await all(adapter.numbers?.(signal()))).toEqual([]);
    const step = (await adapter.probe(signal())).steps.find(({ id }) => id === 'numbers');
    expect(step).toMatchObject({
      status: 'warning',
      nextStep: expect.stringContaining('Direct Inward Dialing Service'),
    });
  });

  it('of a cut file are an error, and the people are read all the same', async () => {
    await using folder = await temporaryFolder('did');
    await writeFormExports(folder.path, { users: 5 });
    await writeFile(join(folder.path, 'Direct_Inward_Dialing_Service.csv'), 'DID,Destination\r\n123,4\r\n12');
    const { adapter } = adapterFor({ folder: folder.path });
    await expect(all(adapter.numbers?.(signal()))).rejects.toMatchObject({ code: 'form.truncated' });
    expect(await adapter.probe(signal())).toMatchObject({ ok: true, users: 5 });
  });

  it('of random bytes are numbers or a form error', async () => {
    await using folder = await temporaryFolder('did');
    const path = join(folder.path, 'did.csv');
    const body = fc.oneof(
      fc.stringMatching(/^[\d,;"'\r\n +.()a-z-]{0,200}$/).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(body, async (content) => {
        await writeFile(path, Buffer.concat([Buffer.from('DID,Destination\n'), content]));
        try {
          for (const number of await all(readNumbers(path, adapterParts().log, signal()))) {
            expect(number.from).toMatch(/^\+?\d{1,26}$/);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(DemarcError);
        }
      }),
      { numRuns: 300, interruptAfterTimeLimit: 6000 },
    );
  });
});

describe('the PBX itself', () => {
  async function site(users = 10, variables?: ReturnType<typeof linuxVariables>) {
    const folder = await temporaryFolder('mivb');
    const lab = await startMiVoiceBusiness({ users, folder: folder.path, ...(variables ? { variables } : {}) });
    return {
      lab,
      connect: (more: object = {}) => adapterFor({ ...lab.connection, snmpTimeoutMs: 200, snmpRetries: 0, ...more }),
      [Symbol.asyncDispose]: async () => {
        await lab.stop();
        await folder[Symbol.asyncDispose]();
      },
    };
  }

  it('tells version, alarm and licences, its page and its stream in the probe', async () => {
    await using found = await site();
    const report = await found.connect().adapter.probe(signal());
    expect(report).toMatchObject({ ok: true, users: 10, numbers: 11, version: '6.0 SP1 (12.0.1.24)' });
    const details = Object.fromEntries(report.steps.map(({ id, status, detail }) => [id, `${status}: ${detail}`]));
    expect(details['snmp']).toBe(
      'ok: Version 6.0 SP1 (12.0.1.24); alarm level Minor; 1877 of 2500 IP user licences used.',
    );
    expect(details['page']).toMatch(/^ok: Status 302; leads to \/esm_loginMain\.htm; certificate of CN=Mitel/);
    expect(details['smdr']).toMatch(/^ok: Port \d+ accepts/);
    // Looking is not logging in.
    expect(found.lab.site.badLogins).toBe(0);
  });

  it('whatever of it does not answer is a warning with a next step; people and numbers are read', async () => {
    await using found = await site();
    found.lab.agent.nasty.silent = true;
    found.lab.site.nasty.garbage = Buffer.from('nonsense');
    await found.lab.smdr.stop();
    const report = await found.connect().adapter.probe(signal());
    expect(report).toMatchObject({ ok: true, users: 10, numbers: 11 });
    const problems = report.steps.filter(({ status }) => status === 'warning');
    expect(problems.map(({ id }) => id)).toEqual(['page', 'snmp', 'smdr']);
    for (const { nextStep } of problems) expect(nextStep).toBeTruthy();
    // Put back for the end of the test, which stops everything.
    found.lab.smdr.stop = async () => undefined;
  });

  it('is in the inventory with release and software; a PBX that is silent keeps its place with the problem', async () => {
    await using found = await site();
    expect(await found.connect().adapter.inventory(signal())).toMatchObject([
      { type: 'mivoice-business', name: 'plant', version: { value: '6.0 SP1 (12.0.1.24)', source: 'SNMP' } },
    ]);
    found.lab.agent.nasty.silent = true;
    expect(await found.connect().adapter.inventory(signal())).toMatchObject([
      { type: 'mivoice-business', version: { value: null, problem: expect.stringContaining('SNMP') } },
    ]);
  });

  it('without SNMP is in the inventory without a version, and it is said what to do for one', async () => {
    expect(await adapterFor({ folder: '/srv/forms' }).adapter.inventory(signal())).toMatchObject([
      {
        type: 'mivoice-business',
        address: '/srv/forms',
        version: { value: null, problem: expect.stringContaining('SNMP') },
      },
    ]);
  });

  it('on a Linux server is one of its applications, beside the border gateway', async () => {
    await using found = await site(3, linuxVariables());
    expect(await found.connect().adapter.inventory(signal())).toMatchObject([
      { type: 'mivoice-business', version: { value: '9.4.1.17' } },
      { type: 'mitel-border-gateway', version: { value: '11.5.0.89' } },
    ]);
  });

  it('counts calls until the signal ends it', async () => {
    await using found = await site();
    const controller = new AbortController();
    const heard: PbxActivity[] = [];
    const listen = async () => {
      const smdr = { port: found.lab.smdr.port, timeZone: 'UTC' };
      const { adapter } = found.connect({ smdr });
      for await (const activity of adapter.activity?.(controller.signal) ?? []) heard.push(activity);
    };
    const listening = listen();
    await until('it listens', 5000, () => found.lab.smdr.connections > 0);
    const at = new Date(later.now());
    const start = { month: at.getUTCMonth() + 1, day: at.getUTCDate(), hour: at.getUTCHours(), minute: 0 };
    await found.lab.smdr.push(`${smdrLine({ start, seconds: 61, from: '2002', to: '2001', answered: 3 })}\r\n`);
    await until('it was counted', 5000, () => heard.at(-1)?.callsToday === 1);
    controller.abort();
    await listening;
  });

  it('gives only what is set up', async () => {
    const only = adapterFor({ folder: '/srv/forms' }).adapter.capabilities();
    expect([only.version.via, only.licence.via, only.activity.via]).toEqual(['none', 'none', 'none']);
    const everything = adapterFor({ folder: '/srv/forms', host: 'pbx', snmpCommunity: 'c', smdr: {} }).adapter;
    expect(everything.capabilities()).toEqual(adapterTypes['mivoice-business'].gives);
  });

  it.each([
    { folder: '/f', snmpCommunity: 'public' },
    { folder: '/f', smdr: {} },
    { folder: '/f', host: 'pbx', snmpAuthPassword: 'long enough' },
    { folder: '/f', host: 'pbx', smdr: { layout: { length: 80 } } },
    { folder: '/f', host: 'pbx', smdr: { layout: { date: [6, 2] } } },
    { folder: '/f', host: 'pbx', smdr: { timeZone: 'Europe/Atlantis' } },
  ])('settings that cannot work are refused: %j', (connection) => {
    expect(() => adapterFor(connection)).toThrow(expect.objectContaining({ code: 'config.invalid' }));
  });
});

describe('the lab', () => {
  it('answers SIP OPTIONS with its banner, or without one when that is switched off', async () => {
    await using folder = await temporaryFolder('mivb');
    const lab = await startMiVoiceBusiness({ users: 1, folder: folder.path });
    const socket = createSocket('udp4');
    const ask = async () => {
      socket.send('OPTIONS sip:lab SIP/2.0\r\nTo: <sip:lab>\r\nCSeq: 1 OPTIONS\r\n\r\n', lab.sip.port, lab.sip.host);
      return String((await once(socket, 'message'))[0]);
    };
    expect(await ask()).toMatch(/^SIP\/2\.0 200 OK\r\n.*User-Agent: Mitel-3300-ICP /s);
    lab.sip.nasty.noBanner = true;
    expect(await ask()).not.toContain('User-Agent');
    socket.close();
    await lab.stop();
  });

  it('locks its administration site after bad passwords, also for the right one', async () => {
    await using folder = await temporaryFolder('mivb');
    const lab = await startMiVoiceBusiness({ users: 1, folder: folder.path });
    const login = (password: string) =>
      new Promise<number>((resolve, reject) => {
        const options = { port: lab.site.port, path: '/esm_loginMain.htm', method: 'POST', rejectUnauthorized: false };
        const sent = request(options, (answer) => resolve(answer.resume().statusCode ?? 0));
        sent.on('error', reject);
        sent.end(new URLSearchParams({ user: 'installer', password }).toString());
      });
    expect(await login('lab-password')).toBe(200);
    expect([await login('a'), await login('b'), await login('c')]).toEqual([401, 401, 401]);
    expect(await login('lab-password')).toBe(403);
    await lab.stop();
  });
});
