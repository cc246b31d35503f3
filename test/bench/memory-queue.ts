import type { OutboxState } from '#contract/envelope.ts';
import type { SendableRecord, SendQueue } from '#daemon/outbox/outbox.ts';

/** The outbox of a gateway of which only the way to the cloud is of interest: numbered events, in memory. */
export class MemoryQueue implements SendQueue {
  readonly #records: SendableRecord[] = [];
  readonly #listeners = new Set<() => void>();
  #next = 1;
  #taken = 0;

  append(events: number): void {
    for (let n = 0; n < events; n += 1) {
      const seq = this.#next++;
      const event = { name: 'bench.counted', severity: 'info', message: `event ${seq}`, details: { seq } };
      const envelope = { v: 1, boot: 1, seq, at: new Date().toISOString(), kind: 'event', data: event };
      const payload = JSON.stringify(envelope);
      this.#records.push({ seq, class: 'event', to: { channel: 'event' }, kind: 'event', payload });
    }
    for (const listener of this.#listeners) listener();
  }

  async next(limit: number): Promise<SendableRecord[]> {
    const found = this.#records.filter(({ seq }) => seq > this.#taken).slice(0, limit);
    this.#taken = found.at(-1)?.seq ?? this.#taken;
    return found;
  }

  rewind(): void {
    this.#taken = 0;
  }

  async trim(upTo: number): Promise<void> {
    while ((this.#records[0]?.seq ?? Number.POSITIVE_INFINITY) <= upTo) this.#records.shift();
  }

  onAppended(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  state(): OutboxState {
    const records = this.#records.length;
    return { low: this.#records[0]?.seq ?? this.#next, next: this.#next, records, bytes: 0, oldestAt: null, drops: {} };
  }
}
