/** The Mitel tree below 1.3.6.1.4.1.1027, as far as it is known in public. */
import type { SnmpSession, SnmpValue } from './session.ts';

const MITEL = '1.3.6.1.4.1.1027';
const SYS_DESCR = '1.3.6.1.2.1.1.1.0';
const SYS_OBJECT_ID = '1.3.6.1.2.1.1.2.0';
const SYS_NAME = '1.3.6.1.2.1.1.5.0';
const ALARM_LEVEL = `${MITEL}.4.1.1.2.2.1.0`;
const LICENCES_PURCHASED = `${MITEL}.4.1.1.2.1.2.1.0`;
const LICENCES_USED = `${MITEL}.4.1.1.2.1.2.2.0`;
const APPLICATIONS = `${MITEL}.4.1.2.1.1.1`;

/** Variables of the application table that are read: 100 applications of six columns. */
const MAX_APPLICATION_CELLS = 600;
const MAX_TEXT = 256;

const ALARM_LEVELS = ['OK', 'Minor', 'Major', 'Critical'] as const;
export type AlarmLevel = (typeof ALARM_LEVELS)[number];

/** One line of the application table of a Mitel Standard Linux. */
export interface MitelApplication {
  /** The product's OID. */
  product: string;
  name?: string;
  version?: string;
}

/** What an agent told; whatever it did not tell is left out. */
export interface MitelFacts {
  kind: 'call-server' | 'msl' | 'other';
  description: string;
  systemName?: string;
  /** The software's own number, as told: its first part is not that of the release. */
  software?: string;
  /** The release, where the agent names it. */
  release?: string;
  hardware?: string;
  alarm?: AlarmLevel;
  licences?: { purchased: number; used: number };
  applications: MitelApplication[];
}

/** `VerSw:12.0.1.24;VerHw:CX;…` as pairs, in any order; the first of a repeated name counts. */
export function describedPairs(text: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const part of text.slice(0, 4096).split(';')) {
    const colon = part.indexOf(':');
    const name = part.slice(0, Math.max(0, colon)).trim().toLowerCase();
    const value = clean(part.slice(colon + 1));
    if (name !== '' && value !== '' && !pairs.has(name)) pairs.set(name, value);
  }
  return pairs;
}

/** @throws DemarcError `snmp.…`, `pbx.…` */
export async function readMitel(session: SnmpSession, signal: AbortSignal): Promise<MitelFacts> {
  // Agents that lack one variable answer for the others; each question stays small enough for one datagram.
  const system = await session.get([SYS_DESCR, SYS_OBJECT_ID, SYS_NAME], signal);
  const description = textOf(system.get(SYS_DESCR)) ?? '';
  const kind = kindOf(system.get(SYS_OBJECT_ID));
  const isMitel = kind !== 'other' || describedPairs(description).has('versw');
  const state = isMitel
    ? await session.get([ALARM_LEVEL, LICENCES_PURCHASED, LICENCES_USED], signal)
    : new Map<string, SnmpValue['value']>();
  const cells = isMitel ? await session.walk(APPLICATIONS, MAX_APPLICATION_CELLS, signal) : [];
  return factsOf({ description, kind, systemName: textOf(system.get(SYS_NAME)), state, cells });
}

/** The answers as facts. */
export function factsOf(told: {
  description: string;
  kind: MitelFacts['kind'];
  systemName: string | undefined;
  state: ReadonlyMap<string, SnmpValue['value']>;
  cells: readonly SnmpValue[];
}): MitelFacts {
  const pairs = describedPairs(told.description);
  const pick = (name: 'software' | 'release' | 'hardware', key: string) => {
    const value = pairs.get(key);
    return value === undefined ? {} : { [name]: value };
  };
  const alarm = ALARM_LEVELS[Number(told.state.get(ALARM_LEVEL)) - 1];
  const purchased = countOf(told.state.get(LICENCES_PURCHASED));
  const used = countOf(told.state.get(LICENCES_USED));
  return {
    kind: told.kind,
    description: clean(told.description),
    ...(told.systemName === undefined ? {} : { systemName: told.systemName }),
    ...pick('software', 'versw'),
    ...pick('release', 'vermcd'),
    ...pick('hardware', 'verhw'),
    ...(alarm === undefined ? {} : { alarm }),
    ...(purchased === undefined || used === undefined ? {} : { licences: { purchased, used } }),
    applications: applicationsOf(told.cells),
  };
}

/** Call servers are below 1.2, platforms below 1.6; 1.6.1 is the Linux server, on which a PBX may run as well. */
export function kindOf(objectId: SnmpValue['value'] | undefined): MitelFacts['kind'] {
  const oid = typeof objectId === 'string' ? `${objectId}.` : '';
  if (oid.startsWith(`${MITEL}.1.2.`)) return 'call-server';
  if (oid.startsWith(`${MITEL}.1.6.`)) return oid.startsWith(`${MITEL}.1.6.1.`) ? 'msl' : 'call-server';
  return 'other';
}

/** The table's cells by product: the column, the length of the product's OID, and that OID make up the index. */
function applicationsOf(cells: readonly SnmpValue[]): MitelApplication[] {
  const found = new Map<string, MitelApplication>();
  for (const { oid, value } of cells) {
    const [column, length, ...product] = oid.slice(APPLICATIONS.length + 1).split('.');
    const text = textOf(value);
    if (product.length === 0 || product.length !== Number(length) || text === undefined) continue;
    const key = product.join('.');
    const application = found.get(key) ?? { product: key };
    if (column === '3') application.name = text;
    if (column === '4') application.version = text;
    found.set(key, application);
  }
  return [...found.values()].filter(({ name, version }) => (name ?? version) !== undefined);
}

const countOf = (value: SnmpValue['value'] | undefined): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

function textOf(value: SnmpValue['value'] | undefined): string | undefined {
  if (value === undefined) return undefined;
  const text = clean(Buffer.isBuffer(value) ? value.toString('utf8') : String(value));
  return text === '' ? undefined : text;
}

/** Without control characters, and no longer than anything that is shown. */
const clean = (text: string): string =>
  text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, MAX_TEXT)
    .toWellFormed();
