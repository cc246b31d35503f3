/**
 * What evidence speaks for, as one table. The weights follow how sure each fact is: `sure` was read in a real system's
 * answer, `likely` in one source or of older releases, `hint` is shared with other products. No rule is certain alone.
 */
import type { CandidateKind } from '#contract/discovery.ts';
import type { Evidence, SipEvidence, SnmpEvidence, WebEvidence } from './evidence.ts';
import { parseSysDescr } from './sys-descr.ts';

const WEIGHTS = { sure: 0.8, likely: 0.5, port: 0.35, hint: 0.2, trace: 0.15 } as const;

/** What a rule reads besides the kind. */
interface Read {
  version?: string | undefined;
  release?: string | undefined;
  /** A name that says more than the kind's. */
  name?: string | undefined;
}

interface Rule {
  id: string;
  kind: CandidateKind;
  weight: keyof typeof WEIGHTS;
  /** Undefined when it does not fit. `all` is everything that is known of the machine. */
  match: (evidence: Evidence, all: readonly Evidence[]) => Read | undefined;
}

/** A rule that fits, with the evidence that it fits on. */
export interface Hit extends Read {
  rule: string;
  kind: CandidateKind;
  weight: number;
  evidence: Evidence;
}

const bannersOf = (sip: SipEvidence): string[] => [
  ...new Set([sip.userAgent, sip.server].filter((banner) => banner !== undefined)),
];

const MITEL_BANNERS = /^(?:Mitel|Aastra|MiVoice)\b/i;

/** A banner of the SIP answer; the first group of the pattern is the version. */
const banner =
  (pattern: RegExp): Rule['match'] =>
  (evidence) => {
    if (evidence.signal !== 'sip') return undefined;
    const banners = bannersOf(evidence);
    // Other SIP servers give themselves out as a 3300 so that Mitel telephones like them; their second banner tells.
    if (banners.some((text) => !MITEL_BANNERS.test(text))) return undefined;
    const found = banners.map((text) => pattern.exec(text)).find((match) => match !== null);
    return found ? { version: found.groups?.['version'], name: found.groups?.['name'] } : undefined;
  };

const toTag =
  (pattern: RegExp): Rule['match'] =>
  (evidence) =>
    evidence.signal === 'sip' && pattern.test(evidence.toTag ?? '') ? {} : undefined;

const port =
  (...ports: number[]): Rule['match'] =>
  (evidence) =>
    evidence.signal === 'tcp' && ports.includes(evidence.usual ?? evidence.port) ? {} : undefined;

const web =
  (test: (page: WebEvidence) => boolean): Rule['match'] =>
  (evidence) =>
    evidence.signal === 'web' && test(evidence) ? {} : undefined;

const greeting =
  (pattern: RegExp): Rule['match'] =>
  (evidence) =>
    evidence.signal === 'greeting' && pattern.test(evidence.text) ? {} : undefined;

const card =
  (...prefixes: string[]): Rule['match'] =>
  (evidence) =>
    evidence.signal === 'arp' && prefixes.some((prefix) => evidence.mac.startsWith(prefix)) ? {} : undefined;

const objectId =
  (pattern: RegExp): Rule['match'] =>
  (evidence) =>
    evidence.signal === 'snmp' && pattern.test(evidence.sysObjectId ?? '') ? softwareOf(evidence) : undefined;

const softwareOf = (snmp: SnmpEvidence): Read => {
  const fields = parseSysDescr(snmp.sysDescr);
  return { version: fields.get('VerSw'), release: fields.get('VerMCD') };
};

/** What a landing page, a certificate or an announcement calls itself: no source tells the real wording, so a hint. */
const selfName =
  (pattern: RegExp): Rule['match'] =>
  (evidence) => {
    if (evidence.signal === 'web') return pattern.test(evidence.title ?? '') ? {} : undefined;
    if (evidence.signal === 'certificate') return pattern.test(evidence.subject) ? {} : undefined;
    return evidence.signal === 'mdns' && pattern.test(evidence.instance) ? {} : undefined;
  };

const MITEL_MIB = /^1\.3\.6\.1\.4\.1\.1027\b/;

