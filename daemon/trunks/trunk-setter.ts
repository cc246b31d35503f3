import type { Log } from '#config/log.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import type { Id } from '#contract/ids.ts';
import type { TrunkDiff, TrunkOutcome } from '#contract/trunks.ts';
import type { PbxAdapter } from '#pbx-adapters/adapter.ts';
import type { TrunkProvisioner, TrunkRecord, TrunkRun } from '#pbx-adapters/trunk-provisioner.ts';
import type { CommandContext, CommandHandlers } from '../commands/handler.ts';
import type { BusyBoard } from '../power/busy.ts';
import type { Table } from '../store/table.ts';
import type { TrunkAccesses } from '../verify/trunk-access.ts';
import { type RecordStore, type StoredRecord, trunkRecords } from './trunk-records.ts';
import type { WantedTrunk, WantedTrunks } from './wanted-trunks.ts';

interface SetterOptions {
  store: RecordStore;
  trunks: Pick<WantedTrunks, 'get'>;
  adapterFor: (pbx: Id) => Promise<PbxAdapter>;
  /** Passwords of trunks, as entered on site. */
  accesses: Pick<TrunkAccesses, 'open'>;
  busy: Pick<BusyBoard, 'mark'>;
  log: Log;
  /** Milliseconds for taking back what was written, when the command's own time is over. */
  undoMs?: number;
}

type Act = (trunks: TrunkProvisioner, run: TrunkRun) => Promise<TrunkOutcome>;

const UNDO_MS = 5 * 60_000;
const NEW_RECORD: TrunkRecord = { items: [], kept: true };

/**
 * Compares trunks with their PBX, sets and removes them (design section 9). Each write is on disk before it is made, so
 * that the next process brings to an end what this one could not.
 */
export class TrunkSetter {
  readonly #options: SetterOptions;
  readonly #records: Table<StoredRecord>;
  readonly #closing = new AbortController();
  /** What is being changed, by PBX. */
  readonly #work = new Map<Id, Promise<unknown>>();

  constructor(options: SetterOptions) {
    this.#options = options;
    this.#records = trunkRecords(options.store);
  }

  /** For the command runner. */
  handlers() {
    return {
      'trunk.plan': ({ trunk }, { signal }) => this.#plan(trunk, signal),
      'trunk.apply': this.#changing(({ trunk, expected }, context) => {
        const { settings } = this.#wanted(trunk);
        return this.#change(trunk, settings.pbx, context, (trunks, run) => trunks.apply(settings, expected, run));
      }),
      'trunk.remove': this.#changing(async ({ trunk }, context) => {
        const stored = await this.#records.get(trunk);
        if (stored === undefined) return { done: [], text: 'Demarc has set nothing of this trunk on a PBX.' };
        return await this.#change(trunk, stored.pbx, context, (trunks, run) => trunks.remove(run));
      }),
    } satisfies CommandHandlers;
  }

  /** Leaves what is under way to the next process. */
  async stop(): Promise<void> {
    this.#closing.abort(new DemarcError('command.interrupted'));
    await Promise.allSettled(this.#work.values());
  }

  async #plan(trunk: Id, signal: AbortSignal): Promise<TrunkDiff> {
    const { settings } = this.#wanted(trunk);
    const trunks = await this.#provisioner(trunk, settings.pbx);
    if (this.#work.has(settings.pbx)) throw new DemarcError('trunk.busy');
    return await trunks.diff(settings, await this.#record(trunk, settings.pbx), signal);
  }

  /** A command that writes: what an earlier process left of it is brought to an end, and that is its end. */
  #changing<A extends { trunk: Id }>(run: (args: A, context: CommandContext) => Promise<TrunkOutcome>) {
    return {
      run,
      resume: async ({ trunk }: A, _step: unknown, context: CommandContext): Promise<TrunkOutcome> => {
        const stored = await this.#records.get(trunk);
        if (stored === undefined) throw new DemarcError('trunk.undone', 'nothing was written');
        return await this.#change(trunk, stored.pbx, context, (trunks, run) => trunks.recover(run));
      },
    };
  }

  /** One change at a time on a PBX; others are told so. */
  async #change(trunk: Id, pbx: Id, context: CommandContext, act: Act): Promise<TrunkOutcome> {
    const provisioner = await this.#provisioner(trunk, pbx);
    if (this.#work.has(pbx)) throw new DemarcError('trunk.busy');
    const release = this.#options.busy.mark('a trunk is being set on a PBX');
    const done = this.#run(trunk, pbx, context, (run) => act(provisioner, run)).finally(() => {
      release();
      this.#work.delete(pbx);
    });
    this.#work.set(pbx, done);
    return await done;
  }

  /** Goes on, unheard, when the command's time is over, until what was written is taken back. */
  async #run(
    trunk: Id,
    pbx: Id,
    context: CommandContext,
    act: (run: TrunkRun) => Promise<TrunkOutcome>,
  ): Promise<TrunkOutcome> {
    const { log, undoMs = UNDO_MS } = this.#options;
    const { signal } = context;
    const leaving = new AbortController();
    const onAbort = () => {
      const error = toDemarcError(signal.reason);
      // At a stop the next process does it; at a deadline there is only this one.
      if (error.code === 'command.interrupted') leaving.abort(error);
      else setTimeout(() => leaving.abort(error), undoMs).unref();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const { signal: closing } = this.#closing;
    let begun = false;
    try {
      return await act({
        id: context.id,
        record: await this.#record(trunk, pbx),
        save: async (record) => {
          const isFirst = !begun && record.work !== undefined;
          begun = true;
          // Not to be canceled from here on: that would be told before all is taken back.
          if (isFirst) await context.checkpoint({ phase: 'writing' }, { noReturn: true });
          await this.#records.put(trunk, { pbx, record });
        },
        progress: (text, percent) => context.progress(text, percent),
        signal: AbortSignal.any([signal, closing]),
        leave: AbortSignal.any([leaving.signal, closing]),
      });
    } catch (thrown) {
      const { code, detail } = toDemarcError(thrown);
      if (signal.aborted) log.warn({ code, command: context.id, trunk, detail }, 'a trunk ended after its command');
      throw thrown;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** @throws DemarcError `trunk.unknown` */
  #wanted(trunk: Id): WantedTrunk {
    const wanted = this.#options.trunks.get(trunk);
    if (wanted === undefined) throw new DemarcError('trunk.unknown', trunk);
    return wanted;
  }

  /** @throws DemarcError `trunk.set-elsewhere` */
  async #record(trunk: Id, pbx: Id): Promise<TrunkRecord> {
    const stored = await this.#records.get(trunk);
    if (stored === undefined) return NEW_RECORD;
    if (stored.pbx === pbx) return stored.record;
    const { items, work } = stored.record;
    if (items.length > 0 || work !== undefined) throw new DemarcError('trunk.set-elsewhere');
    return NEW_RECORD;
  }

  /** @throws DemarcError `trunk.by-hand`, `sync.unknown-pbx`, `secret.unreadable` */
  async #provisioner(trunk: Id, pbx: Id): Promise<TrunkProvisioner> {
    const { adapterFor, accesses } = this.#options;
    const adapter = await adapterFor(pbx);
    const { password } = await accesses.open(trunk);
    const provisioner = adapter.trunks?.(password);
    if (provisioner === undefined) throw new DemarcError('trunk.by-hand');
    return provisioner;
  }
}
