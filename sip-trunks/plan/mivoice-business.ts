import type { PlanStep, TrunkSettings } from '#contract/trunks.ts';
import { chosen, digitsOf, field, type PlanInput, protocolName, step } from './build.ts';

/** Longest label of a SIP Peer Profile. */
const MAX_LABEL = 9;

/** The profile's label: what is left of the trunk's name in nine characters. */
export const profileLabel = (name: string): string =>
  name.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, MAX_LABEL) || 'Demarc';

/** The forms of a MiVoice Business in the order in which each finds what it refers to (VAS-7, MVB-14, MVB-15). */
export function mivoiceBusinessSteps({ trunk, secondary }: PlanInput): PlanStep[] {
  const { farEnd, inPbx, pilotNumber } = trunk;
  const label = profileLabel(trunk.name);
  const viaGateway = farEnd.kind === 'border-gateway';
  return [
    step({
      id: 'network-element',
      title: 'Make the far end a network element',
      where: 'Network Elements',
      importable: true,
      fields: [
        field('Name', label, 'Commands for this trunk go by this name; capital letters count'),
        field('Type', 'Other', 'The far end is not a Mitel call controller'),
        field('FQDN or IP Address', farEnd.host, 'The far end'),
        field('Data Sharing', 'NO', 'Nothing is shared with it'),
        field('Local', 'False', 'It is another machine'),
        field('SIP Peer Transport', protocolName(farEnd.transport), 'What the far end listens to'),
        field('SIP Peer Port', farEnd.port, 'The far end’s port'),
        field('SIP Peer Status', 'Auto-Detect/Normal', 'The PBX watches the far end by itself'),
      ],
    }),
    ...(viaGateway
      ? [
          step({
            id: 'outbound-proxy',
            title: 'Make the border gateway the way out',
            where: 'Network Elements',
            importable: true,
            fields: [
              field('Name', `${label.slice(0, MAX_LABEL - 1)}P`, 'The border gateway as outbound proxy'),
              field('Type', 'Outbound Proxy', 'Calls leave through it'),
              field('FQDN or IP Address', farEnd.host, 'The border gateway’s inner address'),
              field('Outbound Proxy Transport Type', protocolName(farEnd.transport), 'As above'),
              field('Outbound Proxy Port', farEnd.port, 'As above'),
            ],
          }),
        ]
      : []),
    step({
      id: 'class-of-service',
      title: 'Check the class of service of the trunk',
      where: 'Class of Service Options',
      fields: [
        field('Class of Service', '', 'One that is used by trunks only', 'site'),
        field('Public Network Access via DPNSS', 'Yes', 'Calls between trunks are refused otherwise', 'check'),
      ],
    }),
    step({
      id: 'trunk-attributes',
      title: 'Describe the trunk service',
      where: 'Trunk Attributes',
      importable: true,
      fields: [
        chosen('Trunk Service Number', inPbx.route, 'Any number that is not in use'),
        field('Class of Service', '', 'The one of the step before', 'site'),
        field('Direct Inward Dialing Service', 'Yes', 'Calls come with the dialled number', 'check'),
        field(
          'Dial In Trunks Incoming Digit Modification - Absorb',
          trunk.numbers.toPbx.strip,
          'Digits that are taken off calls to the PBX',
        ),
        field(
          'Dial In Trunks Incoming Digit Modification - Insert',
          trunk.numbers.toPbx.prepend,
          'Digits that are put before them',
        ),
        field('Trunk Label', trunk.name.slice(0, 20), 'Shown on telephones', 'check'),
      ],
    }),
    peerProfile(trunk, label, viaGateway),
    step({
      id: 'ars-route',
      title: 'Make a route to the profile',
      where: 'ARS Routes',
      importable: true,
      fields: [
        chosen('Route Number', inPbx.route, 'Any number that is not in use'),
        field('Routing Medium', 'SIP Trunk', 'The trunk is SIP'),
        field('SIP Peer Profile', label, 'Made in the step before'),
        field('COR Group Number', '', 'Who may not call this way', 'site'),
        field('Digit Modification Number', '', 'Absorbs the access code: see the digits dialed', 'site'),
      ],
    }),
    step({
      id: 'ars-digits',
      title: 'Send the dialled digits to the route',
      where: 'ARS Digits Dialed',
      importable: true,
      fields: [
        pilotNumber === null
          ? chosen('Digits Dialed', inPbx.accessCode, 'What people dial to reach the far end')
          : field(
              'Digits Dialed',
              `${inPbx.accessCode ?? ''}${digitsOf(pilotNumber)}`,
              `Reaches ${pilotNumber}`,
              'check',
            ),
        field(
          'Number of Digits to Follow',
          pilotNumber === null ? 'Unknown' : 0,
          pilotNumber === null ? 'Any number may follow' : 'The number is complete',
        ),
        field('Termination Type', 'Route', 'Goes to one route'),
        chosen('Termination Number', inPbx.route, 'The route of the step before'),
      ],
    }),
    ...(viaGateway ? borderGateway(trunk, secondary) : []),
  ];
}

