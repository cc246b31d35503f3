/** The SNMP channel against an agent that behaves, and one that does not. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { describedPairs, factsOf, kindOf, readMitel } from '#pbx-adapters/channels/snmp/mitel.ts';
import { SnmpSession } from '#pbx-adapters/channels/snmp/session.ts';
import { callServerVariables, linuxVariables } from '#test/lab/mivoice-business/mivoice-business.ts';
import { type LabVariable, startAgent } from '#test/lab/mivoice-business/snmp-agent.ts';

const APPLICATIONS = '1.3.6.1.4.1.1027.4.1.2.1.1.1';
const signal = () => AbortSignal.timeout(15_000);

async function site(variables: Record<string, LabVariable>, community = 'lab') {
  const agent = await startAgent({ community: 'lab', variables });
  const session = await SnmpSession.open(
    { host: agent.host, port: agent.port, community, timeoutMs: 200, retries: 1 },
    signal(),
  );
  return {
    agent,
    session,
    [Symbol.asyncDispose]: async () => {
      session[Symbol.dispose]();
      await agent.stop();
    },
  };
}

describe('what an agent tells', () => {
  it('a call server: release and software apart, alarm level, licences', async () => {
    await using lab = await site(callServerVariables());
    expect(await readMitel(lab.session, signal())).toEqual({
      kind: 'call-server',
      description: 'VerAg:07.00.00.01.00;VerSw:12.0.1.24;VerHw:CX;VerPl:3300 ICP;VerMCD:6.0 SP1',
      systemName: 'plant',
      software: '12.0.1.24',
      release: '6.0 SP1',
      hardware: 'CX',
      alarm: 'Minor',
      licences: { purchased: 2500, used: 1877 },
      applications: [],
    });
  });

  it('a Linux server: its table of applications', async () => {
    await using lab = await site(linuxVariables());
    const facts = await readMitel(lab.session, signal());
    expect(facts).toMatchObject({ kind: 'msl', software: '10.05.19.00.00', hardware: 'x86_64' });
    expect(facts).not.toHaveProperty('alarm');
    expect(facts.applications).toEqual([
      { product: '1.3.6.1.4.1.1027.1.6.1', name: 'Mitel Standard Linux', version: '10.5.19.0' },
      { product: '1.3.6.1.4.1.1027.1.7.1', name: 'MiVoice Border Gateway', version: '11.5.0.89' },
      { product: '1.3.6.1.4.1.1027.1.7.5', name: 'MiVoice Business', version: '9.4.1.17' },
    ]);
  });

  it('a printer is no PBX and is asked for nothing of one', async () => {
    await using lab = await site({
      '1.3.6.1.2.1.1.1.0': 'Printer 9',
      '1.3.6.1.2.1.1.2.0': { oid: '1.3.6.1.4.1.11.2' },
    });
    expect(await readMitel(lab.session, signal())).toEqual({
      kind: 'other',
      description: 'Printer 9',
      applications: [],
    });
    expect(lab.agent.questions).toBe(1);
  });

  it('pairs of a description in any order, with blanks, colons and repeats', () => {
    const text = 'verhw : x86_64 ;VerSw:1:2;;VerSw:3;nothing;:x; VerMCD:\u0007';
    expect(Object.fromEntries(describedPairs(text))).toEqual({ verhw: 'x86_64', versw: '1:2' });
  });

  it.each([
    ['1.3.6.1.4.1.1027.1.2.3', 'call-server'],
    ['1.3.6.1.4.1.1027.1.6.7', 'call-server'],
    ['1.3.6.1.4.1.1027.1.6.1', 'msl'],
    ['1.3.6.1.4.1.1027.1.61', 'other'],
    ['1.3.6.1.4.1.10271.1.2.3', 'other'],
    [undefined, 'other'],
  ])('the object id %s is %s', (oid, kind) => {
    expect(kindOf(oid)).toBe(kind);
  });
});

describe('faults', () => {
  it.each<[string, (agent: Awaited<ReturnType<typeof startAgent>>) => void, string]>([
    ['silence', (agent) => (agent.nasty.silent = true), 'snmp.no-answer'],
    ['bytes that are no SNMP', (agent) => (agent.nasty.garbage = Buffer.from('hello')), 'snmp.protocol'],
    ['an answer that is cut', (agent) => (agent.nasty.cutAt = 30), 'snmp.protocol'],
    ['a report, which this version has not', (agent) => (agent.nasty.pduTag = 0xa8), 'snmp.protocol'],
    ['a question instead of an answer', (agent) => (agent.nasty.pduTag = 0xa0), 'snmp.'],
  ])('%s', async (_what, spoil, code) => {
    await using lab = await site(callServerVariables());
    spoil(lab.agent);
    await expect(readMitel(lab.session, signal())).rejects.toMatchObject({ code: expect.stringContaining(code) });
    lab.agent.nasty = {};
    // The next question is not spoiled by what came before.
    expect(await readMitel(lab.session, signal())).toMatchObject({ kind: 'call-server' });
  });

  it('a wrong community gets no answer, and the error says so', async () => {
    await using lab = await site(callServerVariables(), 'wrong');
    await expect(readMitel(lab.session, signal())).rejects.toMatchObject({
      code: 'snmp.no-answer',
      nextStep: expect.stringContaining('community'),
    });
  });

  it('an agent that leads in a circle is left', async () => {
    await using lab = await site(linuxVariables());
    lab.agent.nasty.circle = true;
    await expect(lab.session.walk(APPLICATIONS, 1000, signal())).rejects.toMatchObject({ code: 'snmp.protocol' });
  });

  it('a table without an end is read up to the limit', async () => {
    await using lab = await site(linuxVariables());
    lab.agent.nasty.endless = APPLICATIONS;
    expect(await lab.session.walk(APPLICATIONS, 250, signal())).toHaveLength(250);
    expect(lab.agent.questions).toBeLessThan(30);
  });

  it('a canceled question ends at once', async () => {
    await using lab = await site(callServerVariables());
    lab.agent.nasty.silent = true;
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    const started = Date.now();
    await expect(lab.session.get(['1.3.6.1.2.1.1.1.0'], controller.signal)).rejects.toMatchObject({
      code: 'pbx.canceled',
    });
    expect(Date.now() - started).toBeLessThan(180);
  });

  it('an answer cut at any offset is an error, never a crash', async () => {
    await using lab = await site({ '1.3.6.1.2.1.1.1.0': 'x' });
    // The whole answer has some 40 bytes.
    for (let cutAt = 1; cutAt <= 36; cutAt += 1) {
      lab.agent.nasty.cutAt = cutAt;
      const session = await SnmpSession.open(
        { host: lab.agent.host, port: lab.agent.port, community: 'lab', timeoutMs: 30, retries: 0 },
        signal(),
      );
      await expect(session.get(['1.3.6.1.2.1.1.1.0'], signal())).rejects.toBeInstanceOf(DemarcError);
      session[Symbol.dispose]();
    }
  });

  it('random datagrams are never an answer and never a crash', async () => {
    await using lab = await site(callServerVariables());
    const wild = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .uint8Array({ maxLength: 60 })
        .map((body) => Uint8Array.from([0x30, body.length, 2, 1, 1, 4, 3, 108, 97, 98, ...body])),
    );
    await fc.assert(
      fc.asyncProperty(wild, async (bytes) => {
        lab.agent.nasty.garbage = Buffer.from(bytes);
        const session = await SnmpSession.open(
          { host: lab.agent.host, port: lab.agent.port, community: 'lab', timeoutMs: 20, retries: 0 },
          signal(),
        );
        await expect(session.get(['1.3.6.1.2.1.1.1.0'], signal())).rejects.toBeInstanceOf(DemarcError);
        session[Symbol.dispose]();
      }),
      { numRuns: 150, interruptAfterTimeLimit: 6000 },
    );
  });

  it('whatever the values are, the facts are short texts', () => {
    const value = fc.oneof(
      fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
      fc.integer(),
      fc.string(),
    );
    const cell = fc.record({ oid: fc.string().map((tail) => `${APPLICATIONS}.4.${tail}`), value });
    fc.assert(
      fc.property(fc.string(), value, fc.array(cell), (description, alarm, cells) => {
        const state = new Map([['1.3.6.1.4.1.1027.4.1.1.2.2.1.0', alarm]]);
        const facts = factsOf({ description, kind: 'msl', systemName: undefined, state, cells });
        expect(facts.description.length).toBeLessThanOrEqual(256);
        for (const { version } of facts.applications) expect(version?.isWellFormed()).toBe(true);
      }),
      { numRuns: 500, interruptAfterTimeLimit: 4000 },
    );
  });
});
