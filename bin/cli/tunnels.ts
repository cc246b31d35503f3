import type { Command } from 'commander';
import { z } from 'zod';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { TunnelsSection } from '#contract/tunnels.ts';
import type { LocalApi } from './client.ts';
import { ago, type Output, plain, table } from './output.ts';

/** The table with who is in. */
const Answer = TunnelsSection.extend({
  sessions: z.array(
    z.looseObject({
      session: z.string(),
      service: z.string(),
      who: z.string(),
      reason: z.string(),
      since: z.string(),
      open: z.number(),
      bytesUp: z.number(),
      bytesDown: z.number(),
    }),
  ),
});
type Answer = z.infer<typeof Answer>;

interface Flags {
  json?: boolean;
}
type Act = (work: (api: LocalApi, out: Output) => Promise<number>, flags: Flags) => Promise<void>;

interface SetFlags extends Flags {
  host?: string;
  port?: number;
  scheme?: string;
  oldTls?: boolean;
  cloud?: string;
}

/** `demarc tunnels ...`: remote access as the customer has it in hand (TUN-1 to TUN-10). */
export function addTunnelCommands(tunnels: Command, act: Act): void {
  const command = (name: string, description: string) =>
    tunnels
      .command(name)
      .description(description)
      .option('--json', 'print JSON for programs')
      .copyInheritedSettings(tunnels);
  const call =
    (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) =>
    async (api: LocalApi, out: Output) => {
      show(await api.call(Answer, { method, path, ...(body === undefined ? {} : { body }) }), out, Date.now());
      return 0;
    };
  const confirmed =
    (question: string, yes: boolean | undefined, path: string) => async (api: LocalApi, out: Output) => {
      if (yes !== true && !(await agreed(out, question))) {
        out.writeError('Nothing was changed.\n');
        return 1;
      }
      return await call('POST', path, { confirm: 'yes' })(api, out);
    };
  const id = (tunnel: string) => encodeURIComponent(tunnel);
  tunnels.action((flags: Flags) => act(call('GET', '/api/tunnels'), flags));
  command('start', 'let people of the cloud launch this system; all of them without a name')
    .argument('[tunnel]', 'its id')
    .option('--yes', 'instead of being asked')
    .action((tunnel: string | undefined, flags: Flags & { yes?: boolean }) => {
      const path = tunnel === undefined ? '/api/tunnels/start' : `/api/tunnels/${id(tunnel)}/start`;
      return act(confirmed('Let people of the cloud in to this system?', flags.yes, path), flags);
    });
  command('stop', 'end that, and whoever is in; all of them without a name')
    .argument('[tunnel]', 'its id')
    .action((tunnel: string | undefined, flags: Flags) =>
      act(call('POST', tunnel === undefined ? '/api/tunnels/stop' : `/api/tunnels/${id(tunnel)}/stop`, {}), flags),
    );
  command('set', 'where a system is, and whether the cloud may start its tunnel')
    .argument('<tunnel>', 'its id')
    .option('--host <host>', 'its name or address')
    .option('--port <number>', 'its port', Number)
    .option('--scheme <scheme>', 'http, https or tcp')
    .option('--old-tls', 'allow TLS 1.0 and 1.1 with this system')
    .option('--no-old-tls', 'allow them no more')
    .option('--cloud <yes|no>', 'whether the cloud may start and stop it')
    .action((tunnel: string, { host, port, scheme, oldTls, cloud, json }: SetFlags) => {
      const change = { host, port, scheme, oldTls, cloudMayStart: cloud === undefined ? undefined : cloud === 'yes' };
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      return act(call('PATCH', `/api/tunnels/${id(tunnel)}`, given), json === undefined ? {} : { json });
    });
  command('off', 'nobody gets in any more, whatever the cloud says; ends whoever is in').action((flags: Flags) =>
    act(call('POST', '/api/tunnels/off', {}), flags),
  );
  command('on', 'take that back')
    .option('--yes', 'instead of being asked')
    .action((flags: Flags & { yes?: boolean }) =>
      act(confirmed('Allow remote access again?', flags.yes, '/api/tunnels/on'), flags),
    );
  command('accept', 'trust the certificate that a system shows now')
    .argument('<tunnel>', 'its id')
    .argument('<fingerprint>', 'SHA-256 of the certificate, compared at the system itself')
    .action((tunnel: string, fingerprint: string, flags: Flags) => {
      const certificate = fingerprint.replaceAll(':', '').toLowerCase();
      return act(call('POST', `/api/tunnels/${id(tunnel)}/certificate`, { certificate }), flags);
    });
  command('end', 'end one session')
    .argument('<session>', 'its id')
    .action((session: string, flags: Flags) => act(call('DELETE', `/api/tunnel-sessions/${id(session)}`), flags));
}

function show(answer: Answer, out: Output, now: number): void {
  if (out.json) {
    out.write(`${JSON.stringify(answer)}\n`);
    return;
  }
  if (answer.off) out.write('Remote access is switched off. Next step to allow it again: demarc tunnels on\n\n');
  out.write(
    table([
      ['Component', 'Tunnel', 'Status', 'Cloud may start', 'Address', 'Id'],
      ...answer.tunnels.map((row) => [
        row.component,
        row.tunnel,
        row.status === 'started' ? 'started' : '',
        row.cloudMayStart ? 'yes' : 'no',
        row.authority || 'not known',
        row.id,
      ]),
    ]),
  );
  for (const { id, component, otherCertificate } of answer.tunnels) {
    if (otherCertificate === undefined) continue;
    out.write(
      `\n${plain(component)} shows another certificate than before: ${otherCertificate}\n` +
        `Next step: compare it at the system, then demarc tunnels accept ${id} <fingerprint>\n`,
    );
  }
  out.write(answer.sessions.length === 0 ? '\nNobody is in.\n' : '\n');
  for (const { session, who, service, since, reason, bytesUp, bytesDown } of answer.sessions) {
    const why = reason === '' ? '' : ` (${plain(reason)})`;
    const kib = Math.round((bytesUp + bytesDown) / 1024);
    out.write(
      `${plain(who)}${why} in ${service} since ${ago(since, now)}, ${kib} KiB; demarc tunnels end ${session}\n`,
    );
  }
}

/** @throws DemarcError `api.invalid` where nobody can be asked */
async function agreed(out: Output, message: string): Promise<boolean> {
  if (!out.interactive || out.json) throw new DemarcError('api.invalid', '--yes is missing');
  const { confirm } = await import('@clack/prompts');
  return (await confirm({ message })) === true;
}