export const RULES: readonly Rule[] = [
  // MiVoice Business, earlier 3300 ICP and MCD
  {
    id: 'mivb-banner',
    kind: 'mivoice-business',
    weight: 'sure',
    match: banner(/^Mitel-3300-ICP\b(?:[ /](?<version>[\d.]+))?/i),
  },
  { id: 'mivb-to-tag', kind: 'mivoice-business', weight: 'likely', match: toTag(/^0_\d+-\d+$/) },
  {
    id: 'mivb-login-page',
    kind: 'mivoice-business',
    weight: 'sure',
    match: web(({ location = '' }) => /\/esm_loginMain\.htm/i.test(location)),
  },
  {
    id: 'mivb-object',
    kind: 'mivoice-business',
    weight: 'sure',
    match: objectId(/^1\.3\.6\.1\.4\.1\.1027\.1\.2\.3\b/),
  },
  {
    id: 'mivb-controller',
    kind: 'mivoice-business',
    weight: 'likely',
    match: objectId(/^1\.3\.6\.1\.4\.1\.1027\.1\.6\.[2-9]\b/),
  },
  {
    id: 'mivb-description',
    kind: 'mivoice-business',
    weight: 'sure',
    match: (evidence) => {
      if (evidence.signal !== 'snmp') return undefined;
      const fields = parseSysDescr(evidence.sysDescr);
      return fields.has('VerMCD') || fields.get('VerPl') === '3300 ICP' ? softwareOf(evidence) : undefined;
    },
  },
  {
    id: 'mivb-dhcp',
    kind: 'mivoice-business',
    weight: 'likely',
    match: (evidence) => (evidence.signal === 'dhcp' ? {} : undefined),
  },
  { id: 'mivb-smdr', kind: 'mivoice-business', weight: 'port', match: port(1752) },
  { id: 'mivb-minet', kind: 'mivoice-business', weight: 'trace', match: port(6800, 6801, 6802) },
  { id: 'mivb-ftp', kind: 'mivoice-business', weight: 'likely', match: greeting(/vxTarget FTP server/i) },
  { id: 'mivb-self-name', kind: 'mivoice-business', weight: 'hint', match: selfName(/MiVoice Business/i) },
  // MX-ONE
  { id: 'mxone-banner', kind: 'mx-one', weight: 'sure', match: banner(/^Aastra MX-ONE SN\/(?<version>[\w.-]+)/i) },
  {
    id: 'mxone-banner-like',
    kind: 'mx-one',
    weight: 'likely',
    match: banner(/^(?:Aastra|Mitel|MiVoice)[ -].*?MX-?ONE(?:[ -]SN)?(?:[ /](?<version>[\d][\w.-]*))?/i),
  },
  { id: 'mxone-csta', kind: 'mx-one', weight: 'port', match: port(8882, 8883) },
  { id: 'mxone-services', kind: 'mx-one', weight: 'port', match: port(22225, 22226, 22227, 22228) },
  { id: 'mxone-tr87', kind: 'mx-one', weight: 'trace', match: port(5062) },
  { id: 'mxone-self-name', kind: 'mx-one', weight: 'hint', match: selfName(/MX-ONE/i) },
  // MiVoice Office 400, earlier Aastra 400 and Ascotel IntelliGate
  { id: 'office400-ftp', kind: 'mivoice-office-400', weight: 'sure', match: greeting(/Ascotel FTP server/i) },
  {
    id: 'office400-realm',
    kind: 'mivoice-office-400',
    weight: 'sure',
    match: web(({ realm = '' }) => realm === 'Ascotel domain'),
  },
  { id: 'office400-banner', kind: 'mivoice-office-400', weight: 'likely', match: banner(/^Aastra 400\b/i) },
  { id: 'office400-csta', kind: 'mivoice-office-400', weight: 'port', match: port(7001) },
  { id: 'office400-self-name', kind: 'mivoice-office-400', weight: 'hint', match: selfName(/MiVoice Office 400/i) },
  // MiVoice 5000: nothing public says how it names itself, so that only a person can be sure
  {
    id: 'mivoice5000-banner',
    kind: 'mivoice-5000',
    weight: 'port',
    match: banner(/^(?:Mitel )?MiVoice 5000\b(?:\/(?<version>[\d.]+))?/i),
  },
  { id: 'mivoice5000-self-name', kind: 'mivoice-5000', weight: 'hint', match: selfName(/MiVoice 5000/i) },
  {
    id: 'mivoice5000-directory',
    kind: 'mivoice-5000',
    weight: 'trace',
    match: (evidence, all) =>
      evidence.signal === 'tcp' &&
      [389, 636].includes(evidence.usual ?? evidence.port) &&
      all.some((other) => other.signal === 'sip' && bannersOf(other).length === 0)
        ? {}
        : undefined,
  },
  // What must not be taken for one of the four
  {
    id: 'mbg-banner',
    kind: 'mitel-border-gateway',
    weight: 'sure',
    match: banner(/^Mitel Border GW\/(?<version>\S+)$/i),
  },
  { id: 'mbg-minet', kind: 'mitel-border-gateway', weight: 'trace', match: port(6800, 6801, 6802) },
  {
    id: 'micollab-portal',
    kind: 'micollab',
    weight: 'sure',
    match: web(({ marks }) => marks.includes('MiCollab End User Portal')),
  },
  {
    id: 'conferencing-banner',
    kind: 'mitel-conferencing',
    weight: 'sure',
    match: banner(/^Mitel-AWC\/(?<version>\S+)/i),
  },
  {
    id: 'phone-banner',
    kind: 'mitel-phone',
    weight: 'sure',
    match: banner(/^(?<name>Mitel-\S+?-SIP-Phone)\b(?: (?<version>[\d.]+\S*))?/i),
  },
  { id: 'phone-card', kind: 'mitel-phone', weight: 'hint', match: card('14:00:e9') },
  {
    id: 'dect-banner',
    kind: 'sip-dect-manager',
    weight: 'sure',
    match: banner(/^Mitel SIP-DECT\b(?: \(SW-Version=(?<version>[^)]+)\))?/i),
  },
  { id: '5000cp-to-tag', kind: 'mitel-5000-cp', weight: 'likely', match: toTag(/^Mitel-[\w. ]+_\d+-\d+$/) },
  { id: '5000cp-itp', kind: 'mitel-5000-cp', weight: 'port', match: port(5566) },
  { id: '5000cp-oai', kind: 'mitel-5000-cp', weight: 'trace', match: port(4000) },
  { id: '5000cp-card', kind: 'mitel-5000-cp', weight: 'hint', match: card('00:10:36') },
  {
    id: '3100-login-page',
    kind: 'mitel-3100',
    weight: 'sure',
    match: web(({ location = '' }) => /3100icp\/esm_loginMain\.asp/i.test(location)),
  },
  { id: '3100-object', kind: 'mitel-3100', weight: 'sure', match: objectId(/^1\.3\.6\.1\.4\.1\.1027\.1\.2\.4\b/) },
  // What says only a little
  {
    id: 'msl-issuer',
    kind: 'mitel-server',
    weight: 'likely',
    match: (evidence) =>
      evidence.signal === 'certificate' && /\bMitel Networks\b/i.test(evidence.issuer) ? {} : undefined,
  },
  {
    id: 'msl-object',
    kind: 'mitel-server',
    weight: 'sure',
    match: objectId(/^1\.3\.6\.1\.4\.1\.1027\.1\.6\.1(?:\.0)*$/),
  },
  { id: 'mitel-mib', kind: 'mitel-device', weight: 'likely', match: objectId(MITEL_MIB) },
  { id: 'aastra-mib', kind: 'mitel-device', weight: 'likely', match: objectId(/^1\.3\.6\.1\.4\.1\.11268\b/) },
  {
    id: 'mitel-card',
    kind: 'mitel-device',
    weight: 'hint',
    match: card('08:00:0f', '00:08:5d', '14:00:e9', '00:10:bc'),
  },
  {
    id: 'other-banner',
    kind: 'sip-device',
    weight: 'sure',
    match: (evidence) => {
      const foreign =
        evidence.signal === 'sip' ? bannersOf(evidence).find((text) => !MITEL_BANNERS.test(text)) : undefined;
      return foreign === undefined ? undefined : { name: foreign };
    },
  },
  {
    id: 'unknown-mitel-banner',
    kind: 'mitel-device',
    weight: 'port',
    match: (evidence) =>
      evidence.signal === 'sip' && bannersOf(evidence).some((text) => MITEL_BANNERS.test(text)) ? {} : undefined,
  },
  {
    id: 'no-banner',
    kind: 'unnamed-sip',
    weight: 'hint',
    match: (evidence) => (evidence.signal === 'sip' && bannersOf(evidence).length === 0 ? {} : undefined),
  },
];

/** Every rule that fits, once, on the first evidence that it fits on. */
export function hitsOf(all: readonly Evidence[]): Hit[] {
  return RULES.flatMap(({ id, kind, weight, match }) => {
    for (const evidence of all) {
      const read = match(evidence, all);
      if (read) return [{ rule: id, kind, weight: WEIGHTS[weight], evidence, ...read }];
    }
    return [];
  });
}
