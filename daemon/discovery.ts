import { type Clock, instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { type Candidate, CandidateRole, type DiscoveryAnswer, type DiscoveryRequest } from '#contract/discovery.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';

/** PBXs first, then by address. */
const byUse = (a: Candidate, b: Candidate): number =>
  CandidateRole.options.indexOf(a.role) - CandidateRole.options.indexOf(b.role) ||
  a.id.localeCompare(b.id, 'en', { numeric: true });

interface DiscoveryParts {
  clock: Clock;
  log: Log;
}

/**
 * The searches of this gateway, one at a time, and what the last one found. Kept in memory only: a list of machines of
 * last month misleads. The code of the search is loaded at the first one; an idle daemon does without it.
 */
export class DiscoveryKeeper {
  readonly #parts: DiscoveryParts;
  readonly #candidates = new Map<string, Candidate>();
  #answer: DiscoveryAnswer = {
    state: 'idle',
    startedAt: null,
    endedAt: null,
    ranges: [],
    progress: null,
    candidates: [],
    notes: [],
  };
  #running: { cancel: AbortController; done: Promise<void> } | undefined;

  constructor(parts: DiscoveryParts) {
    this.#parts = parts;
  }

  state(): DiscoveryAnswer {
    return { ...this.#answer, candidates: [...this.#candidates.values()].sort(byUse) };
  }

  /** @throws DemarcError `discovery.running`, and `discovery.*` for ranges that cannot be searched */
  async start(request: DiscoveryRequest): Promise<DiscoveryAnswer> {
    const [{ discover, planScope }, { planWith }] = await Promise.all([
      import('#pbx-adapters/discovery/discover.ts'),
      import('#pbx-adapters/discovery/ports.ts'),
    ]);
    if (this.#running) throw new DemarcError('discovery.running');
    const { cidrs, community, ports = {} } = request;
    const search = { cidrs, community, ports: planWith(ports) };
    const { ranges } = planScope(search);
    const cancel = new AbortController();
    this.#candidates.clear();
    this.#answer = {
      state: 'running',
      startedAt: instant(this.#parts.clock),
      endedAt: null,
      ranges: ranges.map(({ cidr }) => cidr),
      progress: null,
      candidates: [],
      notes: [],
    };
    this.#parts.log.info({ ranges: this.#answer.ranges }, 'looking for telephone systems');
    const done = this.#follow(discover(search, cancel.signal), cancel.signal).finally(() => {
      this.#running = undefined;
    });
    this.#running = { cancel, done };
    return this.state();
  }

  /** Ends the search, if there is one; what it found is kept. */
  async cancel(): Promise<DiscoveryAnswer> {
    this.#running?.cancel.abort();
    await this.#running?.done;
    return this.state();
  }

  async #follow(
    events: ReturnType<typeof import('#pbx-adapters/discovery/discover.ts')['discover']>,
    signal: AbortSignal,
  ): Promise<void> {
    const { log, clock } = this.#parts;
    const answer = this.#answer;
    try {
      for await (const event of events) {
        if (event.kind === 'candidate') this.#candidates.set(event.candidate.id, event.candidate);
        else if (event.kind === 'gone') this.#candidates.delete(event.id);
        else if (event.kind === 'note') answer.notes.push(event.note);
        else answer.progress = event.progress;
      }
      answer.state = signal.aborted ? 'canceled' : 'finished';
      log.info({ state: answer.state, candidates: this.#candidates.size, ...answer.progress }, 'the search has ended');
    } catch (thrown) {
      const error = toDemarcError(thrown);
      answer.state = 'failed';
      answer.error = error.toText();
      log.error({ code: error.code, err: thrown }, 'the search for telephone systems failed');
    }
    answer.endedAt = instant(clock);
  }
}
