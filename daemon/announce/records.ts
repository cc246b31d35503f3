/** What is said of this gateway by multicast DNS, and what to make of what others say (RFC 6762, RFC 6763). Pure. */
import { isIPv4 } from 'node:net';
import type makeMdns from 'multicast-dns';

export type Answer = makeMdns.ResponseOutgoingPacket['answers'][number];
export type Question = makeMdns.QueryOutgoingPacket['questions'][number];

/** Seconds that others may keep a record: host names short, the rest long (RFC 6762 section 10). */
const HOST_TTL = 120;
const OTHER_TTL = 4500;

const SERVICE = '_https._tcp.local';
const SERVICES = '_services._dns-sd._udp.local';

/** The gateway as it is announced on one network. */
export interface Announced {
  /** Without `.local`. */
  name: string;
  /** Of this network alone. */
  addresses: readonly string[];
  /** Where the pages listen. */
  port: number;
  version: string;
}

type Known = Exclude<Answer, { type: 'OPT' }>;

const hostOf = (name: string): string => `${name}.local`;
const instanceOf = (name: string): string => `Demarc gateway ${name}.${SERVICE}`;

/** The records that are ours alone: `flush` tells others to forget what they had. */
export function uniqueRecords({ name, addresses, port, version }: Announced): Known[] {
  const host = hostOf(name);
  const own = { class: 'IN', flush: true } as const;
  const srv = { port, target: host, priority: 0, weight: 0 };
  return [
    ...addresses.map((address): Known => {
      const type = isIPv4(address) ? 'A' : 'AAAA';
      return { ...own, name: host, type, ttl: HOST_TTL, data: address };
    }),
    { ...own, name: instanceOf(name), type: 'SRV', ttl: HOST_TTL, data: srv },
    { ...own, name: instanceOf(name), type: 'TXT', ttl: OTHER_TTL, data: [`version=${version}`, 'path=/'] },
  ];
}

/** The records that others may have as well. */
function sharedRecords({ name }: Announced): Known[] {
  return [
    { name: SERVICE, type: 'PTR', class: 'IN', ttl: OTHER_TTL, data: instanceOf(name) },
    { name: SERVICES, type: 'PTR', class: 'IN', ttl: OTHER_TTL, data: SERVICE },
  ];
}

export const allRecords = (announced: Announced): Known[] => [...uniqueRecords(announced), ...sharedRecords(announced)];

/** Says that nothing more is known of the host: without it others wait for an AAAA that does not exist (section 6.1). */
function nothingElse(announced: Announced): Known {
  const name = hostOf(announced.name);
  const types = [...new Set(announced.addresses.map((address) => (isIPv4(address) ? 'A' : 'AAAA')))];
  return { name, type: 'NSEC', class: 'IN', ttl: HOST_TTL, flush: true, data: { nextDomain: name, rrtypes: types } };
}

/** The answer to questions; undefined when none is for us, or the asker has it already. */
export function answerTo(
  announced: Announced,
  questions: readonly Question[],
  known: readonly Answer[] = [],
): { answers: Known[]; additionals: Known[]; isShared: boolean } | undefined {
  const all = allRecords(announced);
  const host = hostOf(announced.name);
  const asked = (record: Known) =>
    questions.some(
      ({ name, type }) => sameName(name, record.name) && (type === record.type || (type as string) === 'ANY'),
    );
  const has = (record: Known) =>
    known.some(
      (one) =>
        sameRecord(one, record) && 'ttl' in one && (one.ttl ?? 0) * 2 >= ('ttl' in record ? (record.ttl ?? 0) : 0),
    );
  const answers = all.filter((record) => asked(record) && !has(record));
  const isHostAsked = questions.some(({ name }) => sameName(name, host));
  const wanted = all.some(asked);
  // Only a question for a kind of address that there is none of is answered by that there is none.
  if (answers.length === 0) {
    if (wanted || !isHostAsked) return undefined;
    return { answers: [nothingElse(announced)], additionals: [], isShared: false };
  }
  const rest = uniqueRecords(announced).filter((record) => !answers.includes(record));
  return {
    answers,
    additionals: [...rest, nothingElse(announced)],
    isShared: answers.some(({ name }) => sameName(name, SERVICE) || sameName(name, SERVICES)),
  };
}

/** Whether another machine uses our name: what it says has an address that no card of ours has. `own` are all of them. */
export function isConflict(name: string, said: readonly Answer[], own: readonly string[]): boolean {
  const host = hostOf(name);
  return said.some((record) => {
    if (!('ttl' in record) || record.ttl === 0 || !sameName(record.name, host)) return false;
    if (record.type !== 'A' && record.type !== 'AAAA') return false;
    return !own.includes(normal(record.data));
  });
}

/**
 * Who gives way when two ask for a name at once (section 8.2): the one whose records come first in order. `theirs` are the
 * records that the other one proposes.
 */
export function mustYield(ours: readonly Answer[], theirs: readonly Answer[]): boolean {
  const [a, b] = [keysOf(ours), keysOf(theirs)];
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const [x, y] = [a[i], b[i]];
    if (x === undefined) return true;
    if (y === undefined) return false;
    const order = Buffer.compare(x, y);
    if (order !== 0) return order < 0;
  }
  return false;
}

/** `demarc`, `demarc-2`, `demarc-3`, ... */
export const nextName = (wanted: string, name: string): string =>
  `${wanted}-${name === wanted ? 2 : Number(name.slice(wanted.length + 1)) + 1}`;

export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Type and data of the addresses, in the order of the wire. */
function keysOf(records: readonly Answer[]): Buffer[] {
  return records
    .flatMap((record) => {
      if (record.type !== 'A' && record.type !== 'AAAA') return [];
      const bytes = bytesOf(record.data);
      return [Buffer.from([record.type === 'A' ? 1 : 28, ...bytes])];
    })
    .sort((a, b) => Buffer.compare(a, b));
}

function sameRecord(a: Answer, b: Known): boolean {
  return a.type === b.type && sameName(a.name, b.name) && dataOf(a) === dataOf(b);
}

const dataOf = (record: Answer): string =>
  'data' in record ? (typeof record.data === 'string' ? record.data.toLowerCase() : JSON.stringify(record.data)) : '';

function bytesOf(address: string): number[] {
  if (isIPv4(address)) return address.split('.').map(Number);
  const [head = '', tail] = address.split('::');
  const groups = (text: string | undefined) => (text ? text.split(':').map((group) => Number.parseInt(group, 16)) : []);
  const [first, last] = [groups(head), groups(tail)];
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  const all = [...first, ...Array<number>(Math.max(0, zeros)).fill(0), ...last];
  return all.flatMap((group) => [(group >> 8) & 255, group & 255]);
}

/** Addresses written in different ways are the same one. */
export const normal = (address: string): string => bytesOf(address.replace(/%.*$/, '')).join('.');
