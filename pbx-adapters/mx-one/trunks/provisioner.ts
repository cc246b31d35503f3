import { createHash } from 'node:crypto';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import type { TrunkDiff, TrunkOutcome, TrunkSettings } from '#contract/trunks.ts';
import type { MadeItem, TrunkProvisioner, TrunkRecord, TrunkRun, TrunkWrite } from '#pbx-adapters/trunk-provisioner.ts';
import { mxOneChanges } from '#sip-trunks/plan/mx-one.ts';
import { BACKUP } from './commands.ts';
import { type Comparison, compare } from './compare.ts';
import type { Facts } from './facts.ts';
import { type Rollback, rollBack } from './rollback.ts';
import { isGone, isSame, matches } from './rules.ts';
import type { TrunkShell } from './shell.ts';

/** Longest part of an error text that comes from elsewhere, in characters. */
const MAX_WHY = 300;
const MAX_DETAIL = 700;

type Thing = Pick<MadeItem, 'id' | 'wanted'>;
type Work = NonNullable<TrunkRecord['work']>;

/** Sets trunks on an MX-ONE over the shell of its Service Node. */
export class MxOneTrunks implements TrunkProvisioner {
  readonly #shell: TrunkShell;

  constructor(shell: TrunkShell) {
    this.#shell = shell;
  }

  async diff(trunk: TrunkSettings, record: TrunkRecord, signal: AbortSignal): Promise<TrunkDiff> {
    const found = this.#shell.snapshot(signal);
    // What a run was cut off in is taken back first: the plan is made for what is there then.
    const then = record.work?.phase === 'writing' ? takenBack(found, record.work) : found;
    return diffOf(record, await compare({ wanted: this.#wanted(trunk), made: record.items, found: then }));
  }

  async apply(trunk: TrunkSettings, expected: string, run: TrunkRun): Promise<TrunkOutcome> {
    const before = await this.#settled(run);
    const comparison = await this.#compare(this.#wanted(trunk), before.items, run.signal);
    if (comparison.writes.length === 0 && before.kept) return nothingDone;
    if (diffOf(before, comparison).hash !== expected) throw new DemarcError('trunk.plan-outdated');
    return await this.#carryOut(run, before, comparison);
  }

  async remove(run: TrunkRun): Promise<TrunkOutcome> {
    const before = await this.#settled(run);
    const comparison = await this.#compare([], before.items, run.signal);
    if (comparison.writes.length > 0 || !before.kept) return await this.#carryOut(run, before, comparison);
    await run.save({ items: [], kept: true });
    return nothingDone;
  }

  async recover(run: TrunkRun): Promise<TrunkOutcome> {
    const { work, last } = run.record;
    if (work?.phase === 'keeping') return await this.#keep(run, run.record, work);
    if (work !== undefined) await this.#takeBack(run, run.record, work, 'the run was cut off');
    if (last?.run !== run.id) throw new DemarcError('trunk.undone', 'nothing was written');
    if (last.code === '') return { done: last.done, text: last.detail };
    throw new DemarcError(codeOf(last.code), last.detail);
  }

  #wanted(trunk: TrunkSettings): MadeItem[] {
    const changes = mxOneChanges({ trunk, pbx: { name: '' } });
    if (changes.some(({ secret }) => secret)) this.#shell.requirePassword();
    return changes.map((change) => ({ ...change, wanted: { ...change.wanted } }));
  }

  #compare(wanted: readonly MadeItem[], made: readonly MadeItem[], signal: AbortSignal): Promise<Comparison> {
    return compare({ wanted, made, found: this.#shell.snapshot(signal) });
  }

  /** The record without what an earlier run left, which is brought to its end first. */
  async #settled(run: TrunkRun): Promise<TrunkRecord> {
    const { work, ...record } = run.record;
    if (work === undefined) return record;
    if (work.phase === 'writing') {
      const { left } = await rollBack(this.#shell, work.writes.slice(0, work.started), {
        signal: run.leave,
        progress: run.progress,
      });
      if (left.length > 0) throw new DemarcError('trunk.half-done', detailOf('an earlier run was cut off', { left }));
    }
    await run.save(record);
    return record;
  }

  async #carryOut(run: TrunkRun, before: TrunkRecord, { writes, after }: Comparison): Promise<TrunkOutcome> {
    let work: Work = { run: run.id, phase: 'writing', writes, started: 0 };
    let failure: string | undefined;
    for (const [at, write] of writes.entries()) {
      try {
        run.signal.throwIfAborted();
        work = { ...work, started: at + 1 };
        await run.save({ ...before, work });
        run.progress(`${title(write)} (${at + 1} of ${writes.length})`, (100 * at) / (writes.length + 1));
        await this.#write(write, run.signal);
      } catch (thrown) {
        failure = `${title(write)}: ${reasonOf(thrown)}`;
        break;
      }
    }
    failure ??= await this.#check(after, run.signal);
    if (failure !== undefined) await this.#takeBack(run, before, work, failure);
    const keeping: Work = { ...work, phase: 'keeping' };
    const record = { items: after, kept: false, work: keeping };
    await run.save(record);
    return await this.#keep(run, record, keeping);
  }