function peerProfile(trunk: TrunkSettings, label: string, viaGateway: boolean): PlanStep {
  const { authentication, supervision, inPbx } = trunk;
  const plus = trunk.numbers.toFarEnd.form === 'plus';
  return step({
    id: 'sip-peer-profile',
    title: 'Make the SIP peer profile',
    where: 'SIP Peer Profile',
    fields: [
      field('SIP Peer Profile Label', label, `At most ${MAX_LABEL} characters`),
      field('Network Element', label, 'Made in the first step'),
      field(
        'Maximum Simultaneous Calls',
        trunk.channels,
        'As many calls as the trunk is to carry; each needs a SIP trunk licence',
      ),
      ...(viaGateway
        ? [field('Outbound Proxy Server', `${label.slice(0, MAX_LABEL - 1)}P`, 'The border gateway')]
        : []),
      chosen('Trunk Service', inPbx.route, 'The trunk service number'),
      ...(authentication.kind === 'digest'
        ? [
            field('User Name', authentication.user, 'As agreed with the far end'),
            field('Password', '', 'As agreed with the far end; Demarc does not print it', 'site'),
            ...(authentication.register
              ? [field('Registration User Name', authentication.user, 'The PBX registers with the far end')]
              : []),
          ]
        : []),
      field('Authentication Option for Incoming Calls', 'No Authentication', 'The far end is known by its address'),
      field(
        "Enable sending '+' for E.164 numbers",
        plus ? 'Yes' : 'No',
        plus ? 'The far end wants international numbers with a plus' : 'The far end wants numbers without a plus',
      ),
      field('Use P-Asserted-Identity Header', 'Yes', 'The caller’s number is told there', 'check'),
      field("If TLS use 'sips:' Scheme", 'No', 'The far end expects sip: addresses over TLS', 'check'),
      field('Disable Use of User-Agent and Server Headers', 'No', 'Demarc and support see the release then'),
      field(
        'Keep-Alive (OPTIONS) Period',
        Math.max(supervision.everySeconds, 30),
        'Seconds between two looks at the far end',
        'check',
      ),
    ],
  });
}

/** The other half: without it the first half is a trunk to nowhere (MVB-15). */
function borderGateway(trunk: TrunkSettings, secondary: PlanInput['secondary']): PlanStep[] {
  return [
    step({
      id: 'border-icp',
      title: 'Let the border gateway know the PBX',
      side: 'border-gateway',
      where: 'ICPs',
      fields: [
        field('Hostname or IP address', trunk.host, 'The PBX'),
        field('Type', 'MiVoice Business', 'The family of the PBX'),
        ...(secondary
          ? [field('Hostname or IP address (second ICP)', secondary.host, 'The second PBX of the pair')]
          : []),
      ],
    }),
    step({
      id: 'border-trunk',
      title: 'Make the trunk from the border gateway to the cloud',
      side: 'border-gateway',
      where: 'SIP trunks',
      fields: [
        field('Enabled', 'Yes', 'Puts it into service'),
        field('Name', trunk.name, 'So that it is found again'),
        field('Remote trunk endpoint address', '', 'The address of the cloud platform, from its set-up page', 'site'),
        field('Port', trunk.farEnd.transport === 'tls' ? 5061 : 5060, 'The usual port of the transport', 'check'),
        field('Transport protocol', protocolName(trunk.farEnd.transport), 'TLS trunks need release 11 or later'),
        field('Options keepalives', 'Always', 'The border gateway watches the cloud by itself'),
        field('Interval', trunk.supervision.everySeconds, 'Seconds between two looks', 'check'),
      ],
      note: 'Only listed addresses are trusted: a far end with several addresses needs one entry for each.',
    }),
    step({
      id: 'border-rule',
      title: 'Route calls of the cloud to the PBX',
      side: 'border-gateway',
      where: 'SIP trunks > Routing rules',
      fields: [
        field('Match', 'Request URI', 'The number that is called'),
        trunk.pilotNumber === null
          ? field('Rule', '', 'The numbers of this PBX', 'site')
          : field('Rule', digitsOf(trunk.pilotNumber), 'The pilot number; add the other numbers of this PBX', 'check'),
        field('Primary ICP', trunk.host, 'The PBX'),
        ...(secondary ? [field('Secondary ICP', secondary.host, 'Takes over when the first does not answer')] : []),
      ],
    }),
  ];
}

/** What is wrong with these settings for this family. */
export function mivoiceBusinessWarnings({ trunk, pbx }: PlanInput): string[] {
  const warnings: string[] = [];
  if (trunk.farEnd.kind === 'border-gateway' && trunk.farEnd.transport === 'tls') {
    warnings.push('A border gateway of release 10 or older has no TLS on trunks: use UDP or TCP there, or update it.');
  }
  if (pbx.name !== '' && trunk.secondaryPbx === null && trunk.farEnd.kind === 'border-gateway') {
    warnings.push('With one PBX only, calls of the cloud fail while it restarts; a second one can be chosen.');
  }
  return warnings;
}
