import type { Random } from '#config/clock.ts';
import type { SupervisionRule, TrunkTransport } from '#contract/trunks.ts';
import { ProbeHistory } from './history.ts';
import { type EndState, newEnd, note, observe, type ProbeResult, type StateChange, waitAfter } from './state.ts';
import { TimerWheel } from './timer-wheel.ts';

/** One end of a trunk that is to be watched. */
export interface WatchedEnd {
  /** Unique among all ends, the same after a restart. */
  key: string;
  trunk: string;
  host: string;
  port: number;
  transport: TrunkTransport;
  rule: SupervisionRule;
}

/** An end with what is known of it. */
export interface EndView {
  readonly end: WatchedEnd;
  readonly state: EndState;
  readonly history: ProbeHistory;
}

interface SupervisorOptions {
  /** Asks once; undefined when it was stopped on the way. */
  ask: (end: WatchedEnd, signal: AbortSignal) => Promise<ProbeResult | undefined>;
  /** What a former process knew of an end. */
  known?: (end: WatchedEnd) => { state: EndState; history: ProbeHistory } | undefined;
  /** Told after every result; `news` is empty for most. */
  onResult: (view: EndView, news: readonly StateChange[]) => void;
  /** Told what went wrong in asking itself; it goes on with the next try. */
  onError: (end: WatchedEnd, error: unknown) => void;
  random: Random;
  wheel?: TimerWheel;
  /** How many may be asked at the same time. */
  atOnce?: number;
}

interface Watched extends EndView {
  end: WatchedEnd;
  state: EndState;
  cancel: () => void;
}

/** Between the end of a try and the next one, whatever the rule says, in milliseconds. */
const LEAST_PAUSE_MS = 500;
const AT_ONCE = 64;

/** Asks every end of every trunk by its rule, for ever: one timer for all, a bounded number of questions at a time. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #wheel: TimerWheel;
  readonly #atOnce: number;
  readonly #ends = new Map<string, Watched>();
  readonly #due: Watched[] = [];
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#wheel = options.wheel ?? new TimerWheel();
    this.#atOnce = options.atOnce ?? AT_ONCE;
  }

  /** Takes the whole list: an end that it does not name is forgotten, one that goes elsewhere now begins anew. */
  watch(ends: readonly WatchedEnd[]): void {
    const wanted = new Map(ends.map((end) => [end.key, end]));
    for (const [key, watched] of this.#ends) {
      const next = wanted.get(key);
      if (next !== undefined && isSamePlace(next, watched.end)) {
        watched.end = next;
      } else {
        watched.cancel();
        this.#ends.delete(key);
      }
    }
    for (const end of wanted.values()) {
      if (this.#ends.has(end.key)) continue;
      const known = this.#options.known?.(end) ?? { state: newEnd(), history: new ProbeHistory() };
      const watched: Watched = { end, ...known, cancel: () => undefined };
      this.#ends.set(end.key, watched);
      // Ten a second, but none later than half a minute: whoever added a trunk is looking at it.
      this.#wait(watched, this.#options.random() * Math.min(30, end.rule.everySeconds, ends.length / 10) * 1000);
    }
  }

  list(): EndView[] {
    return [...this.#ends.values()];
  }

  /** Takes what another part has seen of an end; nothing happens for one that is not watched. */
  note(key: string, fact: 'registered' | 'callProven', is: boolean, at: number): void {
    const watched = this.#ends.get(key);
    if (watched === undefined) return;
    watched.state = note(watched.state, fact, is, at);
    this.#options.onResult(watched, []);
  }

  /** Resolves when nobody is being asked any more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wheel.stop();
    this.#due.length = 0;
    await Promise.all(this.#running);
  }

  #wait(watched: Watched, ms: number): void {
    watched.cancel = this.#wheel.after(ms, () => {
      this.#due.push(watched);
      this.#next();
    });
  }

  #next(): void {
    while (this.#running.size < this.#atOnce && !this.#stop.signal.aborted) {
      const watched = this.#due.shift();
      if (watched === undefined) return;
      if (this.#ends.get(watched.end.key) !== watched) continue;
      const work = this.#ask(watched).finally(() => {
        this.#running.delete(work);
        this.#next();
      });
      this.#running.add(work);
    }
  }

  async #ask(watched: Watched): Promise<void> {
    const { ask, onResult, onError, random } = this.#options;
    const { end } = watched;
    const startedAt = performance.now();
    try {
      const result = await ask(end, this.#stop.signal);
      // What was changed or taken away meanwhile is judged by nobody.
      if (result === undefined || this.#ends.get(end.key) !== watched) return;
      const { after, news } = observe(watched.state, result, watched.end.rule);
      watched.state = after;
      watched.history.add(result);
      onResult(watched, news);
    } catch (error) {
      onError(end, error);
    } finally {
      if (!this.#stop.signal.aborted && this.#ends.get(end.key) === watched) {
        const took = performance.now() - startedAt;
        this.#wait(watched, Math.max(LEAST_PAUSE_MS, waitAfter(watched.state, watched.end.rule, random()) - took));
      }
    }
  }
}

const isSamePlace = (a: WatchedEnd, b: WatchedEnd): boolean =>
  a.host === b.host && a.port === b.port && a.transport === b.transport;
