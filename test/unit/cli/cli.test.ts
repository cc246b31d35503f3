import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { AccessGuard, loadToken } from '#daemon/api/access.ts';
import { localCertificate } from '#daemon/api/certificate.ts';
import { apiFiles } from '#daemon/api/file-names.ts';
import { Reply, type Route, route } from '#daemon/api/route.ts';
import { startApiServer } from '#daemon/api/server.ts';
import { freePort, temporaryFolder } from '#test/support/program.ts';
import { runCli } from '../../../bin/cli/main.ts';
import { ago, plain, table } from '../../../bin/cli/output.ts';

const clock = { now: () => Date.now() };

/** The real listener with the answers that the test wants, and a command line that finds it. */
async function bench(routes: Route[]) {
  const folder = await temporaryFolder('cli');
  const files = apiFiles(folder.path);
  const server = await startApiServer({
    routes,
    access: new AccessGuard(await loadToken(files.token), clock),
    certificate: await localCertificate(folder.path, clock),
    host: '127.0.0.1',
    port: 0,
    log: pino({ level: 'silent' }),
  });
  await writeFile(files.address, JSON.stringify({ url: `https://127.0.0.1:${server.port}`, pid: 1 }));
  return {
    folder: folder.path,
    server,
    run: (...args: string[]) => cli(folder.path, args),
    async [Symbol.asyncDispose]() {
      await server.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function cli(state: string, args: string[]) {
  let out = '';
  let error = '';
  const code = await runCli({
    args,
    env: { DEMARC_DAEMON_STATE: state },
    write: (text) => {
      out += text;
    },
    writeError: (text) => {
      error += text;
    },
    interactive: false,
  });
  return { code, out, error };
}

const check = (status: string) => ({ id: 'a', title: 'A', status, detail: 'd', nextStep: 'Do it.', durationMs: 1 });
const checks = (status: string) =>
  route({ method: 'POST', path: '/api/checks', handle: async () => ({ checkedAt: null, checks: [check(status)] }) });

describe('usage', () => {
  test.each([
    [['--help'], 0],
    [['sync', '--help'], 0],
    [['fly'], 2],
    [['status', '--loud'], 2],
    [['logs', '--lines', 'many'], 2],
    [['logs', '--level', 'loud'], 2],
    [['sync', 'a', 'b'], 2],
    [[], 2],
  ])('%j has exit code %i', async (args, code) => {
    expect((await cli('/nowhere', args)).code).toBe(code);
  });

  test('without a daemon it says how to start one, as JSON where that is asked for', async () => {
    await using folder = await temporaryFolder('cli');
    const plainly = await cli(folder.path, ['status']);
    expect([plainly.code, plainly.out]).toEqual([1, '']);
    expect(plainly.error).toContain('Start it');
    const json = await cli(folder.path, ['status', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ error: { code: 'daemon.not-running' } });
  });

  test('a daemon that was killed, or another program on its port, is "not running"', async () => {
    await using b = await bench([]);
    const address = (port: number) => JSON.stringify({ url: `https://127.0.0.1:${port}`, pid: 1 });
    await writeFile(join(b.folder, 'api.json'), address(await freePort()));
    expect((await b.run('status', '--json')).out).toContain('daemon.not-running');
    await using other = await bench([]);
    await writeFile(join(b.folder, 'api.json'), address(other.server.port));
    expect((await b.run('status', '--json')).out).toContain('daemon.not-running');
    await writeFile(join(b.folder, 'api.json'), '{"url":');
    expect((await b.run('status', '--json')).out).toContain('daemon.not-running');
  });
});

describe('check', () => {
  test.each([
    ['ok', 0],
    ['warning', 0],
    ['error', 1],
  ])('a result of %s gives exit code %i', async (status, code) => {
    await using b = await bench([checks(status)]);
    const answer = await b.run('check');
    expect([answer.code, answer.out.includes('Do it.')]).toEqual([code, true]);
    expect((await b.run('check', '--json')).code).toBe(code);
  });
});

describe('status', () => {
  const at = (secondsAgo: number) => new Date(Date.now() - secondsAgo * 1000).toISOString();
  const counts = { read: 9, added: 1, changed: 2, removed: 3, unchanged: 4, rejected: 0 };
  const irregularities = { 'no-email': 0, 'email-not-unique': 0, 'invalid-email': 0, 'duplicate-extension': 0 };
  const run = { run: '01K00000000000000000000RVN', trigger: 'schedule', startedAt: at(61), finishedAt: at(60), counts };
  const pbx = {
    id: '01K00000000000000000000PBX',
    type: 'mivoice-5000',
    name: 'Head\u001b[2J office',
    address: '192.0.2.7:636',
    syncMinutes: 20,
    running: null,
    lastSync: null,
    lastSuccessAt: null,
    nextSyncAt: at(-605),
    users: 12,
    keptUsers: 0,
    irregularities,
  };
  const well = {
    version: '0.1.0',
    hostName: 'gw-7',
    startedAt: at(7300),
    memoryBytes: 80 * 1_048_576,
    cloud: { url: 'https://cloud.example', state: 'online', since: at(3700), nextTryAt: null },
    enrolment: { state: 'claimed', accountName: 'Acme' },
    outbox: { low: 1, next: 1, records: 0, bytes: 0, oldestAt: null, drops: {} },
    store: { status: 'ok', at: null },
    pbxs: [pbx],
  };
  const shown = async (change: object) => {
    await using b = await bench([
      route({ method: 'GET', path: '/api/status', handle: async () => ({ ...well, ...change }) }),
    ]);
    const { code, out } = await b.run('status');
    expect(code).toBe(0);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    return out.replaceAll(/\s+/g, ' ');
  };
  const reason = { code: 'x', message: 'The cause, '.repeat(12).trim(), nextStep: 'Do this. '.repeat(12).trim() };
  const offline = { url: 'https://cloud.example', state: 'offline', since: at(725), nextTryAt: at(-280) };
  const backlog = { low: 1, next: 90, records: 1, bytes: 2048, oldestAt: at(86_400 * 2), drops: { 'bulk.age': 7 } };
  const cases: [string, object, string[]][] = [
    ['all is well', {}, ['online for 1 h', 'enrolled in Acme', 'Waiting nothing', 'Last sync never', 'in 10 min']],
    [
      'since when the cloud is offline, and why',
      { cloud: { ...offline, lastError: reason } },
      ['offline for 12 min, next try in 4', 'Next step: Do this.'],
    ],
    [
      'backlog and drops',
      { outbox: backlog },
      ['1 record (2 KiB)', 'the oldest for 2 d', '7 messages of user syncs (too old)'],
    ],
    ['a store that was rebuilt', { store: { status: 'rebuilt', at: at(60) } }, ['began empty 1 min ago']],
    [
      'a failed sync',
      {
        pbxs: [{ ...pbx, lastSync: { ...run, outcome: 'Failed', irregularities, reason }, lastSuccessAt: at(7300) }],
      },
      ['Last sync Failed 1 min ago', 'The cause,', 'Next step: Do this.', 'Last good 2 h ago'],
    ],
    [
      'kept and irregular users',
      {
        pbxs: [{ ...pbx, keptUsers: 3, irregularities: { ...irregularities, 'no-email': 2 } }],
      },
      ['12, 3 of them kept although', '2 without e-mail'],
    ],
    [
      'a run that goes on',
      { pbxs: [{ ...pbx, running: { phase: 'reading', read: 40 } }] },
      ['Running reading, 40 read'],
    ],
    ['no PBX', { pbxs: [] }, ['No PBX is set up.']],
    [
      'no cloud',
      { cloud: { ...offline, url: null }, enrolment: { state: 'unclaimed' } },
      ['demarc link --cloud <URL>'],
    ],
  ];

  test.each(cases)('tells of %s in words, no line wider than a terminal', async (_what, change, words) => {
    const out = await shown(change);
    for (const part of words) expect(out).toContain(part);
  });

  test('ends quietly when its reader has read enough', async () => {
    const command = `${process.execPath} bin/demarc.mjs logs --help | true`;
    const { status, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', command], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
});

describe('link', () => {
  const fingerprint = Array.from({ length: 16 }, (_, n) => `AB${(n + 16).toString(16).toUpperCase()}`).join(' ');
  const offered = {
    state: 'offered',
    code: 'ABCD3467',
    link: 'https://cloud.example/claim?code=ABCD3467',
    fingerprint,
  };
  const enrolment = (answers: object[], bodies: unknown[] = []) => [
    route({
      method: 'POST',
      path: '/api/enrolment',
      body: z.unknown(),
      handle: async ({ body }) => {
        bodies.push(body);
        return new Reply(202, offered);
      },
    }),
    route({
      method: 'GET',
      path: '/api/enrolment',
      handle: async () => (answers.length > 1 ? answers.shift() : answers[0]),
    }),
  ];

  test('shows the code and the link, waits, and ends with 0 when the gateway is claimed', async () => {
    await using folder = await temporaryFolder('ca');
    const ca = join(folder.path, 'ca.pem');
    await writeFile(ca, 'PEM');
    const bodies: unknown[] = [];
    await using b = await bench(
      enrolment(
        [
          { ...offered, state: 'waiting' },
          { state: 'claimed', accountName: 'Acme' },
        ],
        bodies,
      ),
    );
    const answer = await b.run('link', '--cloud', 'https://cloud.example', '--ca', ca, '--token', 'T');
    expect(answer.code).toBe(0);
    expect(answer.out).toContain('ABCD-3467');
    expect(answer.out).toContain('Enrolled in Acme.');
    expect(bodies).toEqual([{ cloud: { url: 'https://cloud.example', ca: 'PEM' }, provisioningToken: 'T' }]);
  });

  test('shows the key’s fingerprint in the console’s groups, no line wider than a terminal', async () => {
    await using b = await bench(enrolment([{ state: 'claimed' }]));
    const { out } = await b.run('link');
    expect(out.replaceAll(/\s+/g, ' ')).toContain(fingerprint);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('with --json the code goes to the error stream once, and the output is one JSON value at the end', async () => {
    const claimed = { state: 'claimed', accountName: 'Acme', gateway: '01K0000000000000000000GATW', fingerprint };
    const waiting = { ...offered, state: 'waiting' };
    await using b = await bench(enrolment([waiting, waiting, claimed]));
    const answer = await b.run('link', '--json');
    expect([answer.code, JSON.parse(answer.out)]).toEqual([0, claimed]);
    expect(answer.error.match(/ABCD-3467/g)).toHaveLength(1);
    expect(answer.error).toContain('Enrolled in Acme.');
  });

  test('a fault on the way is told once while it waits, and does not end it', async () => {
    const error = { code: 'link.dns', message: 'The name cannot be resolved', nextStep: 'Check the DNS servers.' };
    const troubled = { ...offered, state: 'waiting', error };
    await using b = await bench(enrolment([troubled, troubled, { state: 'claimed' }]));
    const { code, out } = await b.run('link');
    expect([code, out.match(/Check the DNS servers/g)?.length]).toEqual([0, 1]);
  });

  test('what the daemon refuses at once is one line, or one JSON value', async () => {
    const refuse = route({
      method: 'POST',
      path: '/api/enrolment',
      body: z.unknown(),
      handle: async () => {
        throw new DemarcError('enrolment.no-cloud');
      },
    });
    await using b = await bench([refuse]);
    const spoken = await b.run('link');
    expect([spoken.code, spoken.out, spoken.error.split('\n')]).toEqual([1, '', [expect.any(String), '']]);
    const json = await b.run('link', '--json');
    expect([json.code, JSON.parse(json.out)]).toMatchObject([1, { error: { code: 'enrolment.no-cloud' } }]);
  });

  test('ends with 1 and the next step when it is refused', async () => {
    const error = { code: 'enrolment.expired', message: 'The code has expired', nextStep: 'Let it show a new one.' };
    await using b = await bench(enrolment([{ state: 'refused', error }]));
    const answer = await b.run('link', '--json');
    expect(answer.code).toBe(1);
    expect(JSON.parse(answer.out)).toMatchObject({ state: 'refused', error });
    expect(answer.error).toContain('Let it show a new one.');
  });

  test('a CA file that is not there is said before anything is asked', async () => {
    const bodies: unknown[] = [];
    await using b = await bench(enrolment([{}], bodies));
    const answer = await b.run('link', '--ca', '/no/such/file');
    expect([answer.code, bodies]).toEqual([1, []]);
    expect(answer.error).toContain('/no/such/file');
  });
});

describe('output', () => {
  test('text from elsewhere cannot give commands to the terminal', () => {
    expect(plain('a\u001b[2J\u0007\nb\u009bc')).toBe('a [2J b c');
    expect(table([['x\n', 'y']])).toBe('x   y\n');
  });

  test.each([
    [null, 'never'],
    [0, 'now'],
    [-5_000, '5 s ago'],
    [-125_000, '2 min ago'],
    [-7_300_000, '2 h ago'],
    [-3 * 86_400_000, '3 d ago'],
    [65_000, 'in 1 min'],
  ])('%s ms is "%s"', (offset, words) => {
    const now = Date.parse('2026-11-22T12:00:00.000Z');
    expect(ago(offset === null ? null : new Date(now + offset).toISOString(), now)).toBe(words);
  });
});
