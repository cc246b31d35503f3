/** Calls that are remembered at a time; the oldest are forgotten first. */
const MAX_CALLS = 10_000;
/** So long after its end late events still belong to a call; after that its id may be given anew. */
const LINGER_MS = 5000;

/**
 * Tells which events begin a call that was not counted yet: both parties and every stage of a call have events of their
 * own, and ids are used again.
 */
export class CallTracker {
  /** When each call ended, in milliseconds since 1970; undefined while it lasts. */
  readonly #calls = new Map<string, number | undefined>();

  /** Whether this call is a new one. */
  begins(id: string, nowMs: number): boolean {
    const ended = this.#calls.get(id);
    const isKnown = this.#calls.has(id) && (ended === undefined || nowMs - ended < LINGER_MS);
    if (isKnown) return false;
    this.#remember(id, undefined);
    return true;
  }

  /** One party has left the call. */
  ends(id: string, nowMs: number): void {
    if (this.#calls.has(id)) this.#remember(id, nowMs);
  }

  #remember(id: string, ended: number | undefined): void {
    this.#calls.delete(id);
    this.#calls.set(id, ended);
    const [oldest] = this.#calls.keys();
    if (this.#calls.size > MAX_CALLS && oldest !== undefined) this.#calls.delete(oldest);
  }
}
