/** The last 24 hours of one end in 288 slots of five minutes: 3.4 KiB, however often it is asked. */
import { isAccepted, type ProbeResult } from './state.ts';

export const SLOT_MS = 300_000;
export const SLOTS = 288;

/** tries, answered, accepted: 2 bytes each; worst round trip: 2 bytes, sum of round trips: 4 bytes, in tenths of a millisecond. */
const SLOT_BYTES = 12;
const MOST = 0xffff;

/** Tries, answers, 2xx answers, average and worst round trip in milliseconds. */
export type HistoryPoint = [tries: number, answered: number, accepted: number, averageMs: number, worstMs: number];

/** Numbers a stretch of five minutes since 1970. */
export const slotOf = (at: number): number => Math.floor(at / SLOT_MS);

/** A ring over the slots: what is older than 24 hours is written over. */
export class ProbeHistory {
  readonly #ring: Buffer;
  /** The newest slot that was written; -1 before the first result. */
  #newest: number;

  /** Takes up what `encode` gave; a text that cannot be that begins anew. */
  constructor(saved?: { newest: number; ring: string }) {
    const ring = saved === undefined ? undefined : Buffer.from(saved.ring, 'base64');
    const fits = saved !== undefined && ring?.length === SLOTS * SLOT_BYTES;
    this.#ring = fits && ring !== undefined ? ring : Buffer.alloc(SLOTS * SLOT_BYTES);
    this.#newest = fits ? saved.newest : -1;
  }

  add(result: ProbeResult): void {
    const slot = slotOf(result.at);
    this.#advance(slot);
    const at = (slot % SLOTS) * SLOT_BYTES;
    const ring = this.#ring;
    const count = (offset: number) =>
      ring.writeUInt16LE(Math.min(MOST, ring.readUInt16LE(at + offset) + 1), at + offset);
    count(0);
    if (!result.answered) return;
    count(2);
    if (isAccepted(result)) count(4);
    const tenths = Math.min(MOST, Math.round(result.roundTripMs * 10));
    ring.writeUInt16LE(Math.max(tenths, ring.readUInt16LE(at + 6)), at + 6);
    ring.writeUInt32LE(Math.min(0xffff_ffff, ring.readUInt32LE(at + 8) + tenths), at + 8);
  }

  /** From slot `from` to the newest one, oldest first; null where nobody asked. At most the last 24 hours. */
  points(from: number): { from: number; points: (HistoryPoint | null)[] } {
    const first = Math.max(from, this.#newest - SLOTS + 1);
    const points: (HistoryPoint | null)[] = [];
    for (let slot = first; slot <= this.#newest; slot += 1) points.push(this.#point(slot));
    return { from: first, points };
  }

  encode(): { newest: number; ring: string } {
    return { newest: this.#newest, ring: this.#ring.toString('base64') };
  }

  /** Empties what lies between the newest slot and this one. A clock that was put back a little adds to old slots. */
  #advance(slot: number): void {
    if (slot <= this.#newest && slot > this.#newest - SLOTS) return;
    if (slot < this.#newest || this.#newest < 0) {
      this.#ring.fill(0);
    } else {
      for (let empty = Math.max(this.#newest + 1, slot - SLOTS + 1); empty <= slot; empty += 1) {
        const at = (empty % SLOTS) * SLOT_BYTES;
        this.#ring.fill(0, at, at + SLOT_BYTES);
      }
    }
    this.#newest = slot;
  }

  #point(slot: number): HistoryPoint | null {
    const at = (slot % SLOTS) * SLOT_BYTES;
    const ring = this.#ring;
    const tries = ring.readUInt16LE(at);
    if (tries === 0) return null;
    const answered = ring.readUInt16LE(at + 2);
    const average = answered === 0 ? 0 : Math.round(ring.readUInt32LE(at + 8) / answered) / 10;
    return [tries, answered, ring.readUInt16LE(at + 4), average, ring.readUInt16LE(at + 6) / 10];
  }
}
