import type { PlanStep } from '#contract/trunks.ts';
import { chosen, digitsOf, field, type PlanInput, protocolName, step } from './build.ts';

/** The port that a MiVoice 5000 keeps for itself (VAS-4). */
const RESERVED_PORT = 5070;

/** Web Admin of a MiVoice 5000, menu by menu (VAS-4 to VAS-6). */
export function mivoice5000Steps({ trunk }: PlanInput): PlanStep[] {
  const { farEnd, authentication, inPbx, pilotNumber } = trunk;
  const group = 'the trunk group of this trunk';
  return [
    step({
      id: 'trunk-group-name',
      title: 'Name a free trunk group',
      where: 'Telephony services > Network and links > Network > Trunk groups > Names (4.2.1.1)',
      fields: [
        chosen('Trunk group', inPbx.trunkGroup, 'Any group that is not in use'),
        field('Name', trunk.name, 'So that it is found again'),
      ],
    }),
    step({
      id: 'trunk-group',
      title: 'Make it a SIP trunk group for the cloud',
      where: 'Telephony services > Network and links > Network > Trunk groups > Characteristics (4.2.1.2)',
      fields: [
        field('Physical type', 'VOICE IP', 'The trunk is IP'),
        field('Nature', 'BOTHWAY', 'Calls go both ways'),
        field('Signalling type', 'SIP', 'The trunk is SIP'),
        field('Subtype', 'CLOUDLINK', 'The variant of SIP that this connection speaks'),
      ],
      note: 'Then press Characteristics for the details.',
    }),
    step({
      id: 'trunk-group-details',
      title: 'Set the far end and how it is watched',
      where:
        'Telephony services > Network and links > Network > Trunk groups > Characteristics (4.2.1.2) > Characteristics',
      fields: [
        field('Link state', 'CONNECT', 'Puts the trunk into service'),
        field('Protocol', protocolName(farEnd.transport), 'What the far end listens to'),
        field('Proxy no 1', farEnd.host, 'The far end'),
        field('Port', farEnd.port, `The far end’s port; never ${RESERVED_PORT}`),
        field('Proxy checking', 'IP ADDRESS', 'Calls are accepted from the far end’s address only'),
        ...(authentication.kind === 'digest'
          ? [
              field('Authentication', 'SIP CLIENT', 'The far end asks for a log-in'),
              field('Login', authentication.user, 'As agreed with the far end'),
              field('Password', '', 'As agreed with the far end; Demarc does not print it', 'site'),
            ]
          : []),
        ...(authentication.kind === 'digest' && authentication.realm !== undefined
          ? [field('Domain/realm', authentication.realm, 'The realm that the far end names in its challenge')]
          : []),
        field('Audit out of speech', 'OPTIONS', 'The PBX watches the trunk by itself'),
        field('Frequency', `${trunk.supervision.everySeconds} s`, 'How often it asks'),
      ],
    }),
    step({
      id: 'access-code',
      title: 'Give the direction an access code',
      where: 'Telephony services > Dialing plan > User dialing plan > Access to directions',
      fields: [
        chosen('Access code', inPbx.accessCode, 'What people dial to reach the far end'),
        pilotNumber === null
          ? field('Length of the next number', '', 'How many digits follow the access code', 'site')
          : field('Length of the next number', digitsOf(pilotNumber).length, `The digits of ${pilotNumber}`, 'check'),
      ],
    }),
    step({
      id: 'route',
      title: 'Route the direction to the trunk group',
      where: 'Telephony services > Network and links > Network > Routes (4.2.2)',
      fields: [
        chosen('Routing code', inPbx.route, 'Any code that is not in use'),
        field(
          'Direction',
          inPbx.accessCode === null ? 'the direction of the access code' : `the direction of ${inPbx.accessCode}`,
          'Made in the step before',
        ),
        field('Route type', 'DIRECT 0', 'Calls go straight to the trunk group'),
        field('Trunk group', inPbx.trunkGroup === null ? group : inPbx.trunkGroup, 'Named in the first step'),
      ],
    }),
    step({
      id: 'resync',
      title: 'Let the gateway read the PBX again',
      where: 'Demarc: the PBX’s row on the gateway’s page > Sync now',
      note: 'Needed after every change of a trunk on a MiVoice 5000.',
    }),
  ];
}

/** What is wrong with these settings for this family. */
export function mivoice5000Warnings({ trunk }: PlanInput): string[] {
  return [trunk.port, trunk.farEnd.port].includes(RESERVED_PORT)
    ? [`Port ${RESERVED_PORT} cannot be used with a MiVoice 5000: choose another one on both sides.`]
    : [];
}
