/** Numbers, routes and destinations of a simulated MX-ONE: what the commands of a trunk change, and what they refuse. */
import type { MxOneSite } from './site.ts';

/** A plain document, so that it can lie in a file between two commands. */
export interface MxOneTrunkState {
  /** External destinations, and what lengths are set. */
  numbers: string[];
  lengths: Record<string, string>;
  routes: Record<string, MxOneRoute>;
  destinations: { number: string; route: string }[];
  /** How it was at the last backup; null before the first. */
  saved: string | null;
}

interface MxOneRoute {
  category: string;
  sip?: Record<string, string>;
  type?: string;
  individuals?: [node: number, from: number, to: number];
}

/** Two routes that were there before. */
export const newTrunks = (): MxOneTrunkState => ({
  numbers: ['5000'],
  lengths: { '5000': '4 - 4' },
  routes: {
    '1': { category: '7110000000000010', type: 'SL60', individuals: [1, 1, 30] },
    '10': {
      category: '0110000000000010',
      sip: { ...sipDefaults(), uristring0: 'sip:?@192.0.2.10', accept: 'CONTACT_DOMAIN', match: '192.0.2.10' },
      type: 'TL66',
      individuals: [1, 1, 5],
    },
  },
  destinations: [{ number: '5000', route: '10' }],
  saved: null,
});

const SIP_NAMES =
  'protocol profile service uristring0 uristring1 fromuri0 fromuri1 remoteport proxyip proxyport accept priority match ' +
  'register timer localdomain authname password realm trusted challenge supervise supervisetime codecs';

const sipDefaults = (): Record<string, string> => ({
  ...Object.fromEntries(SIP_NAMES.split(' ').map((name) => [name, ''])),
  protocol: 'udp',
  service: 'PRIVATE_SERVICES',
  remoteport: '5060',
  priority: '255',
  register: 'SET_BY_PROFILE',
  trusted: 'TRUST_BY_PROFILE',
  challenge: 'no',
});

/** Everything but the backup, to compare two states. */
export const trunkText = (state: MxOneTrunkState): string => JSON.stringify({ ...state, saved: null });

class Refused extends Error {
  readonly lines: string[];

  constructor(object: string, reason: string) {
    super(reason);
    this.lines = ['NOT ACCEPTED', object, reason];
  }
}

/** Runs one command of trunks; undefined for one that is none. It has taken effect when its lines are there. */
export function runTrunkCommand(command: string, site: MxOneSite): string[] | undefined {
  const state = (site.trunks ??= newTrunks());
  try {
    return command.startsWith('RO') ? mml(command, state) : unix(command, state);
  } catch (error) {
    if (error instanceof Refused) return error.lines;
    throw error;
  }
}

const DONE = ['EXECUTED', 'END'];

function mml(command: string, state: MxOneTrunkState): string[] | undefined {
  const [, name = '', rest = ''] = /^(RO[A-Z]{3}):(.*);$/.exec(command) ?? [];
  const parameters = new Map(rest.split(',').map((one) => one.split('=', 2) as [string, string]));
  const rou = parameters.get('ROU') ?? '';
  const route = state.routes[rou];
  const must = (isFine: boolean, object: string, reason: string) => {
    if (!isFine) throw new Refused(object, reason);
  };
  const existing = (): MxOneRoute => {
    if (route === undefined) throw new Refused(`ROU=${rou}`, 'ROUTE NOT INITIATED');
    return route;
  };
  const dest = parameters.get('DEST') ?? '';
  switch (name) {
    case 'ROCAI':
      must(route === undefined, `ROU=${rou}`, 'ROUTE ALREADY INITIATED');
      state.routes[rou] = { category: parameters.get('SEL') ?? '' };
      return DONE;
    case 'ROCAE':
      must(existing().sip === undefined && existing().type === undefined, `ROU=${rou}`, 'ROUTE DATA INITIATED');
      delete state.routes[rou];
      return DONE;
    case 'RODAI':
      must(existing().type === undefined, `ROU=${rou}`, 'ROUTE DATA ALREADY INITIATED');
      existing().type = parameters.get('TYPE') ?? '';
      return DONE;
    case 'RODAE':
      must(existing().type !== undefined, `ROU=${rou}`, 'NOT ASSIGNED');
      must(existing().individuals === undefined, `ROU=${rou}`, 'TRUNK INDIVIDUALS INITIATED');
      delete existing().type;
      return DONE;
    case 'ROEQI': {
      must(existing().type !== undefined, `ROU=${rou}`, 'ROUTE DATA NOT INITIATED');
      must(existing().individuals === undefined, `ROU=${rou}`, 'TRUNK ALREADY INITIATED');
      const [, node, from, to = from] = /^(\d+)-(\d+)(?:&&\d+-(\d+))?$/.exec(parameters.get('TRU') ?? '') ?? [];
      must(from !== undefined, 'TRU', 'FORMAT FAULT');
      existing().individuals = [Number(node), Number(from), Number(to)];
      return DONE;
    }
    case 'ROEQE':
      must(existing().individuals !== undefined, `ROU=${rou}`, 'NOT ASSIGNED');
      must(!state.destinations.some((one) => one.route === rou), `ROU=${rou}`, 'ROUTE IS USED BY A DESTINATION');
      delete existing().individuals;
      return DONE;
    case 'RODDI':
      must(existing().individuals !== undefined, `ROU=${rou}`, 'NO TRUNK INDIVIDUALS');
      must(state.numbers.includes(dest), `DEST=${dest}`, 'NOT AN EXTERNAL DESTINATION CODE');
      must(!state.destinations.some(({ number }) => number === dest), `DEST=${dest}`, 'ALREADY INITIATED');
      state.destinations.push({ number: dest, route: rou });
      return DONE;
    case 'RODDE': {
      const at = state.destinations.findIndex(({ number, route: leads }) => number === dest && leads === rou);
      must(at >= 0, `DEST=${dest}`, 'NOT ASSIGNED');
      state.destinations.splice(at, 1);
      return DONE;
    }
    case 'ROCAP':
    case 'RODAP':
    case 'ROEDP':
    case 'RODDP':
      return [...tables[name](state), '', 'END'];
    default:
      return undefined;
  }
}

