import type { PlanStep } from '#contract/trunks.ts';
import { chosen, digitsOf, field, type PlanInput, step } from './build.ts';

/** A provider carries no more channels than this. */
const MAX_CHANNELS = 30;

/** WebAdmin of a MiVoice Office 400: provider, route, PISN user (VAS-11 to VAS-13). */
export function office400Steps({ trunk }: PlanInput): PlanStep[] {
  const { farEnd, authentication, inPbx, pilotNumber } = trunk;
  return [
    step({
      id: 'provider',
      title: 'Make the far end a SIP provider',
      where: 'Configuration > Routing > SIP provider',
      fields: [
        field('Name', trunk.name, 'So that it is found again'),
        ...(authentication.kind === 'digest'
          ? [
              field('Authentication', 'One account', 'The far end asks for a log-in'),
              field('User name', authentication.user, 'As agreed with the far end'),
              field('Password', '', 'As agreed with the far end; Demarc does not print it', 'site'),
              field(
                'Registration required',
                authentication.register ? 'Yes' : 'No',
                'Whether the far end expects REGISTER',
              ),
            ]
          : [
              field(
                'Authentication',
                'Without accounts',
                'The other side is a communication system, known by its address',
              ),
            ]),
        field('Proxy', farEnd.host, 'The far end'),
        field('Port', farEnd.port, 'The far end’s port', 'check'),
        field('Voice channels', Math.min(trunk.channels, MAX_CHANNELS), 'Each needs a licence SIP Access Channels'),
      ],
      note: 'Changing to “Without accounts” erases the accounts that the provider has.',
    }),
    step({
      id: 'route',
      title: 'Find the route',
      where: 'Configuration > Routing > Route',
      fields: [
        inPbx.route === null
          ? field('Route', '', 'The route of the trunk group of this provider', 'site')
          : field('Route', inPbx.route, 'As chosen'),
      ],
      note: 'A route that comes with a gateway is in the list only after the gateway was deployed successfully.',
    }),
    step({
      id: 'pisn-user',
      title: 'Map the number to the route',
      where: 'Configuration > Private networking > PISN user',
      fields: [
        field(
          'Call number',
          '',
          'A free number of the internal numbering plan; no two PISN users may share it',
          'site',
        ),
        field('Name', trunk.name, 'Shown on telephones'),
        chosen('Route', inPbx.route, 'The route of the step before'),
        pilotNumber === null
          ? field('External call number', '', 'The number of the service in the cloud', 'site')
          : field(
              'External call number',
              digitsOf(pilotNumber),
              'The same number as in the cloud, without an exchange prefix',
            ),
      ],
      note: 'The same number has to be entered in the cloud by hand: neither side tells the other.',
    }),
  ];
}

/** What is wrong with these settings for this family. */
export function office400Warnings({ trunk }: PlanInput): string[] {
  return trunk.channels > MAX_CHANNELS
    ? [
        `A SIP provider of a MiVoice Office 400 carries ${MAX_CHANNELS} channels at most; ${trunk.channels} are asked for.`,
      ]
    : [];
}
