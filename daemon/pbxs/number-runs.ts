import type { NumberRun } from '#contract/numbers.ts';
import type { DirectoryNumber } from '#pbx-adapters/adapter.ts';

/** More than this of one PBX is counted and not kept: a site of that size has its blocks in few entries. */
const MAX_READ = 20_000;

const DIGITS = /^\d+$/;

/** The number after this one, with the same count of digits and the same plus sign; undefined after the last. */
function after(text: string): string | undefined {
  const plus = text.startsWith('+') ? '+' : '';
  const digits = text.slice(plus.length);
  if (!DIGITS.test(digits)) return undefined;
  const next = (BigInt(digits) + 1n).toString();
  return next.length > digits.length ? undefined : plus + next.padStart(digits.length, '0');
}

/**
 * Makes few entries of many numbers: those that follow each other become one block where their targets count up with
 * them, or are one and the same, or are not known. What was a block before stays as it is.
 */
export function toRuns(numbers: readonly NumberRun[]): NumberRun[] {
  const sorted = numbers.toSorted(
    (a, b) => a.from.length - b.from.length || (a.from < b.from ? -1 : Number(a.from > b.from)),
  );
  const runs: NumberRun[] = [];
  let open: NumberRun | undefined;
  for (const number of sorted) {
    const joined: NumberRun | undefined = open && number.to === undefined ? join(open, number) : undefined;
    if (joined !== undefined) {
      runs[runs.length - 1] = joined;
      open = joined;
    } else {
      runs.push(number);
      open = number.to === undefined ? number : undefined;
    }
  }
  return runs;
}

/** The block with this number at its end; undefined when it does not go on with it. */
function join(run: NumberRun, { from, target }: NumberRun): NumberRun | undefined {
  if (after(run.to ?? run.from) !== from) return undefined;
  if (run.target === undefined || target === undefined) return run.target === target ? { ...run, to: from } : undefined;
  const isSingle = run.to === undefined;
  if (run.targetTo === undefined && run.target === target) return { ...run, to: from };
  const counts = (isSingle || run.targetTo !== undefined) && after(run.targetTo ?? run.target) === target;
  return counts ? { ...run, to: from, targetTo: target } : undefined;
}

/** The digits without what people put between them; undefined for what is no number. */
function dialled(text: string): string | undefined {
  const digits = text.replaceAll(/[\s()./-]/g, '');
  return /^\+?\d{1,26}$/.test(digits) ? digits : undefined;
}

/** Takes the numbers of a PBX as they come: counts all, keeps what there is room for. */
export class NumberIntake {
  readonly #dids: NumberRun[] = [];
  readonly #ranges: NumberRun[] = [];
  count = 0;

  add({ kind, from: first, to: last, target }: DirectoryNumber): void {
    this.count += 1;
    const from = dialled(first);
    const to = last === undefined ? undefined : dialled(last);
    if (from === undefined || this.#dids.length + this.#ranges.length >= MAX_READ) return;
    const run = { from, ...(to !== undefined && { to }), ...(target ? { target: target.slice(0, 64) } : {}) };
    (kind === 'did' ? this.#dids : this.#ranges).push(run);
  }

  /** What was kept, in few entries; `omitted` are those that were only counted: no numbers, or too many. */
  result(): { dids: NumberRun[]; ranges: NumberRun[]; omitted: number } {
    const omitted = this.count - this.#dids.length - this.#ranges.length;
    return { dids: toRuns(this.#dids), ranges: this.#ranges, omitted };
  }
}
