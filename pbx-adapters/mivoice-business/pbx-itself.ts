/** What the PBX tells of itself, beside its form exports: administration page, SNMP, call records. */
import type { Clock } from '#config/clock.ts';
import { instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import type { ApplicationReport, TextFact } from '#contract/sections.ts';
import { lookAtPage } from '#pbx-adapters/channels/http/look-at-page.ts';
import { checkSmdr } from '#pbx-adapters/channels/smdr/reader.ts';
import { type MitelFacts, readMitel } from '#pbx-adapters/channels/snmp/mitel.ts';
import { SnmpSession } from '#pbx-adapters/channels/snmp/session.ts';
import { type SnmpAccess, snmpAccess } from '#pbx-adapters/channels/snmp/settings.ts';
import type { ProbeSteps } from '#pbx-adapters/probe-steps.ts';
import type { MiVoiceBusinessConnection } from './connection.ts';
import { givenBy } from './gives.ts';

export const PLAN_OF_PBX = [
  { id: 'page', title: 'Look at the administration page' },
  { id: 'snmp', title: 'Ask version, alarms and licences by SNMP' },
  { id: 'smdr', title: 'Open the stream of call records' },
] as const;

/** Products of the application table, by their OID. */
const CALL_SERVER = '1.3.6.1.4.1.1027.1.7.5';
const BORDER_GATEWAY = '1.3.6.1.4.1.1027.1.7.1';

/** The steps of the probe that ask the PBX. None of them is needed for users, so a fault is a warning. */
export async function probePbx(
  steps: ProbeSteps,
  connection: MiVoiceBusinessConnection,
  signal: AbortSignal,
): Promise<MitelFacts | undefined> {
  const { host, adminPort, smdr } = connection;
  const access = snmpAccess(connection);
  if (host === undefined) steps.skip('page', 'No host is set.');
  else await steps.optional('page', () => lookAtPage(host, adminPort, signal));
  if (!access) steps.skip('snmp', 'No community is set.');
  const facts =
    access &&
    (await steps.optional('snmp', async () => {
      const value = await ask(access, signal);
      return { value, detail: inWords(value) };
    }));
  if (host === undefined || !smdr) steps.skip('smdr', 'Not set up.');
  else {
    await steps.optional('smdr', async () => {
      await checkSmdr({ host, port: smdr.port }, signal);
      return { value: true, detail: `Port ${smdr.port} accepts. Records come as calls end.` };
    });
  }
  return facts;
}

/** The PBX and, where the agent lists one, its border gateway. Without SNMP the PBX stands there without a version. */
export async function pbxInventory(
  connection: MiVoiceBusinessConnection,
  { clock, log }: { clock: Clock; log: Log },
  signal: AbortSignal,
): Promise<ApplicationReport[]> {
  const access = snmpAccess(connection);
  if (!access) {
    const { host, folder, files } = connection;
    const where = host ?? folder ?? files?.[0] ?? '';
    const version = unknown(givenBy(connection).version.note ?? '');
    return [{ ...application(where, 'mivoice-business', version), hasPortal: host !== undefined }];
  }
  const told = await ask(access, signal).catch((thrown: unknown) => toDemarcError(thrown));
  if (told instanceof Error) {
    log.warn({ code: told.code, detail: told.detail }, 'the PBX did not tell its version by SNMP');
    return [application(access.host, 'mivoice-business', unknown(told.message))];
  }
  const at = instant(clock);
  const known = (value: string | undefined): TextFact =>
    value === undefined
      ? unknown('SNMP answers, but names no version of the PBX.')
      : { value, source: 'SNMP', at, stale: false };
  const named = told.systemName === undefined ? {} : { name: told.systemName };
  const gateway = told.applications.find(({ product }) => product === BORDER_GATEWAY);
  return [
    { ...application(access.host, 'mivoice-business', known(versionOf(told))), ...named },
    ...(gateway ? [application(access.host, 'mitel-border-gateway', known(gateway.version))] : []),
  ];
}

/**
 * Release and software number together, as far as told: they count differently. On a Linux server the description is
 * that of the server, and the PBX is one of its applications.
 */
export function versionOf(facts: MitelFacts): string | undefined {
  const { kind, release, software, applications } = facts;
  if (kind === 'msl') return applications.find(({ product }) => product === CALL_SERVER)?.version;
  return release !== undefined && software !== undefined ? `${release} (${software})` : (release ?? software);
}

async function ask(access: SnmpAccess, signal: AbortSignal): Promise<MitelFacts> {
  using session = await SnmpSession.open(access, signal);
  return await readMitel(session, signal);
}

function inWords(facts: MitelFacts): string {
  const { kind, alarm, licences, applications, description } = facts;
  if (kind === 'other' && facts.software === undefined)
    return `This is no Mitel system: ${description || 'no description'}.`;
  const parts = [
    `Version ${versionOf(facts) ?? 'not told'}`,
    alarm && `alarm level ${alarm}`,
    licences && `${licences.used} of ${licences.purchased} IP user licences used`,
    ...applications.slice(0, 10).map(({ name, product, version }) => `${name ?? product} ${version ?? ''}`.trim()),
  ];
  return `${parts.filter(Boolean).join('; ')}.`;
}

const application = (host: string, type: ApplicationReport['type'], version: TextFact): ApplicationReport => ({
  id: `${type}:${host}`.slice(0, 128),
  platform: null,
  type,
  address: host.slice(0, 512),
  version,
  licence: null,
  hasPortal: true,
});

const unknown = (problem: string): TextFact => ({
  value: null,
  source: 'none',
  at: null,
  stale: false,
  problem: problem.slice(0, 512),
});
