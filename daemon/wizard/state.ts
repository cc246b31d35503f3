import { join } from 'node:path';
import { z } from 'zod';
import { type Clock, instant } from '#config/clock.ts';
import { DocumentFile } from '#config/document.ts';
import type { Log } from '#config/log.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { Instant } from '#contract/ids.ts';
import { type OnboardingStatus, STEPS, StepId, type Variant, WizardSite } from '#contract/wizard/state.ts';

/** What cannot be seen from anything else. */
const WizardDocument = z.strictObject({
  version: z.literal(1),
  revision: z.int().min(0),
  /** Name, country and zone stand in the configuration, too, which works with them. */
  site: WizardSite.omit({ timeZone: true }).optional(),
  /** Steps at which Next was pressed. */
  done: z.array(StepId).max(10),
  openUsers: z.boolean(),
  completedAt: Instant.nullable(),
});
type WizardDocument = z.infer<typeof WizardDocument>;

export const wizardPath = (folder: string): string => join(folder, 'wizard.json');

/** What is so, whoever did it. */
export interface WizardFacts {
  variant: Variant;
  claimed: boolean;
  pbxs: number;
  /** Whether the users of a PBX were read with success. */
  synced: boolean;
}

/** A step that the set-up does not wait for. */
const OPTIONAL: readonly StepId[] = ['deployment', 'advanced', 'overview'];

/** How far the set-up is, on the disk. Steps that can be seen are not written down, so that nothing can contradict them. */
export class WizardState {
  readonly #file: DocumentFile<typeof WizardDocument>;
  readonly #clock: Clock;
  #document: WizardDocument = { version: 1, revision: 0, done: [], openUsers: false, completedAt: null };
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(folder: string, clock: Clock) {
    this.#file = new DocumentFile(wizardPath(folder), WizardDocument);
    this.#clock = clock;
  }

  /** A document that is damaged in both copies begins anew: what counts is seen from the rest. */
  static async open({ folder, clock, log }: { folder: string; clock: Clock; log: Log }): Promise<WizardState> {
    const state = new WizardState(folder, clock);
    try {
      state.#document = (await state.#file.load()).value ?? state.#document;
    } catch (thrown) {
      const { code } = toDemarcError(thrown);
      if (code !== 'config.invalid') throw thrown;
      log.error(
        { code, err: thrown },
        'how far the set-up was cannot be read; what was not said by a person is seen anew',
      );
    }
    return state;
  }

  get document(): Readonly<WizardDocument> {
    return this.#document;
  }

  get isComplete(): boolean {
    return this.#document.completedAt !== null;
  }

  /**
   * Changes the document, if it still is the one that the change was made from. A change that leaves everything as it is
   * is no change. `first` is done before it is written down, and not at all where it is refused.
   * @throws DemarcError `wizard.changed`, `config.unwritable`, and what `first` throws
   */
  change(
    revision: number,
    change: (before: WizardDocument) => Partial<Omit<WizardDocument, 'revision'>>,
    first?: () => Promise<void>,
  ): Promise<void> {
    const turn = this.#tail.then(async () => {
      const before = this.#document;
      const after = { ...before, ...change(structuredClone(before)) };
      const isSame = JSON.stringify(after) === JSON.stringify(before);
      if (!isSame && revision !== before.revision) throw new DemarcError('wizard.changed');
      await first?.();
      if (isSame) return;
      this.#document = await this.#file.save({ ...after, revision: before.revision + 1 });
    });
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  /** The time of completion, once. @throws DemarcError `wizard.changed`, `config.unwritable` */
  complete(revision: number): Promise<void> {
    const now = instant(this.#clock);
    return this.change(revision, (before) => ({ completedAt: before.completedAt ?? now }));
  }
}

/** The steps with what is done of them; the first that is not is the current one (ONB-14, ONB-15). */
export function stepsOf(document: Pick<WizardDocument, 'site' | 'done' | 'completedAt'>, facts: WizardFacts) {
  const isDone: Readonly<Record<StepId, boolean>> = {
    gateway: document.site !== undefined && facts.claimed,
    pbx: facts.pbxs > 0,
    connect: facts.synced,
    sync: facts.pbxs > 0 && facts.synced,
    deployment: document.done.includes('deployment'),
    advanced: document.done.includes('advanced'),
    overview: document.completedAt !== null,
  };
  const steps = STEPS[facts.variant];
  const current = steps.find((id) => !isDone[id] && id !== 'advanced') ?? 'overview';
  return steps.map((id) => ({
    id,
    state: isDone[id] ? ('done' as const) : id === current ? ('current' as const) : ('open' as const),
    optional: OPTIONAL.includes(id),
  }));
}

/** What the set-up waits for (ONB-7 to ONB-12); that no gateway was detected only the cloud can say. */
export function onboardingStatus(
  document: Pick<WizardDocument, 'site' | 'done' | 'completedAt'>,
  facts: WizardFacts,
): OnboardingStatus {
  if (document.completedAt !== null) return 'Onboarding Complete';
  const [open] = missing(document, facts);
  return open === undefined ? 'Deployment' : WAITS_FOR[open];
}

const WAITS_FOR: Readonly<Record<StepId, OnboardingStatus>> = {
  gateway: 'Configure gateway',
  pbx: 'Add PBX',
  connect: 'Connect the PBX',
  sync: 'Sync PBX',
  deployment: 'Deployment',
  advanced: 'Deployment',
  overview: 'Deployment',
};

/** The steps without which the set-up is not complete. */
export function missing(document: Pick<WizardDocument, 'site' | 'done' | 'completedAt'>, facts: WizardFacts): StepId[] {
  return stepsOf(document, facts)
    .filter(({ state, optional }) => state !== 'done' && !optional)
    .map(({ id }) => id);
}
