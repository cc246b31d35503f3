/** `demarc discover` and the local API beneath it: what is shown, and one search at a time. */
import { writeFile } from 'node:fs/promises';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { DiscoveryAnswer } from '#contract/discovery.ts';
import { AccessGuard, loadToken } from '#daemon/api/access.ts';
import { localCertificate } from '#daemon/api/certificate.ts';
import { apiFiles } from '#daemon/api/file-names.ts';
import { discoveryRoutes } from '#daemon/api/routes/discovery-routes.ts';
import { startApiServer } from '#daemon/api/server.ts';
import { DiscoveryKeeper } from '#daemon/discovery.ts';
import { temporaryFolder } from '#test/support/program.ts';
import { runCli } from '../../../bin/cli/main.ts';

const clock = { now: () => Date.now() };
const log = pino({ level: 'silent' });

async function commandLine(discovery: Parameters<typeof discoveryRoutes>[0]) {
  const folder = await temporaryFolder('discover');
  const files = apiFiles(folder.path);
  const server = await startApiServer({
    routes: discoveryRoutes(discovery),
    access: new AccessGuard(await loadToken(files.token), clock),
    certificate: await localCertificate(folder.path, clock),
    host: '127.0.0.1',
    port: 0,
    log,
  });
  await writeFile(files.address, JSON.stringify({ url: `https://127.0.0.1:${server.port}`, pid: 1 }));
  return {
    async run(...args: string[]) {
      let out = '';
      const write = (text: string) => void (out += text);
      const env = { DEMARC_DAEMON_STATE: folder.path };
      return { code: await runCli({ args, env, write, writeError: write, interactive: false }), out };
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const answer: DiscoveryAnswer = {
  state: 'finished',
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: '2026-01-01T00:00:05.000Z',
  ranges: ['192.0.2.0/24'],
  progress: { phase: 'done', addresses: 254, swept: 254, alive: 3, probed: 3, probesSent: 400 },
  candidates: [
    {
      id: '192.0.2.11',
      kind: 'mivoice-business',
      role: 'pbx',
      pbxType: 'mivoice-business',
      name: 'MiVoice Business',
      addresses: ['192.0.2.11', '192.0.2.12'],
      certainty: 'high',
      score: 0.9,
      version: '8.0\u001b[2J',
      release: null,
      alternatives: [],
      notes: ['Look twice.'],
      evidence: [
        { signal: 'sip', address: '192.0.2.11', port: 5060, text: 'answers\u0007 SIP', speaksFor: 'mivoice-business' },
      ],
    },
  ],
  notes: ['Of the own network only a part is searched.'],
};

describe('demarc discover', () => {
  test('shows type, version, addresses, evidence and notes, and nothing that a terminal would obey', async () => {
    const state = () => answer;
    await using cli = await commandLine({ state, start: async () => answer, cancel: async () => answer });
    const { code, out } = await cli.run('discover');
    expect(code).toBe(0);
    expect(out).toContain('254 addresses of 192.0.2.0/24, 3 hosts: 1 system.');
    expect(out).toMatch(/192\.0\.2\.11, 192\.0\.2\.12 {2}MiVoice Business {2}8\.0 \[2J {2}high \(90 %\)/);
    for (const text of ['answers  SIP', '! Look twice.', 'Note: Of the own network only a part is searched.'])
      expect(out).toContain(text);
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  test('a search from start to end, as JSON; ranges that cannot be searched are refused with their code', async () => {
    await using cli = await commandLine(new DiscoveryKeeper({ clock, log }));
    const { code, out } = await cli.run('discover', '--json', '--cidr', '127.77.0.1/32');
    expect(code).toBe(0);
    expect(DiscoveryAnswer.parse(JSON.parse(out))).toMatchObject({
      state: 'finished',
      ranges: ['127.77.0.1/32'],
      progress: { addresses: 1, swept: 1 },
    });
    const moved = await cli.run('discover', '--json', '--cidr', '127.77.0.1/32', '--port', 'sip=5070', 'https=8443');
    expect(moved.code).toBe(0);
    for (const ports of [['fax=99'], ['sip=0'], ['sip'], ['sip=5070x'], ['sip=5070', 'ssh=5070']]) {
      const bad = await cli.run('discover', '--json', '--cidr', '127.77.0.1/32', '--port', ...ports);
      expect([ports, bad.code, JSON.parse(bad.out).error.code]).toEqual([ports, 1, 'api.invalid']);
    }
    const refused = await cli.run('discover', '--json', '--cidr', 'everything');
    expect([refused.code, JSON.parse(refused.out).error.code]).toEqual([1, 'discovery.bad-range']);
  }, 20_000);
});

describe('the searches of a gateway', () => {
  test('one at a time; a canceled one keeps what it found and lets the next begin', async () => {
    const keeper = new DiscoveryKeeper({ clock, log });
    expect(keeper.state().state).toBe('idle');
    expect((await keeper.start({ cidrs: ['127.78.0.0/22'] })).state).toBe('running');
    await expect(keeper.start({})).rejects.toMatchObject({ code: 'discovery.running' });
    expect(await keeper.cancel()).toMatchObject({ state: 'canceled', endedAt: expect.any(String) });
    expect((await keeper.start({ cidrs: ['127.78.0.1/32'] })).state).toBe('running');
    await keeper.cancel();
  }, 20_000);
});