const row = (widths: readonly number[], cells: readonly string[]): string =>
  cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('');

const tables = {
  ROCAP: ({ routes }: MxOneTrunkState): string[] => [
    'ROUTE CATEGORY DATA',
    'ROU   CUST  SEL              TRM SERV       NODG DIST DISL TRAF     SIG          BCAP',
    ...Object.entries(routes).map(([rou, { category }]) =>
      row([6, 6, 17, 4, 12, 5, 5, 5, 9, 13, 6], [rou, '', category, '4', '3110000001', '0', '30', '128', '03151515']),
    ),
  ],
  RODAP: ({ routes }: MxOneTrunkState): string[] => [
    'ROUTE DATA',
    'ROU   TYPE  VARC        VARI        VARO        FILTER  ',
    ...Object.entries(routes).flatMap(([rou, { type }]) =>
      type === undefined ? [] : [row([6, 6, 12, 12, 12], [rou, type, "H'00000000", "H'00000000", "H'00000000", 'NO'])],
    ),
  ],
  ROEDP: ({ routes }: MxOneTrunkState): string[] => [
    'ROUTE EQUIPMENT DATA',
    'ROU   TRU      EQU           IP ADDRESS         INDDAT           CNTRL ',
    ...Object.entries(routes).flatMap(([rou, { individuals }]) => {
      const [node, from, to] = individuals ?? [0, 1, 0];
      return Array.from({ length: to - from + 1 }, (_, at) =>
        row([6, 9, 33], [rou, `${String(node).padStart(3, '0')}-${from + at}`, '', "H'000000000000"]),
      );
    }),
  ],
  RODDP: ({ destinations }: MxOneTrunkState): string[] => [
    'EXTERNAL DESTINATION ROUTE DATA',
    'DEST                 DRN  ROU  CHO CUST ADC                        TRC SRT NUMACK PRE',
    ...destinations.map(({ number, route }) =>
      row(
        [21, 5, 5, 4, 5, 27, 4, 4, 7],
        [number, '', route, '', '', '0005000000000250000001010000', '0', '1', '0', ''],
      ),
    ),
  ],
} as const;

function unix(command: string, state: MxOneTrunkState): string[] | undefined {
  const words = (command.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
  const name = words.shift() ?? '';
  const option = (wanted: string) => words[words.indexOf(`-${wanted}`) + 1] ?? '';
  const number = words.includes('-number') ? option('number') : option('externalnumber');
  switch (name) {
    case 'number_initiate':
      if (state.numbers.includes(number)) throw new Refused(`NUMBER ${number}`, 'ALREADY INITIATED');
      state.numbers.push(number);
      return [];
    case 'number_end':
      if (!state.numbers.includes(number)) throw new Refused(`NUMBER ${number}`, 'ENTRY NOT FOUND');
      if (state.destinations.some((one) => one.number === number)) throw new Refused(`NUMBER ${number}`, 'IN USE');
      state.numbers.splice(state.numbers.indexOf(number), 1);
      return [];
    case 'number_data_initiate':
      if (!state.numbers.includes(number)) throw new Refused(`NUMBER ${number}`, 'ENTRY NOT FOUND');
      state.lengths[number] = `${option('minlength')} - ${option('maxlength')}`;
      return [];
    case 'number_data_end':
      if (!(number in state.lengths)) throw new Refused(`NUMBER ${number}`, 'ENTRY NOT FOUND');
      delete state.lengths[number];
      return [];
    case 'sip_route':
      return sipRoute(words, option, state);
    case 'data_backup':
      state.saved = trunkText(state);
      return ['Backup done'];
    default:
      return undefined;
  }
}

function sipRoute(
  words: readonly string[],
  option: (wanted: string) => string,
  { routes }: MxOneTrunkState,
): string[] | undefined {
  const rou = option('route');
  if (words.includes('-print')) {
    const listed = Object.entries(routes).flatMap(([number, { sip }]) => (sip ? [[number, sip] as const] : []));
    if (listed.length === 0) throw new Refused('ROUTE', 'ENTRY NOT FOUND');
    return [
      'Route data for SIP destination ',
      ...listed.flatMap(([number, sip]) => [
        '',
        `route : ${number}  `,
        ...Object.entries(sip).map(([name, value]) => `  ${name.padEnd(14)} = ${value}`),
      ]),
    ];
  }
  const route = routes[rou];
  if (route === undefined) throw new Refused(`ROUTE ${rou}`, 'ROUTE NOT INITIATED');
  if (words.includes('-remove')) {
    if (route.sip === undefined) throw new Refused(`ROUTE ${rou}`, 'ENTRY NOT FOUND');
    if (route.type !== undefined) throw new Refused(`ROUTE ${rou}`, 'ROUTE DATA INITIATED');
    delete route.sip;
    return [];
  }
  const sip = { ...(route.sip ?? sipDefaults()) };
  for (let at = words.indexOf('-set') + 1; at < words.length; at += 2) {
    const name = words[at]?.slice(1) ?? '';
    if (name === 'route') continue;
    if (!(name in sip)) throw new Refused(`PARAMETER ${name}`, 'UNKNOWN PARAMETER');
    sip[name] = words[at + 1] ?? '';
  }
  route.sip = sip;
  return [];
}
