/** `demarc`: the command line of the gateway. Everything it does goes through the daemon's local API. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { daemonSettings } from '#config/daemon-settings.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import { AnswerError, LocalApi } from './client.ts';
import type { ConnectOptions } from './connect.ts';
import type { LogOptions } from './logs.ts';
import type { NetworkSetOptions } from './network.ts';
import type { Output } from './output.ts';
import type { TrunkAccessOptions } from './trunk-access.ts';
import { addTunnelCommands } from './tunnels.ts';
import { addUpdateCommands } from './update-commands.ts';

/** What the program is run with; handed in by tests. */
export interface CliOptions {
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  write(text: string): void;
  writeError(text: string): void;
  interactive: boolean;
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

function lineCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 5000) throw new InvalidArgumentError('must be from 1 to 5000.');
  return count;
}

/** A time as people type it: with a zone, or in that of this machine. */
function instantOf(text: string): string {
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  if (Number.isNaN(at)) throw new InvalidArgumentError('must be a time such as 2026-01-31T08:00.');
  return new Date(at).toISOString();
}

/** Runs the command and gives its exit code: 0 ok, 1 failed, 2 wrong usage. */
export async function runCli(options: CliOptions): Promise<number> {
  const { env, interactive } = options;
  let code = 0;
  let json = options.args.includes('--json');
  const output = (): Output => ({
    json,
    interactive,
    write: (text) => options.write(text),
    writeError: (text) => options.writeError(text),
  });
  const act = async (work: (api: LocalApi, out: Output) => Promise<number>, flags: { json?: boolean }) => {
    json = flags.json ?? false;
    code = await work(await LocalApi.find(daemonSettings(env).stateFolder), output());
  };
  const program = define(act);
  try {
    await program.parseAsync([...options.args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const text = error instanceof AnswerError ? error.text : toDemarcError(error).toText();
    if (json) options.write(`${JSON.stringify({ error: text })}\n`);
    else options.writeError(`${text.message}. ${text.nextStep}\n`);
    return 1;
  }

  function define(act_: typeof act): Command {
    const root = new Command('demarc')
      .description('The gateway on this machine: its state, its self-test, its PBXs and its log.')
      .exitOverride()
      .showHelpAfterError('(--help shows the commands and options)')
      .configureOutput({ writeOut: (text) => options.write(text), writeErr: (text) => options.writeError(text) })
      .addHelpText(
        'after',
        '\nThe daemon is found by its state folder: DEMARC_DAEMON_STATE (./daemon-state).\nExit codes: 0 ok, 1 failed, 2 wrong usage.',
      );
    const command = (name: string, description: string) =>
      root
        .command(name)
        .description(description)
        .option('--json', 'print JSON for programs')
        .copyInheritedSettings(root);
    command('status', 'how the gateway is').action((flags: { json?: boolean }) =>
      act_(async (api, out) => (await import('./status.ts')).status(api, out, Date.now()), flags),
    );
    command('check', 'run the self-test; errors make exit code 1').action((flags: { json?: boolean }) =>
      act_(async (api, out) => (await import('./check.ts')).check(api, out), flags),
    );
    command('discover', 'look for telephone systems on the network')
      .option('--cidr <range...>', 'ranges such as 192.168.10.0/24 instead of the gateway’s own networks')
      .option('--port <service=number...>', 'a port that this site uses instead of the usual one, such as https=8443')
      .option('--community <name>', 'SNMP v2c read community; without it no SNMP is sent')
      .action((flags: { json?: boolean; cidr?: string[]; community?: string; port?: string[] }) =>
        act_(async (api, out) => (await import('./discover.ts')).discover(api, out, flags), flags),
      );
    command('sync', 'read a PBX now, or all of them')
      .argument('[pbx]', 'name or id')
      .action((pbx: string | undefined, flags: { json?: boolean }) =>
        act_(async (api, out) => (await import('./sync.ts')).sync(api, out, pbx), flags),
      );
    command('trunk-access', 'password and certificates of a SIP trunk; they stay on this machine')
      .argument('[trunk]', 'name or id; without one they are listed')
      .option('--password', 'read the password from standard input')
      .option('--ca <file>', 'PEM file of the authorities of the peer')
      .option('--certificate <file>', 'PEM file of the client certificate, with its chain')
      .option('--key <file>', 'PEM file of its key')
      .action((trunk: string | undefined, flags: { json?: boolean } & TrunkAccessOptions) =>
        act_(async (api, out) => (await import('./trunk-access.ts')).trunkAccess(api, out, trunk, flags), flags),
      );
    command('setup-secret', 'what the set-up in a browser asks for first')
      .option('--new', 'make a new one, for one sign-in within the hour')
      .action(async (flags: { json?: boolean; new?: boolean }) => {
        json = flags.json ?? false;
        const { setupSecret } = await import('./setup-secret.ts');
        code = await setupSecret(daemonSettings(env).stateFolder, output(), { renew: flags.new ?? false });
      });
    command('link', 'connect this gateway to a cloud account and wait until that is confirmed')
      .option('--cloud <url>', 'address of the cloud, https://...')
      .option('--ca <file>', 'PEM file of the CA that signed the cloud’s certificate')
      .option('--token <token>', 'provisioning token, in place of a person’s confirmation')
      .action((flags: { json?: boolean; cloud?: string; ca?: string; token?: string }) =>
        act_(async (api, out) => (await import('./link.ts')).link(api, out, flags), flags),
      );
    const network = command('network', 'the address of this gateway’s network port');
    const part = (name: string, description: string) =>
      network
        .command(name)
        .description(description)
        .option('--json', 'print JSON for programs')
        .copyInheritedSettings(root);
    part('show', 'the ports and their settings').action((flags: { json?: boolean }) =>
      act_(async (api, out) => (await import('./network.ts')).showNetwork(api, out), flags),
    );
    part('set', 'change a port; taken back by itself unless it is confirmed')
      .argument('<port>', 'such as eth0')
      .option('--dhcp', 'get the address by DHCP')
      .option('--address <address>', 'with its prefix, such as 192.0.2.10/24')
      .option('--gateway <address>', 'the router')
      .option('--dns <address...>', 'name servers')
      .action((port: string, flags: { json?: boolean } & NetworkSetOptions) =>
        act_(async (api, out) => (await import('./network.ts')).setNetwork(api, out, port, flags), flags),
      );
    part('confirm', 'keep the changed settings; goes through the new address').action((flags: { json?: boolean }) =>
      act_(async (api, out) => (await import('./network.ts')).confirmNetwork(api, out), flags),
    );
    command('reset', 'back to factory default: settings, passwords, identity and logs go')
      .option('--confirm <word>', 'the word revert, instead of being asked for it')
      .action((flags: { json?: boolean; confirm?: string }) =>
        act_(async (api, out) => (await import('./reset.ts')).reset(api, out, flags), flags),
      );
    command('release', 'leave the cloud account; the PBXs stay configured').action((flags: { json?: boolean }) =>
      act_(async (api, out) => (await import('./reset.ts')).release(api, out), flags),
    );
    addUpdateCommands(command('update', 'updates of this gateway: how it stands with them'), act_, () =>
      LocalApi.find(daemonSettings(env).stateFolder),
    );
    addTunnelCommands(command('tunnels', 'remote access: what may be launched, and who is in'), act_);
    command(
      'connect',
      'a port of this machine that leads to a system at a site, for ssh and the like; needs no gateway here',
    )
      .argument('<gateway>', 'its name or id in the cloud')
      .argument('<tunnel>', 'id of the tunnel, or shell where there is one only')
      .requiredOption('--cloud <url>', 'address of the cloud, https://...')
      .option(
        '--email <address>',
        'who signs in; the password is in DEMARC_PASSWORD; not with a token in DEMARC_API_TOKEN',
      )
      .option('--listen <address>', 'where to listen', '127.0.0.1:0')
      .option('--ca <file>', 'PEM file of the CA that signed the cloud’s certificate')
      .option('--reason <text>', 'why, for the customer')
      .action(
        async (
          gateway: string,
          tunnel: string,
          flags: Omit<ConnectOptions, 'gateway' | 'tunnel' | 'password' | 'token'> & { json?: boolean },
        ) => {
          json = flags.json ?? false;
          const { connect } = await import('./connect.ts');
          const ended = new AbortController();
          process.once('SIGINT', () => ended.abort());
          process.once('SIGTERM', () => ended.abort());
          const password = env['DEMARC_PASSWORD'] ?? '';
          const token = env['DEMARC_API_TOKEN'] ?? '';
          code = await connect({ ...flags, gateway, tunnel, password, token }, output(), ended.signal);
        },
      );
    command('logs', 'the latest lines of the daemon’s log')
      .option('--lines <n>', 'how many', lineCount, 50)
      .addOption(new Option('--level <level>', 'this level and above').choices(LEVELS))
      .option('--text <text>', 'only lines that contain this')
      .option('--from <time>', 'not older, such as 2026-01-31T08:00 in this machine’s time', instantOf)
      .option('--to <time>', 'not newer', instantOf)
      .option('--follow', 'go on with what is written from now on')
      .action((flags: { json?: boolean } & LogOptions) =>
        act_(async (api, out) => (await import('./logs.ts')).logs(api, out, flags), flags),
      );
    command('bundle', 'everything that support needs, in one file without secrets')
      .option('--out <file>', 'where to, instead of a name of its own in this folder')
      .action((flags: { json?: boolean; out?: string }) =>
        act_(async (api, out) => (await import('./bundle.ts')).bundle(api, out, flags), flags),
      );
    return root;
  }
}