  /** Writes, and reads back what the PBX then shows. */
  async #write(write: TrunkWrite, signal: AbortSignal): Promise<void> {
    const { item, act } = write;
    await this.#shell.write(act === 'undo' ? item.undo : item.make, act !== 'undo' && item.secret, signal);
    const facts = await this.#shell.facts(item, signal);
    if (act === 'undo' ? isGone(item, facts) : matches(item, facts)) return;
    if (facts === null) throw new DemarcError('trunk.not-there', 'the PBX took the command and does not show it');
    const wrong = Object.entries(item.wanted).filter(([name, value]) => facts[name] !== value);
    const shows = wrong.map(([name, value]) => `${name} is ${facts[name] || 'empty'} and not ${value}`);
    throw new DemarcError('trunk.not-there', act === 'undo' ? 'the PBX still shows it' : shows.join(', '));
  }

  /** Everything once more: somebody else may have been at work meanwhile. What is wrong, in words. */
  async #check(after: readonly MadeItem[], signal: AbortSignal): Promise<string | undefined> {
    try {
      const found = this.#shell.snapshot(signal);
      for (const item of after) {
        if (!matches(item, await found(item))) return `${item.title}: somebody else has changed it meanwhile`;
      }
      return undefined;
    } catch (thrown) {
      return `the last look at the PBX: ${reasonOf(thrown)}`;
    }
  }

  async #keep(run: TrunkRun, record: TrunkRecord, work: Work): Promise<TrunkOutcome> {
    const { items } = record;
    const done = [...work.writes.map(title), 'Keep it over a restart'];
    run.progress('The PBX saves it', (100 * work.writes.length) / (work.writes.length + 1));
    try {
      await this.#shell.write(BACKUP, false, run.leave);
    } catch (thrown) {
      if (run.leave.aborted) throw thrown;
      const detail = reasonOf(thrown);
      await run.save({ items, kept: false, last: { run: run.id, code: 'trunk.not-kept', detail, done: [] } });
      throw new DemarcError('trunk.not-kept', detail, { cause: thrown });
    }
    const text = `Done on the PBX and saved there: ${work.writes.map(title).join(', ') || 'nothing but the saving'}.`;
    const outcome = { done, text: text.slice(0, 1000) };
    await run.save({ items, kept: true, last: { run: run.id, code: '', detail: outcome.text, done } });
    return outcome;
  }

  /** Undoes what this run wrote and says what came of it. A run that is to be left is left. */
  async #takeBack(run: TrunkRun, before: TrunkRecord, work: Work, why: string): Promise<never> {
    run.leave.throwIfAborted();
    const writes = work.writes.slice(0, work.started);
    const result = await rollBack(this.#shell, writes, { signal: run.leave, progress: run.progress });
    run.leave.throwIfAborted();
    const code = result.left.length > 0 ? 'trunk.half-done' : 'trunk.undone';
    const detail = detailOf(why, result);
    const last = { run: run.id, code, detail, done: [] };
    const { items, kept } = before;
    await run.save({ items, kept, last, ...(result.left.length > 0 ? { work } : {}) });
    throw new DemarcError(code, detail);
  }
}

const nothingDone: TrunkOutcome = { done: [], text: 'Nothing had to be done: the PBX is as it is wanted.' };

const VERBS = { make: '', undo: 'Undo: ', set: 'Set anew: ' } as const;
const title = ({ act, item }: TrunkWrite): string => `${VERBS[act]}${item.title}`;

const reasonOf = (thrown: unknown): string => toDemarcError(thrown).message.slice(0, MAX_WHY);

const codeOf = (code: string) =>
  code === 'trunk.half-done' || code === 'trunk.not-kept' ? code : ('trunk.undone' as const);

function detailOf(why: string, { takenBack = [], left }: Partial<Rollback> & Pick<Rollback, 'left'>): string {
  const back = takenBack.length > 0 ? `taken back: ${takenBack.join(', ')}` : 'nothing had to be taken back';
  const rest = left.length > 0 ? `; still there: ${left.join(', ')}` : '';
  return `${why}; ${back}${rest}`.slice(0, MAX_DETAIL);
}

/** What the PBX will show when the writes of a run are taken back. */
function takenBack(found: (thing: Thing) => Promise<Facts | null>, { writes, started }: Work) {
  const begun = writes.slice(0, started);
  return async (thing: Thing): Promise<Facts | null> => {
    // The first write of a thing has met it as it was.
    const first = begun.find(({ item }) => isSame(item, thing));
    if (first === undefined) return found(thing);
    if (first.act === 'make') return null;
    return first.act === 'undo' ? first.item.wanted : first.was.wanted;
  };
}

function diffOf(record: TrunkRecord, { items, writes }: Comparison): TrunkDiff {
  const commands = writes.map(({ act, item }) =>
    act === 'undo' ? item.undo : item.secret ? `${item.make} -password …` : item.make,
  );
  if (commands.length > 0 || !record.kept) commands.push(BACKUP);
  const hash = createHash('sha256').update(JSON.stringify({ items, commands })).digest('hex');
  const left = record.work?.phase === 'writing' ? record.work.writes.slice(0, record.work.started).map(title) : [];
  const unfinished = left.length > 0 ? left.join(', ').slice(0, 500) : null;
  return { items, commands, hash, unfinished };
}
