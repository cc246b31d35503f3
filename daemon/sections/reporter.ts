import type { Log } from '#config/log.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import { type SectionData, type SectionName, sections as schemas } from '#contract/sections.ts';
import type { Sections } from './sections.ts';

/** How each section's document is made; undefined while there is nothing to say yet. */
export type SectionSources = {
  [N in SectionName]: () => SectionData<N> | undefined | Promise<SectionData<N> | undefined>;
};

interface ReporterOptions {
  sections: Sections;
  sources: SectionSources;
  log: Log;
}

/** News of a running sync come many a second; the cloud needs one every two. */
const SOON_MS = 2000;

/** Brings the cloud up to date: at once when something happened, every minute for what changes by itself. */
export class SectionReporter {
  readonly #options: ReporterOptions;
  readonly #soon = new Map<SectionName, NodeJS.Timeout>();
  #stopped = false;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** Publishes the section if it changed. A failure is logged: the next minute tries again. */
  async refresh<N extends SectionName>(section: N): Promise<void> {
    const { sections, sources, log } = this.#options;
    try {
      const source: SectionSources[N] = sources[section];
      const document = await source();
      if (document !== undefined) await sections.publish(section, document);
    } catch (error) {
      log.warn({ code: toDemarcError(error).code, section, err: error }, 'a section could not be reported');
    }
  }

  /** Publishes within two seconds, however often it is called. */
  refreshSoon(section: SectionName): void {
    if (this.#stopped || this.#soon.has(section)) return;
    const timer = setTimeout(() => {
      this.#soon.delete(section);
      void this.refresh(section);
    }, SOON_MS);
    this.#soon.set(section, timer);
  }

  /** Every section, and a sign of life for those that stay as they are. */
  async refreshAll(): Promise<void> {
    for (const section of Object.keys(schemas) as SectionName[]) {
      await this.refresh(section);
      await this.#options.sections.touch(section);
    }
  }

  /** What `down/ask` wants. A name that this version does not have is logged. */
  async answer(section: string): Promise<void> {
    const known = (Object.keys(schemas) as SectionName[]).find((name) => name === section);
    if (known === undefined) {
      this.#options.log.warn({ code: 'link.unknown-kind', section }, 'the cloud asks for a section that is not here');
    } else if (!(await this.#options.sections.resend(known))) {
      await this.refresh(known);
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#soon.values()) clearTimeout(timer);
    this.#soon.clear();
  }
}
