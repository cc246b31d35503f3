import type { Log } from '#config/log.ts';
import type { DirectoryNumber } from '#pbx-adapters/adapter.ts';
import { type FormRow, readForm } from '#pbx-adapters/channels/form-export/read-form.ts';

/** The PBX keeps numbers of external hot desk users in the same table, and exports them together. */
const HOT_DESK = /\behdu\b|external hot ?desk/i;

/**
 * The direct-dial numbers of the form Direct Inward Dialing Service; how many rows were left out is told in the log.
 * @throws DemarcError `form.…`, `pbx.canceled`
 */
export async function* readNumbers(path: string, log: Log, signal: AbortSignal): AsyncGenerator<DirectoryNumber> {
  let hotDesk = 0;
  let unusable = 0;
  for await (const part of readForm(path, signal)) {
    if (!('row' in part)) continue;
    if (isHotDesk(part.row)) hotDesk += 1;
    else {
      const number = toNumber(part.row);
      if (number) yield number;
      else unusable += 1;
    }
  }
  if (hotDesk > 0) log.info({ rows: hotDesk }, 'external hot desk rows among the direct-dial numbers');
  if (unusable > 0) log.warn({ code: 'form.bad-number', rows: unusable }, 'rows that hold no direct-dial number');
}

const isHotDesk = ({ cells }: FormRow): boolean =>
  [cells.entryType, cells.destination].some((text) => text !== undefined && HOT_DESK.test(text));

/** Digits stay text: zeros in front count. `1200-1299` in one cell is a range, as are two cells. */
export function toNumber({ cells }: FormRow): DirectoryNumber | undefined {
  const [first, second] = rangeOf(cells.did ?? '') ?? [cells.did, cells.didEnd];
  const from = dialled(first);
  const to = second === undefined ? from : dialled(second);
  if (from === undefined || to === undefined) return undefined;
  const target = cells.destination?.slice(0, 64);
  return { kind: 'did', from, ...(to === from ? {} : { to }), ...(target === undefined ? {} : { target }) };
}

/** Both ends, when the text is a range: a dash also groups digits, so the ends must be of one length and in order. */
function rangeOf(text: string): [string, string] | undefined {
  const [, from, to] = /^(\+?\d+)\s*(?:-|–|\.\.)\s*(\+?\d+)$/.exec(text) ?? [];
  if (from === undefined || to === undefined) return undefined;
  return from.length === to.length && from < to ? [from, to] : undefined;
}

/** The digits with a plus in front where it is written; undefined for anything else. */
function dialled(text: string | undefined): string | undefined {
  const digits = text?.replaceAll(/[\s()./-]/g, '') ?? '';
  return /^\+?\d{1,26}$/.test(digits) ? digits : undefined;
}
