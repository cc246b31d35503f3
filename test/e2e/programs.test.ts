/** The programs that a person types. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StatusAnswer } from '#contract/wizard/gateway.ts';
import { freePort, startProgram } from '#test/support/program.ts';
import { type Site, startSite } from '#test/support/site.ts';

const ROOT = join(import.meta.dirname, '../..');

async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  await using program = startProgram(process.execPath, args, { cwd: ROOT, env });
  const code = await program.exited;
  const output = program.output();
  return { code, output, last: output.trimEnd().split('\n').at(-1) ?? '' };
}

/** A base from which the demo's three ports, 1,000 apart, are free. */
async function portBase(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (port < 60_000) return port;
  }
}

it('npm run demo -- --once exits 0 and its last line is JSON with the counts', async () => {
  const { code, output, last } = await run([
    'bin/demo.mjs',
    '--once',
    '--port-base',
    `${await portBase()}`,
    '--users',
    '300',
  ]);
  expect(`${code}\n${code === 0 ? '' : output}`).toBe('0\n');
  const summary = JSON.parse(last) as { pbxs: { type: string; users: number; irregularities: number }[] };
  expect(summary).toMatchObject({ ok: true, gateways: 1, platforms: 1, trunks: 4 });
  expect(output).toMatch(/to the cloud: far end up; PBX up/);
  expect(output).toMatch(/broken on purpose\): far end down, refused; PBX up/);
  expect(summary.pbxs.map(({ type }) => type)).toEqual(expect.arrayContaining(['mivoice-5000', 'mivoice-business']));
  for (const pbx of summary.pbxs) expect(pbx).toMatchObject({ users: 300, irregularities: expect.any(Number) });
});

it('the demo says what is wrong with its options and exits 2', async () => {
  expect((await run(['bin/demo.mjs', '--port-base', 'x'])).code).toBe(2);
});

describe('demarc, against a running gateway', () => {
  let site: Site;
  const demarc = (...args: string[]) => run(['bin/demarc.mjs', ...args], { DEMARC_DAEMON_STATE: site.daemon.state });

  beforeAll(async () => {
    site = await startSite({ users: 50 });
    await site.enrol();
    await site.addDirectory();
  });
  afterAll(async () => site[Symbol.asyncDispose]());

  it('status --json tells cloud, enrolment, backlog and PBXs', async () => {
    const { code, last } = await demarc('status', '--json');
    expect(code).toBe(0);
    expect(StatusAnswer.parse(JSON.parse(last))).toMatchObject({
      cloud: { state: 'online', url: site.connector.url },
      enrolment: { state: 'claimed', gateway: site.gateway },
      pbxs: [{ name: 'Head office', users: 50, lastSync: { outcome: 'Successful' } }],
    });
  });

  it('sync reads the PBX and tells the counts', async () => {
    const { code, output } = await demarc('sync', 'head office');
    expect(output).toMatch(/Head office\W+Successful\W+50 read, 0 added/);
    expect(code).toBe(0);
    const json = await demarc('sync', '--json');
    expect(JSON.parse(json.last)).toMatchObject({ runs: [{ name: 'Head office', run: { outcome: 'Successful' } }] });
  });

  it('sync of a PBX that is not there says so and exits 1', async () => {
    expect(await demarc('sync', 'nobody')).toMatchObject({ code: 1, output: expect.stringMatching(/\w/) });
  });

  it('check finds no error on a gateway that works', async () => {
    const { code, last, output } = await demarc('check', '--json');
    const { checks } = JSON.parse(last) as { checks: { id: string; status: string }[] };
    expect(checks.filter(({ status }) => status === 'error')).toEqual([]);
    expect(checks.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['cloud.tls', 'cloud.clock', 'identity.certificate']),
    );
    expect(`${code} ${code === 0 ? '' : output}`).toBe('0 ');
  });

  it('check exits 1 and names the cause when the cloud is gone', async () => {
    await site.connector.stop();
    const { code, output } = await demarc('check');
    await site.connector.start();
    expect(code).toBe(1);
    expect(output).toMatch(/ERROR[^]*Next step/i);
  });

  it('logs shows the latest lines, filtered, and never the password', async () => {
    const { code, output } = await demarc('logs', '--text', 'sync run ended', '--json');
    expect(code).toBe(0);
    const lines = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string });
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.every(({ msg }) => msg === 'sync run ended')).toBe(true);
    const all = await demarc('logs', '--lines', '5000');
    expect(all.output).not.toContain(site.lab.mivoice5000.password);
  });
});
