import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Random } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { type Card, cards, ownAddresses } from './network.ts';
import {
  type Answer,
  allRecords,
  answerTo,
  isConflict,
  mustYield,
  nextName,
  normal,
  sameName,
  uniqueRecords,
} from './records.ts';
import { type Heard, Speaker } from './speaker.ts';

export interface AnnouncerOptions {
  /** Wanted, without `.local`. */
  name: string;
  port: number;
  version: string;
  /** The one address that the pages listen on; every card when undefined. */
  only: string | undefined;
  clock: Clock;
  random: Random;
  log: Log;
  /** The name that is in force now; null while none is. */
  onName: (name: string | null) => void;
}

const PROBES = 3;
const PROBE_MS = 250;
/** Who lost a simultaneous probe waits, in case the other one goes away (section 8.2). */
const YIELD_MS = 1000;
const LOOK_MS = 5000;
/** More conflicts than that in one go: something is wrong on the network (section 8.1). */
const MANY_CONFLICTS = 15;
const CALM_MS = 5000;
/** Answers a second on one network. */
const MOST_ANSWERS = 20;
/** Answers that others may give as well leave at different times (section 6). */
const SHARED_DELAY = { from: 20, spread: 100 };

type Verdict = 'free' | 'taken' | 'yield';

/**
 * The name of this gateway on the local network (ONB-2; RFC 6762): asks whether it is free, takes the next one where it is
 * not, answers, says good-bye, and begins anew where the addresses change or another machine takes the name.
 */
