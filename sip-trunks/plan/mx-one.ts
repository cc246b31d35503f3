/** The trunk of an MX-ONE as the commands of its Service Node, with the command that undoes each (VAS-8 to VAS-10). */
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { PlanStep, TrunkSettings } from '#contract/trunks.ts';
import { chosen, digitsOf, field, type PlanInput, step } from './build.ts';

/** The profile that the Service Node ships for this connection. */
const PROFILE = 'CloudLink Gateway';
/** Category of a SIP route; its parameter strings depend on the market, so they are to be compared with a route in use. */
const ROUTE_CATEGORY = 'SEL=7110000000000010,SIG=0111110000A0,TRAF=03151515,TRM=4,SERV=3110000001,BCAP=000100';
const DESTINATION_CATEGORY = 'ADC=0005000000000250000001010000,SRT=1';

/** The kinds of changes, in the order in which they are made. */
export const MX_ONE_CHANGES = [
  'number',
  'number-length',
  'route',
  'sip-route',
  'route-data',
  'individuals',
  'destination',
] as const;

/** One change: what makes it, what undoes it, and what the prints must then show. */
export interface MxOneChange {
  id: (typeof MX_ONE_CHANGES)[number];
  title: string;
  make: string;
  undo: string;
  /**
   * What the prints show of it. Parameter strings that the market decides are not among it: a site may have to adapt
   * them, and that is no difference.
   */
  wanted: Readonly<Record<string, string>>;
  /** Whether the password of the trunk belongs into `make`; whoever runs it puts it there. */
  secret: boolean;
}

/** The series of `number_print` in which the pilot number stands (`-numbertype ED`). */
export const DESTINATION_SERIES = 'EXTERNAL DESTINATION CODE';

/** A value inside a command line: letters, digits and a few signs; nothing that the shell or `mdsh` reads otherwise. */
function plain(value: string, what: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9 ._@:+-]{0,127}$/.test(value)) throw new DemarcError('trunk.unsafe-value', what);
  return value;
}

/**
 * The changes in their order; undone in the reverse order.
 * @throws DemarcError `trunk.incomplete` without a route and a pilot number, `trunk.unsafe-value`
 */
export function mxOneChanges({ trunk }: PlanInput): MxOneChange[] {
  const route = trunk.inPbx.route;
  if (route === null) throw new DemarcError('trunk.incomplete', 'route');
  if (trunk.pilotNumber === null) throw new DemarcError('trunk.incomplete', 'pilotNumber');
  const number = digitsOf(trunk.pilotNumber);
  const { serviceNode } = trunk.inPbx;
  const channels = Array.from({ length: trunk.channels }, (_, at) => [serviceNode, at + 1] as const);
  const first = `${serviceNode}-1`;
  const individuals = trunk.channels === 1 ? first : `${first}&&${serviceNode}-${trunk.channels}`;
  const options = sipRoute(trunk);
  const changes: Omit<MxOneChange, 'secret'>[] = [
    {
      id: 'number',
      title: 'Make the pilot number an external destination',
      make: `number_initiate -number ${number} -numbertype ED`,
      undo: `number_end -number ${number} -numbertype ED`,
      wanted: { number, series: DESTINATION_SERIES },
    },
    {
      id: 'number-length',
      title: 'Set its length',
      make: `number_data_initiate -externalnumber ${number} -minlength ${number.length} -maxlength ${number.length}`,
      undo: `number_data_end -externalnumber ${number}`,
      wanted: { number, length: `${number.length} - ${number.length}` },
    },
    {
      id: 'route',
      title: 'Make the route',
      make: `ROCAI:ROU=${route},${ROUTE_CATEGORY};`,
      undo: `ROCAE:ROU=${route};`,
      wanted: { route: String(route) },
    },
    {
      id: 'sip-route',
      title: 'Point the route to the far end',
      make: `sip_route -set -route ${route} ${optionText(options)}`,
      undo: `sip_route -remove -route ${route}`,
      wanted: { route: String(route), ...options },
    },
    {
      id: 'route-data',
      title: 'Make it a SIP route',
      make: `RODAI:ROU=${route},TYPE=TL66,VARC=00000000,VARI=00000000,VARO=00000000;`,
      undo: `RODAE:ROU=${route};`,
      wanted: { route: String(route), type: 'TL66' },
    },
    {
      id: 'individuals',
      title: 'Give it channels',
      make: `ROEQI:ROU=${route},TRU=${individuals};`,
      undo: `ROEQE:ROU=${route},TRU=${individuals};`,
      wanted: { route: String(route), individuals: individualsText(channels) },
    },
    {
      id: 'destination',
      title: 'Lead the pilot number to the route',
      make: `RODDI:ROU=${route},DEST=${number},${DESTINATION_CATEGORY};`,
      undo: `RODDE:ROU=${route},DEST=${number};`,
      wanted: { number, route: String(route) },
    },
  ];
  const secret = trunk.authentication.kind === 'digest';
  return changes.map((change) => ({ ...change, secret: secret && change.id === 'sip-route' }));
}

