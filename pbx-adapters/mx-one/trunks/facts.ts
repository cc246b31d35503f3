/** What the prints show of one thing of a trunk, under the names that the plan has for it. */
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { readTable } from '#pbx-adapters/channels/ssh/table.ts';
import type { MadeItem } from '#pbx-adapters/trunk-provisioner.ts';
import { individualsText, MX_ONE_CHANGES, type MxOneChange } from '#sip-trunks/plan/mx-one.ts';
import type { TrunkPrint } from './commands.ts';

export type Facts = Readonly<Record<string, string>>;
/** The lines of a print (byte strings); none when the PBX says that there is nothing of the kind. */
export type Lines = readonly string[];

const MAX_VALUE = 200;
/** The part of `number_print` after the series. */
const LENGTHS = 'EXTERNAL NUMBER LENGTH DATA';

const PRINTS: Readonly<Record<MxOneChange['id'], TrunkPrint>> = {
  number: 'numbers',
  'number-length': 'numbers',
  route: 'routes',
  'sip-route': 'sipRoutes',
  'route-data': 'routeData',
  individuals: 'individuals',
  destination: 'destinations',
};

type Thing = Pick<MadeItem, 'id' | 'wanted'>;

const kindOf = ({ id }: Thing): MxOneChange['id'] => {
  const known = MX_ONE_CHANGES.find((kind) => kind === id);
  if (known === undefined) throw new DemarcError('internal', `a record of a trunk names ${id.slice(0, 40)}`);
  return known;
};

/** Which print shows a thing. */
export const printOf = (thing: Thing): TrunkPrint => PRINTS[kindOf(thing)];

/**
 * What a print shows of this thing; null when it is not there.
 * @throws DemarcError `mdsh.no-table` when the print cannot be read
 */
export async function factsOf(thing: Thing, lines: Lines): Promise<Facts | null> {
  const { number = '', route = '' } = thing.wanted;
  const kind = kindOf(thing);
  switch (kind) {
    case 'number':
      return seriesOf(number, lines);
    case 'number-length':
      return lengthOf(number, lines);
    case 'route':
      return (await rows(lines, ['rou'])).some(({ rou }) => rou === route) ? { route } : null;
    case 'sip-route':
      return sipRouteOf(route, lines);
    case 'route-data': {
      const row = (await rows(lines, ['rou', 'type'])).find(({ rou }) => rou === route);
      return row ? { route, type: row['type'] ?? '' } : null;
    }
    case 'individuals':
      return individualsOf(route, await rows(lines, ['rou', 'tru']));
    case 'destination': {
      const leads = (await rows(filled(lines), ['dest', 'rou'])).filter(({ dest }) => dest === number);
      const routes = [...new Set(leads.map(({ rou = '' }) => rou))].sort();
      if (routes.length === 0) return null;
      // A further choice of route beside it is the site's own.
      return { number, route: routes.includes(route) ? route : routes.join(', ').slice(0, MAX_VALUE) };
    }
    default:
      return kind satisfies never;
  }
}

/** The rows of a table; none of an empty print. One that cannot be read might be ours: then nothing is known. */
async function rows(lines: Lines, wanted: [string, ...string[]]): Promise<Record<string, string>[]> {
  if (lines.every((line) => line.trim() === '')) return [];
  const found: Record<string, string>[] = [];
  for await (const row of readTable(each(lines), { wanted })) {
    if ('fault' in row) throw new DemarcError('mdsh.no-table', `line ${row.line} ${row.fault}`);
    found.push(Object.fromEntries(row.cells));
  }
  return found;
}

async function* each(lines: Lines): AsyncGenerator<string> {
  yield* lines;
}

/** A second choice of route stands in a row of its own, with the destination left out. */
function* filledRows(lines: Lines): Generator<string> {
  let first = '';
  for (const line of lines) {
    const own = /^\S+/.exec(line)?.[0];
    if (own !== undefined) first = own;
    yield own === undefined && line.trim() !== '' && line.slice(0, first.length).trim() === ''
      ? first + line.slice(first.length)
      : line;
  }
}
const filled = (lines: Lines): Lines => [...filledRows(lines)];

/** The series that holds the number: indented lines, `from - to` or one number, under the name of the series. */
function seriesOf(number: string, lines: Lines): Facts | null {
  let series = '';
  for (const line of lines) {
    const name = /^(\S.*?)\s*$/.exec(line)?.[1];
    if (name !== undefined) {
      if (name.startsWith(LENGTHS)) return null;
      series = name;
      continue;
    }
    const [, from, to = from] = /^\s+(\d{1,20})(?:\s*-\s*(\d{1,20}))?\s*$/.exec(line) ?? [];
    if (from === undefined || to === undefined || from.length !== number.length) continue;
    // Of the same length, digits compare as text.
    if (from <= number && number <= to) return { number, series: series.slice(0, MAX_VALUE) };
  }
  return null;
}

function lengthOf(number: string, lines: Lines): Facts | null {
  let inside = false;
  for (const line of lines) {
    if (line.startsWith(LENGTHS)) inside = true;
    else if (/^\D/.test(line)) inside &&= /^EXTERNAL NUMBER\s/.test(line);
    if (!inside) continue;
    const [, of, min, max] = /^(\d{1,20})\s+(\d{1,2})\s*-\s*(\d{1,2})\s*$/.exec(line) ?? [];
    if (of === number) return { number, length: `${min} - ${max}` };
  }
  return null;
}

/** The lines `name = value` after `route : N`. Its password, should it be printed, stays here. */
function sipRouteOf(route: string, lines: Lines): Facts | null {
  let found: Record<string, string> | null = null;
  let inside = false;
  for (const line of lines) {
    const start = /^\s*route\s*:\s*(\d+)\s*$/.exec(line)?.[1];
    if (start !== undefined) {
      inside = start === route;
      if (inside) found = { route };
      continue;
    }
    const [, name, value = ''] = /^\s+(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (inside && found && name !== undefined && name !== 'password') found[name] = value.slice(0, MAX_VALUE);
  }
  return found;
}

function individualsOf(route: string, table: readonly Record<string, string>[]): Facts | null {
  const own = table.flatMap(({ rou, tru = '' }) => {
    const [, node, individual] = /^(\d{1,3})-(\d{1,4})$/.exec(tru) ?? [];
    return rou === route && node && individual ? [[Number(node), Number(individual)] as const] : [];
  });
  return own.length === 0 ? null : { route, individuals: individualsText(own).slice(0, MAX_VALUE) };
}