export class Announcer {
  readonly #options: AnnouncerOptions;
  readonly #stop = new AbortController();
  #name: string;
  #state: 'probing' | 'announced' = 'probing';
  #speakers: Speaker[] = [];
  /** What the probe under way has come to so far. */
  #verdict: Verdict = 'free';
  /** Ends what goes on, because the network or the name is another one. */
  #round = new AbortController();
  #answered = { second: 0, count: 0 };
  #running: Promise<void> | undefined;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
    this.#name = options.name;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Takes the name back from the others' memories. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#round.abort();
    await this.#running;
    await this.#close();
  }

  async #run(): Promise<void> {
    let seen = '';
    let conflicts = 0;
    while (!this.#stop.signal.aborted) {
      const now = cards(this.#options.only);
      if (JSON.stringify(now) !== seen) {
        seen = JSON.stringify(now);
        await this.#close();
        this.#open(now);
      }
      if (this.#speakers.length > 0 && this.#state === 'probing') {
        conflicts = (await this.#claim()) ? 0 : conflicts + 1;
        if (this.#state === 'probing') {
          if (conflicts >= MANY_CONFLICTS) await this.#wait(CALM_MS);
          continue;
        }
      }
      await this.#wait(LOOK_MS);
    }
  }

  /** True when the name is ours now. */
  async #claim(): Promise<boolean> {
    const { name: wanted, log, random, onName } = this.#options;
    await this.#wait(random() * PROBE_MS);
    const verdict = await this.#probe();
    if (this.#stop.signal.aborted || this.#round.signal.aborted) return false;
    if (verdict === 'yield') {
      await this.#wait(YIELD_MS);
      return false;
    }
    if (verdict === 'taken') {
      const taken = this.#name;
      this.#name = nextName(wanted, taken);
      log.warn(
        { code: 'announce.taken', name: `${taken}.local`, next: `${this.#name}.local` },
        'another machine on the network has this name',
      );
      return false;
    }
    this.#state = 'announced';
    onName(`${this.#name}.local`);
    log.info({ name: `${this.#name}.local` }, 'the local pages are announced on the network');
    await this.#announce();
    await this.#wait(1000);
    await this.#announce();
    return true;
  }

  async #probe(): Promise<Verdict> {
    this.#verdict = 'free';
    for (let n = 0; n < PROBES && this.#verdict === 'free'; n += 1) {
      for (const speaker of this.#speakers) {
        const records = uniqueRecords(this.#announced(speaker.card));
        const names = [...new Set(records.map(({ name }) => name))];
        // The type that asks for all; the library's list of types leaves it out.
        speaker.query(
          names.map((name) => ({ name, type: 'ANY' as 'A' })),
          records,
        );
      }
      await this.#wait(PROBE_MS);
    }
    return this.#verdict;
  }

  async #announce(): Promise<void> {
    if (this.#state !== 'announced') return;
    await Promise.all(this.#speakers.map((speaker) => speaker.respond(allRecords(this.#announced(speaker.card)))));
  }

  #announced({ addresses }: Card) {
    const { port, version } = this.#options;
    return { name: this.#name, port, version, addresses: addresses.map(({ address }) => address) };
  }

  #open(found: readonly Card[]): void {
    this.#round = new AbortController();
    this.#state = 'probing';
    this.#speakers = found.map((card): Speaker => {
      const speaker: Speaker = new Speaker(
        card,
        this.#listener(() => speaker),
      );
      return speaker;
    });
  }

  async #close(): Promise<void> {
    const speakers = this.#speakers;
    this.#speakers = [];
    if (this.#state === 'announced') {
      this.#options.onName(null);
      await Promise.all(
        speakers.map((speaker) =>
          speaker.respond(allRecords(this.#announced(speaker.card)).map((record) => ({ ...record, ttl: 0 }))),
        ),
      );
    }
    this.#state = 'probing';
    await Promise.all(speakers.map((speaker) => speaker.stop()));
  }

  #listener(speaker: () => Speaker): Heard {
    const { log } = this.#options;
    return {
      onTrouble: (error) =>
        log.warn({ code: 'announce.failed', err: error }, 'the name cannot be announced on a network'),
      onSaid: (records) => this.#said(records),
      onQuery: ({ id, questions, answers, authorities }, from) => {
        if (this.#state === 'probing') {
          this.#rival(
            speaker(),
            questions.map(({ name }) => name),
            authorities,
          );
          return;
        }
        const found = answerTo(this.#announced(speaker().card), questions, answers);
        if (found === undefined || !this.#mayAnswer()) return;
        const send = () => {
          if (this.#state !== 'announced') return;
          const { address, port, legacy } = from;
          // A plain client takes no flush bit, and keeps nothing for long (section 6.7).
          const plain = (all: Answer[]) => all.map((record) => ({ ...record, flush: false, ttl: 10 }) as Answer);
          if (legacy) void speaker().respond(plain(found.answers), [], { address, port, id, questions });
          else void speaker().respond(found.answers, found.additionals);
        };
        if (!found.isShared || from.legacy) send();
        else setTimeout(send, SHARED_DELAY.from + this.#options.random() * SHARED_DELAY.spread).unref();
      },
    };
  }

  #said(records: Answer[]): void {
    if (!isConflict(this.#name, records, ownAddresses().map(normal))) return;
    if (this.#state === 'probing') {
      this.#verdict = 'taken';
      return;
    }
    this.#options.log.warn(
      { code: 'announce.conflict', name: `${this.#name}.local` },
      'another machine uses this name, too',
    );
    this.#options.onName(null);
    this.#state = 'probing';
    this.#round.abort();
    this.#round = new AbortController();
  }

  /** Another one that asks for the same name at the same time; our own question comes back to us as well. */
  #rival(speaker: Speaker, names: readonly string[], theirs: Answer[]): void {
    if (!names.some((name) => sameName(name, `${this.#name}.local`))) return;
    if (!isConflict(this.#name, theirs, ownAddresses().map(normal))) return;
    const about = (all: readonly Answer[]) => all.filter(({ name }) => sameName(name, `${this.#name}.local`));
    const ours = uniqueRecords(this.#announced(speaker.card));
    if (this.#verdict === 'free' && mustYield(about(ours), about(theirs))) this.#verdict = 'yield';
  }

  #mayAnswer(): boolean {
    const second = Math.floor(this.#options.clock.now() / 1000);
    this.#answered =
      second === this.#answered.second ? { second, count: this.#answered.count + 1 } : { second, count: 1 };
    return this.#answered.count <= MOST_ANSWERS * Math.max(1, this.#speakers.length);
  }

  async #wait(ms: number): Promise<void> {
    const signal = AbortSignal.any([this.#stop.signal, this.#round.signal]);
    // Cut short when something has changed: whoever waits looks again.
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  }
}