/** Trunk individuals (Service Node and number of each) as one text, such as `1: 1-10, 12`. */
export function individualsText(individuals: Iterable<readonly [node: number, individual: number]>): string {
  const sorted = [...individuals].sort(([a, x], [b, y]) => a - b || x - y);
  const nodes = new Map<number, [from: number, to: number][]>();
  for (const [node, individual] of sorted) {
    const ranges = nodes.get(node) ?? [];
    nodes.set(node, ranges);
    const last = ranges.at(-1);
    if (last !== undefined && individual <= last[1] + 1) last[1] = individual;
    else ranges.push([individual, individual]);
  }
  const rangeText = ([from, to]: readonly [number, number]) => (from === to ? String(from) : `${from}-${to}`);
  return [...nodes].map(([node, ranges]) => `${node}: ${ranges.map(rangeText).join(', ')}`).join('; ');
}

/** Everything that `sip_route` sets of the route, by the names that its print has too. */
function sipRoute(trunk: TrunkSettings): Record<string, string> {
  const { farEnd, authentication, supervision } = trunk;
  const host = plain(farEnd.host, 'farEnd.host');
  const plus = trunk.numbers.toFarEnd.form === 'plus' ? '+' : '';
  return {
    profile: PROFILE,
    uristring0: `sip:?@${host}`,
    // Index 1 are numbers of the international type.
    uristring1: `sip:${plus}?@${host}`,
    protocol: farEnd.transport,
    remoteport: String(farEnd.port),
    accept: 'REMOTE_IP',
    match: host,
    ...(authentication.kind === 'digest' ? { authname: plain(authentication.user, 'authentication.user') } : {}),
    ...(authentication.kind === 'digest' && authentication.realm !== undefined
      ? { realm: plain(authentication.realm, 'authentication.realm') }
      : {}),
    supervise: 'ACTIVE_SUPERVISION',
    supervisetime: String(Math.max(30, supervision.everySeconds)),
  };
}

/** `?` and spaces would mean something to `mdsh` outside quotes. */
const optionText = (options: Readonly<Record<string, string>>): string =>
  Object.entries(options)
    .map(([name, value]) => `-${name} ${/^[\w.-]+$/.test(value) ? value : `"${value}"`}`)
    .join(' ');

/** The same as a worksheet: by commands where everything is known, by the pages of the Service Node Manager otherwise. */
export function mxOneSteps(input: PlanInput): PlanStep[] {
  const { trunk } = input;
  if (trunk.inPbx.route === null || trunk.pilotNumber === null) return byHand(input);
  const steps = mxOneChanges(input).map(({ id, title, make }) =>
    step({ id, title, where: 'Shell of the Service Node (mdsh)', commands: [make], note: NOTES[id] ?? null }),
  );
  const backup = step({
    id: 'backup',
    title: 'Keep it over a restart',
    where: 'Shell of the Service Node (mdsh)',
    commands: ['data_backup'],
    note: 'Without it the trunk is gone after the next restart with restore.',
  });
  return [...steps, backup];
}

const NOTES: Readonly<Partial<Record<MxOneChange['id'], string>>> = {
  route: 'The parameter strings depend on the market: compare them with a SIP route that works (ROCAP).',
  individuals: 'One channel for each call at the same time.',
  destination:
    'Only the digits of the pilot number are sent; other numbers of the range need a destination of their own.',
};

function byHand({ trunk }: PlanInput): PlanStep[] {
  const { farEnd, authentication, inPbx, pilotNumber } = trunk;
  return [
    step({
      id: 'route',
      title: 'Make a SIP route',
      where: 'Service Node Manager > Telephony > External Lines > Route',
      fields: [
        field('Type', 'SIP', 'The trunk is SIP'),
        field('Profile', PROFILE, 'The profile for this connection'),
        field('Route name', trunk.name, 'So that it is found again'),
        chosen('Route number', inPbx.route, 'Any number that is not in use'),
        field('Trunk individuals', `Server ${inPbx.serviceNode}, 1-${trunk.channels}`, `${trunk.channels} channels`),
        ...(authentication.kind === 'digest'
          ? [
              field('Authentication user', authentication.user, 'As agreed with the far end'),
              field('Authentication password', '', 'As agreed with the far end; Demarc does not print it', 'site'),
            ]
          : []),
        field('Remote Proxy IP', farEnd.host, 'The far end'),
      ],
    }),
    step({
      id: 'destination',
      title: 'Lead the pilot number to the route',
      where: 'Service Node Manager > Telephony > External Lines > Destination',
      fields: [
        pilotNumber === null
          ? field('Destination', '', 'The pilot number, inside the DID range', 'site')
          : field('Destination', digitsOf(pilotNumber), 'The pilot number'),
        field(
          'Start Position for Digit Transmission',
          '',
          'So that only the digits of the pilot number are sent',
          'site',
        ),
      ],
    }),
  ];
}

/** What is odd about this release and these settings. */
export function mxOneWarnings({ trunk, pbx }: PlanInput, plusQuirk: string | undefined): string[] {
  const warnings: string[] = [];
  if (plusQuirk !== undefined) warnings.push(plusQuirk);
  if (pbx.version === undefined) {
    warnings.push('The release is not known; release 7.5 SP0 needs the number without “+” on this route.');
  }
  if (trunk.inPbx.route === null || trunk.pilotNumber === null) {
    warnings.push('With a route number and a pilot number Demarc sets this trunk by itself.');
  }
  return warnings;
}
