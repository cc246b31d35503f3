import type { UsersHeader } from '#contract/users.ts';
import type { Outbox } from '#daemon/outbox/outbox.ts';
import { type Change, type ChunkContent, ChunkPacker } from './chunks.ts';
import { chunkRecord, headerRecord } from './messages.ts';

/** The part of a header that is known when a run begins. */
export type RunIdentity = Pick<
  UsersHeader,
  'run' | 'pbx' | 'pbxType' | 'pbxName' | 'trigger' | 'startedAt' | 'decision'
>;

/** Puts the header and the chunks of one run into the outbox; the trailer goes with the new state and is the run's. */
export class RunSender {
  readonly #outbox: Outbox;
  readonly #identity: RunIdentity;
  readonly #packer = new ChunkPacker();
  #writing: Promise<void> = Promise.resolve();
  /** The header's base; undefined until it is sent. */
  base: number | undefined;
  /** How many chunks were sent. */
  chunks = 0;

  constructor(outbox: Outbox, identity: RunIdentity) {
    this.#outbox = outbox;
    this.#identity = identity;
  }

  /** Sends the header. `revision` is that in force; a full run builds on nothing. @throws DemarcError `store.full` */
  async open(mode: 'full' | 'delta', revision: number): Promise<void> {
    const base = mode === 'full' ? 0 : revision;
    await this.#outbox.append([headerRecord({ ...this.#identity, mode, base })]);
    this.base = base;
  }

  /** Takes a change; a promise where a chunk became full by that. @throws DemarcError `store.full` */
  add(change: Change): Promise<void> | undefined {
    const full = this.#packer.add(change);
    return full && this.#append(full);
  }

  /** Takes changes and ends. @throws DemarcError `store.full`, and the signal's reason */
  async send(changes: AsyncIterable<readonly Change[]>, signal: AbortSignal): Promise<void> {
    for await (const page of changes) {
      signal.throwIfAborted();
      for (const change of page) await this.add(change);
    }
    await this.end();
  }

  /** Sends what is left and resolves when all of it is on the disk. @throws DemarcError `store.full` */
  async end(): Promise<void> {
    const rest = this.#packer.rest();
    if (rest) await this.#append(rest);
    await this.#writing;
  }

  /** Drops what is not in the outbox yet and waits for the rest, whatever becomes of it: the run has failed. */
  async giveUp(): Promise<void> {
    this.#packer.rest();
    await this.#writing.catch(() => undefined);
  }

  /** One chunk is made while the one before it goes to the disk: their numbers must have no gap. */
  async #append(content: ChunkContent): Promise<void> {
    await this.#writing;
    const { run, pbx } = this.#identity;
    const record = chunkRecord({ run, pbx, n: this.chunks + 1, ...content });
    this.#writing = this.#outbox.append([record]).then(() => {
      this.chunks += 1;
    });
    // Met at the next chunk, or at the end.
    this.#writing.catch(() => undefined);
  }
}
