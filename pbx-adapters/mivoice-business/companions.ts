/** The border gateway and the MiCollab beside a MiVoice Business (ONB-22, ONB-24), as far as they tell of themselves. */
import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { type Clock, instant } from '#config/clock.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import type { ApplicationReport, TextFact } from '#contract/sections.ts';
import { lookAtPage } from '#pbx-adapters/channels/http/look-at-page.ts';
import type { ProbeSteps } from '#pbx-adapters/probe-steps.ts';
import type { MiVoiceBusinessConnection } from './connection.ts';

export const PLAN_OF_COMPANIONS = [
  { id: 'border-gateway', title: 'Look at the border gateway' },
  { id: 'micollab', title: 'Look at MiCollab' },
] as const;

const OPTIONS_MS = 2000;
const BANNER = /^Mitel Border GW\/(\S{1,64})$/;
/** No public interface of either takes a password from others; what is not used must be said. */
const KEPT = 'its password is kept and not used: no interface that takes it is public';

/** The steps of the probe for both. Users come without them, so a fault is a warning. */
export async function probeCompanions(
  steps: ProbeSteps,
  connection: MiVoiceBusinessConnection,
  signal: AbortSignal,
): Promise<void> {
  const { mbgHost, mbgSipPort, mbgPort, mbgPassword, micollabHost, micollabPort, micollabPassword } = connection;
  if (mbgHost === undefined) steps.skip('border-gateway', 'Not set up.');
  else {
    await steps.optional('border-gateway', async () => {
      const banner = await bannerOf(mbgHost, mbgSipPort, signal);
      const page = await lookAtPage(mbgHost, mbgPort, signal).catch((thrown: unknown) => toDemarcError(thrown));
      if (banner === undefined && page instanceof DemarcError) throw page;
      const parts = [
        banner === undefined ? 'No answer by SIP' : banner === '' ? 'Answers by SIP' : `Answers by SIP as “${banner}”`,
        page instanceof DemarcError ? page.message : page.detail,
        mbgPassword && KEPT,
      ];
      return { value: true, detail: listOf(parts) };
    });
  }
  if (micollabHost === undefined) steps.skip('micollab', 'Not set up.');
  else {
    await steps.optional('micollab', async () => {
      const outside = (await addressesOf(micollabHost)).filter((address) => !isOfLan(address));
      const { detail } = await lookAtPage(micollabHost, micollabPort, signal);
      const warning = `Let the name lead to the address of MiCollab on the local network; here it leads to ${outside.join(', ')}.`;
      return {
        value: true,
        detail: listOf([detail, micollabPassword && KEPT]),
        ...(outside.length > 0 ? { warning } : {}),
      };
    });
  }
}

const listOf = (parts: readonly (string | undefined)[]): string =>
  `${parts
    .filter((part) => part !== undefined && part !== '')
    .map((part) => part?.replace(/\.$/, ''))
    .join('; ')}.`;

/** Both as applications. The version of a border gateway is that of its SIP part, which counts for itself. */
export async function companionInventory(
  connection: MiVoiceBusinessConnection,
  clock: Clock,
  signal: AbortSignal,
): Promise<ApplicationReport[]> {
  const { mbgHost, mbgSipPort, micollabHost } = connection;
  const found: ApplicationReport[] = [];
  if (mbgHost !== undefined) {
    const version = BANNER.exec((await bannerOf(mbgHost, mbgSipPort, signal)) ?? '')?.[1];
    found.push(
      application(
        mbgHost,
        'mitel-border-gateway',
        version === undefined
          ? unknown('Its SIP part tells no version.')
          : { value: version, source: 'SIP banner', at: instant(clock), stale: false },
      ),
    );
  }
  if (micollabHost !== undefined) {
    found.push(
      application(micollabHost, 'micollab', unknown('MiCollab tells its version to nobody without a log-in.')),
    );
  }
  return found;
}

/** What it calls itself in SIP, empty where it names nothing; undefined without an answer. */
async function bannerOf(host: string, port: number, signal: AbortSignal): Promise<string | undefined> {
  const [address] = await addressesOf(host).catch(() => []);
  if (address === undefined) return undefined;
  // Loaded at the first question: most gateways ask no border gateway, and the SIP stack is large.
  const { probeOptions } = await import('#sip-trunks/client/options-probe.ts');
  const answer = await probeOptions({
    target: { transport: 'udp', address, port },
    limitMs: OPTIONS_MS,
    signal,
    newToken: () => randomBytes(12).toString('hex'),
  });
  return answer.answered ? (answer.server ?? answer.userAgent ?? '').slice(0, 200) : undefined;
}

/** @throws DemarcError `pbx.unknown-host` */
async function addressesOf(host: string): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    throw new DemarcError('pbx.unknown-host', host, { cause: error });
  }
}

const LAN = new BlockList();
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
] as const) {
  LAN.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['fc00::', 7],
  ['fe80::', 10],
] as const) {
  LAN.addSubnet(network, prefix, 'ipv6');
}
LAN.addAddress('::1', 'ipv6');

const isOfLan = (address: string): boolean => LAN.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

const application = (host: string, type: ApplicationReport['type'], version: TextFact): ApplicationReport => ({
  id: `${type}:${host}`.slice(0, 128),
  platform: null,
  type,
  address: host.slice(0, 512),
  version,
  licence: null,
  // The tunnels of the PBX lead to the PBX, not here.
  hasPortal: false,
});

const unknown = (problem: string): TextFact => ({ value: null, source: 'none', at: null, stale: false, problem });
