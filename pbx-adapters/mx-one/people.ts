import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { UserItem } from '#pbx-adapters/adapter.ts';
import { mdsh, saysNothingThere } from '#pbx-adapters/channels/ssh/mdsh.ts';
import type { SshSession } from '#pbx-adapters/channels/ssh/session.ts';
import { readTable, type TableRow } from '#pbx-adapters/channels/ssh/table.ts';
import { CompactTexts, joinTexts, splitTexts } from '#pbx-adapters/compact-texts.ts';
import { nameKey } from '#pbx-adapters/enrichment/join.ts';
import { commands } from './commands.ts';
import type { MxOneConnection } from './connection.ts';

/** Titles that are several words with one space between them. */
const JOINED = ['third party', 'free on', 'hotline number', 'backup number', 'ip address'];
/** More extensions than any system of this kind has. */
const MAX_ROWS = 500_000;
const MAX_DIR = 20;

type Row = Extract<TableRow, { cells: unknown }>;
type Rejected = Extract<UserItem, { kind: 'rejected' }>;

/** What the prints beside the extensions say of a number. */
interface Known {
  name1: string;
  name2: string;
  /** What had to be changed in the name. */
  problems: readonly string[];
  /** It is a set on the network. */
  ip: boolean;
}

const NOTHING: Known = { name1: '', name2: '', problems: [], ip: false };

/** What stands beside the extensions, by number, in memory (decision 0029). */
export interface Beside {
  /** `DONE`, or what `packed` made of a `Known`. */
  known: CompactTexts;
  /** Rows that cannot be read. */
  rejected: readonly Rejected[];
}

/** A number whose row among the extensions was read: nothing else is kept of it. */
const DONE = '';

const packed = ({ name1, name2, problems, ip }: Known): string =>
  joinTexts([ip ? 'ip' : '', name1, name2, ...problems]);

function unpacked(text: string): Known {
  const [ip = '', name1 = '', name2 = '', ...problems] = splitTexts(text);
  return { name1, name2, problems, ip: ip === 'ip' };
}

/**
 * The people of an MX-ONE: the rows of `extension -p`, each with the name that stands beside it; a number that only
 * `ip_extension -p` knows is left out with the reason. What stands beside is used up.
 * @throws DemarcError `mdsh.…`, `ssh.…`, `pbx.…`; `pbx.truncated` when it broke off
 */
export async function* readExtensions(
  session: SshSession,
  { known, rejected }: Beside,
  nameOrder: MxOneConnection['nameOrder'],
  signal: AbortSignal,
): AsyncGenerator<UserItem, void, void> {
  yield* rejected;
  for await (const row of rows(session, commands.extensions, ['dir'], signal)) {
    if ('rejected' in row) {
      yield row.rejected;
      continue;
    }
    const { dir, where, problems } = row;
    const beside = known.get(dir);
    if (beside === DONE) yield { kind: 'rejected', where, reason: `the extension ${dir} stands twice` };
    else yield person(dir, beside === undefined ? NOTHING : unpacked(beside), { nameOrder, where, problems });
    known.set(dir, DONE);
  }
  for (const [dir, text] of known) {
    if (!unpacked(text).ip) continue;
    const where = `${commands.ipExtensions}: ${dir}`;
    yield { kind: 'rejected', where, reason: 'is an IP extension without a row in the extension print' };
  }
}

/** Names that stand at more than one number, in the form in which names are compared. */
export function sharedNames({ known }: Beside): Set<string> {
  const [once, often] = [new CompactTexts(), new Set<string>()];
  for (const [, text] of known) {
    const { name1, name2 } = unpacked(text);
    const key = nameKey(`${name1} ${name2}`);
    if (key === undefined) continue;
    if (once.has(key)) often.add(key);
    else once.set(key, '');
  }
  return often;
}

/** Reads names and IP extensions, one print after the other. @throws DemarcError as `readExtensions` */
export async function readBeside(session: SshSession, signal: AbortSignal): Promise<Beside> {
  const [known, rejected] = [new CompactTexts(), [] as Rejected[]];
  await unlessNothing(async () => {
    for await (const row of rows(session, commands.names, ['dir', 'name1', 'name2'], signal)) {
      if ('rejected' in row) rejected.push(row.rejected);
      else if (isOfTheNumber(row.cells)) {
        const [name1 = '', name2 = ''] = [row.cells.get('name1'), row.cells.get('name2')];
        known.set(row.dir, packed({ name1, name2, problems: row.problems, ip: false }));
      }
    }
  });
  await unlessNothing(async () => {
    for await (const row of rows(session, commands.ipExtensions, ['dir', 'protocol'], signal)) {
      if ('rejected' in row) rejected.push(row.rejected);
      else {
        const text = known.get(row.dir);
        known.set(row.dir, packed({ ...(text === undefined ? NOTHING : unpacked(text)), ip: true }));
      }
    }
  });
  return { known, rejected };
}

/** Names also stand at other kinds of numbers; the kind of an extension is `dir`. */
const isOfTheNumber = (cells: Row['cells']): boolean => {
  const kind = cells.get('number type') ?? cells.get('number');
  return kind === undefined || kind.toLowerCase() === 'dir';
};

type Read = { dir: string; cells: Row['cells']; where: string; problems: readonly string[] } | { rejected: Rejected };

/**
 * The rows of a print with a usable number.
 * @throws DemarcError `mdsh.no-table` when most rows do not fit, since then the layout is not the one we know
 */
async function* rows(
  session: SshSession,
  command: string,
  wanted: readonly [string, ...string[]],
  signal: AbortSignal,
): AsyncGenerator<Read> {
  let [good, bad] = [0, 0];
  for await (const row of readTable(mdsh(session, command, signal), { wanted, joined: JOINED })) {
    if (good + bad >= MAX_ROWS) throw new DemarcError('ssh.too-much', `${command}: more than ${MAX_ROWS} rows`);
    const where = `${command}, line ${row.line}`;
    const dir = 'cells' in row ? (row.cells.get('dir') ?? '') : '';
    const reason = 'fault' in row ? row.fault : isNumber(dir) ? undefined : 'does not start with an extension';
    if (reason !== undefined || 'fault' in row) {
      bad += 1;
      yield { rejected: { kind: 'rejected', where, reason: reason ?? '' } };
    } else {
      good += 1;
      yield { dir, cells: row.cells, where, problems: row.problems };
    }
  }
  if (bad > good) throw new DemarcError('mdsh.no-table', `${command}: ${bad} of ${bad + good} rows cannot be read`);
}

const isNumber = (dir: string): boolean => dir.length <= MAX_DIR && /^[0-9*#]+$/.test(dir);

function person(
  dir: string,
  { name1, name2, problems: ofName }: Known,
  more: { nameOrder: MxOneConnection['nameOrder']; where: string; problems: readonly string[] },
): UserItem {
  const [first, last] = more.nameOrder === 'last-first' ? [name2, name1] : [name1, name2];
  const name = [first, last].filter(Boolean).join(' ');
  const isSplit = more.nameOrder !== undefined;
  const user = {
    key: dir,
    extension: dir,
    ...(name ? { name } : {}),
    ...(isSplit && first ? { firstName: first } : {}),
    ...(isSplit && last ? { lastName: last } : {}),
  };
  const problems = [...more.problems, ...ofName];
  return problems.length > 0 ? { kind: 'user', user, where: more.where, problems } : { kind: 'user', user };
}

/** Some systems have none of a kind, and say so by a refusal. */
async function unlessNothing(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!saysNothingThere(error)) throw error;
  }
}
