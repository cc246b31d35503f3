/** The SNMP channel against net-snmp's snmpd, with the description and the tables of a PBX. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readMitel } from '#pbx-adapters/channels/snmp/mitel.ts';
import { SnmpSession } from '#pbx-adapters/channels/snmp/session.ts';
import { callServerVariables, linuxVariables } from '#test/lab/mivoice-business/mivoice-business.ts';
import type { LabVariable } from '#test/lab/mivoice-business/snmp-agent.ts';
import { freeUdpPort, hasProgram, startProgram, temporaryFolder, until } from '#test/support/program.ts';

const signal = () => AbortSignal.timeout(20_000);
const v3 = { user: 'demarc', authPassword: 'auth-password', privPassword: 'priv-password' };
/** snmpd has objects of its own for these, which the settings fill. */
const SETTINGS: Readonly<Record<string, string>> = {
  '1.3.6.1.2.1.1.1.0': 'sysDescr',
  '1.3.6.1.2.1.1.2.0': 'sysObjectID',
  '1.3.6.1.2.1.1.5.0': 'sysName',
};

function line([oid, value]: [string, LabVariable]): string {
  const text = typeof value === 'object' ? value.oid : String(value);
  const setting = SETTINGS[oid];
  if (setting !== undefined) return `${setting} ${text}`;
  return typeof value === 'number' ? `override .${oid} integer ${text}` : `override .${oid} octet_str "${text}"`;
}

async function snmpd(variables: Record<string, LabVariable>) {
  const folder = await temporaryFolder('snmpd');
  const port = await freeUdpPort();
  const config = join(folder.path, 'snmpd.conf');
  const lines = [
    'rocommunity lab 127.0.0.1',
    `createUser ${v3.user} SHA "${v3.authPassword}" AES "${v3.privPassword}"`,
    `rouser ${v3.user} priv`,
    ...Object.entries(variables).map(line),
  ];
  await writeFile(config, `${lines.join('\n')}\n`);
  const env = { MIBS: '', SNMP_PERSISTENT_DIR: folder.path, SNMPCONFPATH: folder.path };
  const args = ['-f', '-Lo', '-C', '-c', config, '-p', join(folder.path, 'pid'), `udp:127.0.0.1:${port}`];
  const program = startProgram('snmpd', args, { env });
  const ask = async <T>(
    work: (session: SnmpSession) => Promise<T>,
    more: object = { community: 'lab' },
  ): Promise<T> => {
    using session = await SnmpSession.open({ host: '127.0.0.1', port, timeoutMs: 500, retries: 1, ...more }, signal());
    return await work(session);
  };
  const stop = async () => {
    await program.stop();
    await folder[Symbol.asyncDispose]();
  };
  try {
    await until(`snmpd answers ${program.output()}`, 15_000, () =>
      ask((session) => session.get(['1.3.6.1.2.1.1.1.0'], signal())).then(
        (found) => found.size === 1,
        () => false,
      ),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ask,
    facts: (more?: object) => ask((session) => readMitel(session, signal()), more),
    [Symbol.asyncDispose]: stop,
  };
}

describe.skipIf(!hasProgram('snmpd'))('snmpd (skipped where it is not installed)', () => {
  test('with the description and numbers of a call server', async () => {
    await using agent = await snmpd(callServerVariables());
    expect(await agent.facts()).toMatchObject({
      kind: 'call-server',
      systemName: 'plant',
      software: '12.0.1.24',
      release: '6.0 SP1',
      alarm: 'Minor',
      licences: { purchased: 2500, used: 1877 },
      applications: [],
    });
  });

  test('with the table of applications of a Linux server', async () => {
    await using agent = await snmpd(linuxVariables());
    const facts = await agent.facts();
    expect(facts).toMatchObject({ kind: 'msl', software: '10.05.19.00.00' });
    expect(facts.applications.map(({ name, version }) => `${name} ${version}`)).toEqual([
      'Mitel Standard Linux 10.5.19.0',
      'MiVoice Border Gateway 11.5.0.89',
      'MiVoice Business 9.4.1.17',
    ]);
  });

  test('by version 3 with authentication and encryption', async () => {
    await using agent = await snmpd(callServerVariables());
    expect(await agent.facts(v3)).toMatchObject({ kind: 'call-server', software: '12.0.1.24' });
  });

  test.each([
    ['an unknown user', { ...v3, user: 'stranger' }],
    ['a wrong password', { ...v3, authPassword: 'not the password' }],
    ['a user that must encrypt and does not', { user: v3.user, authPassword: v3.authPassword }],
  ])('%s is refused by name', async (_who, login) => {
    await using agent = await snmpd(callServerVariables());
    await expect(agent.facts(login)).rejects.toMatchObject({ code: 'snmp.refused' });
  });

  test('a wrong community gets no answer', async () => {
    await using agent = await snmpd(callServerVariables());
    await expect(agent.facts({ community: 'wrong' })).rejects.toMatchObject({ code: 'snmp.no-answer' });
  });

  test('a walk over all that it has ends, in order and within its limit', async () => {
    await using agent = await snmpd(linuxVariables());
    const all = await agent.ask((session) => session.walk('1.3.6.1.2.1', 500, signal()));
    expect(all.length).toBeGreaterThan(20);
    expect(new Set(all.map(({ oid }) => oid)).size).toBe(all.length);
    const first = await agent.ask((session) => session.walk('1.3.6.1.2.1', 7, signal()));
    expect(first.map(({ oid }) => oid)).toEqual(all.slice(0, 7).map(({ oid }) => oid));
  });
});
