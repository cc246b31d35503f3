import type { UsersHeader } from '#contract/users.ts';
import type { Outbox } from '#daemon/outbox/outbox.ts';
import { type Change, packChunks } from './chunks.ts';
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

  /** @throws DemarcError `store.full`, and the signal's reason */
  async send(changes: AsyncIterable<Change>, signal: AbortSignal): Promise<void> {
    const { run, pbx } = this.#identity;
    // One chunk is made while the one before it goes to the disk.
    let writing = Promise.resolve();
    try {
      for await (const content of packChunks(changes)) {
        signal.throwIfAborted();
        await writing;
        const record = chunkRecord({ run, pbx, n: this.chunks + 1, ...content });
        writing = this.#outbox.append([record]).then(() => {
          this.chunks += 1;
        });
        // Met below, or at the next chunk.
        writing.catch(() => undefined);
      }
    } finally {
      await writing;
    }
  }
}
