import { z } from 'zod';
import type { Clock } from '#config/clock.ts';
import { describe } from '#config/document.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { type SectionData, type SectionMessage, type SectionName, sections } from '#contract/sections.ts';
import type { NewRecord, Outbox } from '../outbox/outbox.ts';
import type { Table } from '../store/table.ts';
import { hashOf } from './canonical.ts';
import { fit } from './fit.ts';
import { SECTION_RULES } from './rules.ts';

/** What is on disk of a section that was sent. */
const SentSection = z.object({
  revision: z.int().min(1),
  /** Of the part whose change counts. */
  hash: z.string(),
  /** Of the whole document. */
  fullHash: z.string(),
  document: z.unknown(),
  sentAt: z.number(),
  /** When the cloud last heard of this section, changed or not. */
  toldAt: z.number(),
});
type SentSection = z.infer<typeof SentSection>;

/** The cloud calls a gateway stale after two silent hours; one sign of life an hour is enough. */
const TOUCH_AFTER_MS = 55 * 60_000;

interface SectionsOptions {
  store: { table(name: string, schema: typeof SentSection): Table<SentSection> };
  outbox: Outbox;
  clock: Clock;
}

/**
 * Sends section documents where they changed and nothing where not. The revision grows on disk in the same batch as the
 * record, so that the cloud can refuse what is older than what it has.
 */
export class Sections {
  readonly #table: Table<SentSection>;
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #turns = new Map<SectionName, Promise<unknown>>();

  constructor(options: SectionsOptions) {
    this.#table = options.store.table('sections', SentSection);
    this.#outbox = options.outbox;
    this.#clock = options.clock;
  }

  /**
   * Sends the document if what counts in it changed. True when it was sent.
   * @throws DemarcError `link.malformed` when it does not fit the contract, `store.full`
   */
  publish<N extends SectionName>(section: N, document: SectionData<N>): Promise<boolean> {
    return this.#inTurn(section, async () => {
      const parsed = sections[section].safeParse(fit(section, document));
      if (!parsed.success) throw new DemarcError('link.malformed', `section ${section}: ${describe(parsed.error)}`);
      const rule = SECTION_RULES[section];
      const hash = hashOf(rule.significant(parsed.data));
      const fullHash = hashOf(parsed.data);
      const last = await this.#table.get(section);
      const now = this.#clock.now();
      if (last?.hash === hash) {
        const mayWait = rule.refreshMs === undefined || now - last.sentAt < rule.refreshMs;
        if (mayWait || last.fullHash === fullHash) return false;
      }
      await this.#send(section, { hash, fullHash, document: parsed.data }, last);
      return true;
    });
  }

  /** Says "as before" when the cloud has heard nothing of the section for an hour. False when there was no need. */
  touch(section: SectionName): Promise<boolean> {
    return this.#inTurn(section, async () => {
      const last = await this.#table.get(section);
      const now = this.#clock.now();
      // A clock that was put back must not silence the section for as long.
      if (!last || Math.abs(now - last.toldAt) < TOUCH_AFTER_MS) return false;
      const data: SectionMessage = { section, revision: last.revision };
      const operation = this.#table.putOperation(section, { ...last, toldAt: now });
      await this.#outbox.append([message(section, 'section.unchanged', last.fullHash, data)], [operation]);
      return true;
    });
  }

  /** What was sent of each section last, for the debug view. */
  async sent(): Promise<{ name: string; revision: number; hash: string }[]> {
    const found = [];
    for await (const [name, { revision, fullHash }] of this.#table.entries()) {
      found.push({ name, revision, hash: fullHash });
    }
    return found;
  }

  /** Sends the last document again under a new revision, because the cloud asked. False when there is none yet. */
  resend(section: SectionName): Promise<boolean> {
    return this.#inTurn(section, async () => {
      const last = await this.#table.get(section);
      if (!last) return false;
      await this.#send(section, last, last);
      return true;
    });
  }

  async #send(
    section: SectionName,
    what: Pick<SentSection, 'hash' | 'fullHash' | 'document'>,
    last: SentSection | undefined,
  ): Promise<void> {
    const now = this.#clock.now();
    const { hash, fullHash, document } = what;
    const revision = (last?.revision ?? 0) + 1;
    const operation = this.#table.putOperation(section, {
      revision,
      hash,
      fullHash,
      document,
      sentAt: now,
      toldAt: now,
    });
    await this.#outbox.append([message(section, 'section', fullHash, { section, revision, document })], [operation]);
  }

  /** One at a time per section: revision and hash are read, compared and written as one step. */
  #inTurn<T>(section: SectionName, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(section) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#turns.set(
      section,
      turn.catch(() => undefined),
    );
    return turn;
  }
}

const message = (section: SectionName, kind: string, hash: string, data: SectionMessage): NewRecord => ({
  class: 'state',
  to: { channel: 'state', section },
  kind,
  hash,
  data,
});
