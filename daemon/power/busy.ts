/** What a reboot or a restart would cut off now, in a few words; undefined when nothing. */
export interface BusyView {
  busy(): string | undefined;
}

/**
 * What must not be cut off, marked by who does it: a step of an update from which there is no way back, a call trace, the
 * changing of a trunk.
 */
export class BusyBoard implements BusyView {
  readonly #marks = new Map<symbol, string>();

  /** `what` completes "the gateway is busy: ..."; returns the way to take the mark away, which may be called twice. */
  mark(what: string): () => void {
    const key = Symbol(what);
    this.#marks.set(key, what);
    return () => void this.#marks.delete(key);
  }

  busy(): string | undefined {
    return this.#marks.size === 0 ? undefined : [...this.#marks.values()].join('; ');
  }
}
