/** `npm run demo`: connector, gateway daemon and lab on loopback, from enrolment to the first users on the screen. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { StopList } from '#config/stop.ts';
import type { ApiClient } from '#test/support/api-client.ts';
import { ConnectorProcess, DaemonProcess, enrol, firstAccount, runsOf } from '#test/support/stack.ts';
import { type DemoLab, startDemoLab } from './lab.ts';
import { findPbxs } from './search.ts';
import { summarize } from './summary.ts';
import { addTrunks, startFarEnd, trunkLines } from './trunks.ts';
import { openTunnel } from './tunnels.ts';
import { completeSetup } from './wizard.ts';

interface Options {
  once: boolean;
  portBase: number;
  data?: string;
  users: number;
}

/** What the demo needs to go on with a data folder that it used before. */
interface Remembered {
  email: string;
  password: string;
  account: string;
  gateway: string;
  pbxs: string[];
  /** Of the gateway's own pages; not there in the data of an older demo. */
  gatewayPassword?: string;
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const whole =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`must be a whole number from ${least} to ${most}`);
    }
    return value;
  };

function readOptions(): Options {
  return new Command('demo')
    .description('Runs a connector, a gateway daemon and a lab on loopback.')
    .option('--once', 'stop when the first sync of every PBX is visible; the last line is JSON', false)
    .option(
      '--port-base <N>',
      'connector port; the gateway takes N + 1000, the lab N + 2000 on',
      whole(1024, 60_000),
      8443,
    )
    .option('--data <DIR>', 'keep the data in this folder, to go on with later')
    .option('--users <N>', 'people per PBX', whole(1, 100_000), 2500)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse()
    .opts<Options>();
}

function buildConsole(): void {
  if (existsSync('dist/console/index.html') && existsSync('dist/wizard/index.html')) return;
  say('Building the console ...');
  const build = spawnSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (build.status !== 0) throw new Error('the console could not be built; run `npm run build` to see why');
}

/** First start: an admin, an account, a claimed gateway and the PBXs that it finds. */
async function setUp(connector: ConnectorProcess, daemon: DaemonProcess, lab: DemoLab, farPort: number) {
  const email = 'admin@demo.example';
  const password = randomBytes(12).toString('base64url');
  const { api, account } = await firstAccount(connector, { email, password });
  say('Enrolling the gateway with its claim code ...');
  const gateway = await enrol(daemon, connector, api, account.id);
  const pbxs: string[] = [];
  for (const pbx of await findPbxs(daemon, lab, say)) {
    const { type, name, connection } = pbx;
    say(`Connecting ${name} ...`);
    const { id } = await daemon.call<{ id: string }>('POST', '/api/pbxs', { type, name, connection });
    pbxs.push(id);
    if (await openTunnel(daemon, lab, pbx, id))
      say(`  its admin page can be launched from the gateway’s page in the console`);
  }
  say('Entering a SIP trunk for each ...');
  await addTrunks(api, account.id, lab, pbxs, farPort);
  return { api, remembered: { email, password, account: account.id, gateway, pbxs } satisfies Remembered };
}

async function goOn(connector: ConnectorProcess, text: string): Promise<{ api: ApiClient; remembered: Remembered }> {
  const remembered = JSON.parse(text) as Remembered;
  const api = await connector.client();
  await api.signIn(remembered.email, remembered.password);
  return { api, remembered };
}

async function demo(options: Options, stops: StopList): Promise<boolean> {
  const started = Date.now();
  buildConsole();
  const data = options.data === undefined ? await mkdtemp(join(tmpdir(), 'demarc-demo-')) : resolve(options.data);
  if (options.data === undefined) stops.add('data folder', () => rm(data, { recursive: true, force: true }));
  await mkdir(data, { recursive: true });

  const lab = await startDemoLab({
    folder: join(data, 'lab'),
    users: options.users,
    portBase: options.portBase + 2000,
  });
  stops.add('lab', () => lab.stop());
  const farEnd = await startFarEnd(options.portBase + 2020);
  stops.add('far end', async () => {
    await farEnd[Symbol.asyncDispose]();
  });
  const connector = new ConnectorProcess({ data: join(data, 'connector'), port: options.portBase });
  stops.add('connector', () => connector.stop());
  const daemon = new DaemonProcess({ state: join(data, 'daemon'), port: options.portBase + 1000 });
  stops.add('daemon', () => daemon.stop());
  say('Starting the connector and the gateway daemon ...');
  await Promise.all([connector.start(), daemon.start()]);

  const memory = join(data, 'demo.json');
  const isFirst = !existsSync(memory);
  const { api, remembered }: { api: ApiClient; remembered: Remembered } = isFirst
    ? await setUp(connector, daemon, lab, farEnd.port)
    : await goOn(connector, await readFile(memory, 'utf8'));
  await writeFile(memory, JSON.stringify(remembered), { mode: 0o600 });

  say('Waiting for the first sync of every PBX ...');
  const runs = await runsOf(api, remembered.account, remembered.pbxs);
  if (isFirst) {
    remembered.gatewayPassword = await completeSetup(daemon);
    await writeFile(memory, JSON.stringify(remembered), { mode: 0o600 });
  }
  const summary = await summarize(api, remembered.account, runs, started);
  for (const { name, type, users, irregularities } of summary.pbxs) {
    say(`  ${name} (${type}): ${users} users, ${irregularities} irregularities`);
  }
  say(`SIP trunks, to ${farEnd.what}:`);
  for (const line of await trunkLines(api, remembered.account)) say(line);
  const { link } = await api.post<{ link: string }>('/api/v1/auth/sign-in-links');
  say('');
  say(`Console   ${connector.url}`);
  say(
    `Gateway   ${daemon.url} (password ${remembered.gatewayPassword ?? 'as `demarc setup-secret --new` lets you set'};`,
  );
  say(`          its command line: DEMARC_DAEMON_STATE=${daemon.state} npx demarc status)`);
  say(`Sign in   ${link}`);
  say('          (works once; the browser will ask about the certificate, which the demo made itself)');
  say('Launch    beside each PBX on the gateway’s page in the console; the admin pages of the lab take');
  say('          installer and lab-password');
  if (options.once) say(JSON.stringify(summary));
  return summary.ok;
}

const options = readOptions();
const stops = new StopList();
const interrupted = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
});
try {
  const ok = await Promise.race([demo(options, stops), interrupted.then(() => undefined)]);
  if (ok !== undefined && !options.once) {
    say('\nCtrl-C stops everything.');
    await interrupted;
  }
  process.exitCode = ok === false ? 1 : 0;
} catch (error) {
  process.exitCode = 1;
  process.stderr.write(`The demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  if (options.once)
    say(JSON.stringify({ ok: false, gateways: 0, pbxs: [], platforms: 0, applications: 0, trunks: 0, seconds: 0 }));
} finally {
  await stops.stop();
}
process.exit();
