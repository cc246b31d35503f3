import { cleanText } from '#contract/clean-text.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { RecordNote, RecordNotes } from '#contract/users.ts';
import type { PbxUser, UserItem } from '#pbx-adapters/adapter.ts';
import type { NormaliseRules, Normaliser } from './normalise.ts';
import type { Staging } from './staging.ts';
import type { UserRow } from './user-row.ts';

/** Of each kind. */
const MAX_NOTED = 20;

/** What is done beside taking. */
interface IntakeHooks {
  onProgress: () => void;
  /** Told each user as the PBX has it. */
  onRead?: ((user: PbxUser) => void) | undefined;
  /** Told each user that was taken. */
  onTaken?: ((row: UserRow) => Promise<void> | undefined) | undefined;
}

type UsableItem = Extract<UserItem, { kind: 'user' }>;

/** Takes a PBX's records into the staging and counts what came of them; the counts are right at any time. */
export class Intake {
  read = 0;
  rejected = 0;
  /** The first few, for people to look at. */
  readonly rejections: RecordNote[] = [];
  /** Records that are used although something in them was changed or missed. */
  remarked = 0;
  /** The first few of them. */
  readonly remarks: RecordNote[] = [];
  readonly #staging: Staging;

  constructor(staging: Staging) {
    this.#staging = staging;
  }

  /** @throws DemarcError `sync.empty`, and whatever the source or `onTaken` throws */
  async take(pages: AsyncIterable<readonly UserItem[]>, rules: NormaliseRules, hooks: IntakeHooks): Promise<void> {
    // The numbering plans take memory that a gateway at rest does not need.
    const { normaliser } = await import('./normalise.ts');
    const normalise = normaliser(rules);
    for await (const page of pages) {
      for (const item of page) {
        this.read += 1;
        if (this.read === 1 || this.read % 500 === 0) hooks.onProgress();
        if (item.kind === 'user') hooks.onRead?.(item.user);
        const row = item.kind === 'rejected' ? this.#reject(item.where, item.reason) : this.#use(item, normalise);
        const taken = row instanceof Promise ? await row : row;
        // Most of the records make no promise, and waiting for nothing 100,000 times takes its time.
        const sent = taken && hooks.onTaken?.(taken);
        if (sent) await sent;
      }
      await this.#staging.room();
    }
    if (this.#staging.size > 0) return;
    throw new DemarcError('sync.empty', this.read > 0 ? `${this.read} records, none usable` : undefined);
  }

  #use(item: UsableItem, normalise: Normaliser): UserRow | undefined | Promise<UserRow | undefined> {
    const at = this.read;
    const result = normalise(item.user);
    if (!result.ok) return this.#reject(`record ${at}`, result.reason);
    const row = this.#staging.add(result.user);
    return row instanceof Promise ? row.then((found) => this.#noted(item, at, found)) : this.#noted(item, at, row);
  }

  #noted(item: UsableItem, at: number, row: UserRow | undefined): UserRow | undefined {
    if (row === undefined) return this.#reject(`record ${at}`, `the key "${item.user.key}" stands twice`);
    if (item.problems?.length) this.#remark(item.where ?? `record ${at}`, item.problems.join('; '));
    return row;
  }

  /** What a person should look at; undefined when there is nothing. */
  get notes(): RecordNotes | undefined {
    if (this.rejected + this.remarked === 0) return undefined;
    return { rejected: this.rejections, remarked: this.remarked, remarks: this.remarks };
  }

  #reject(where: string, reason: string): undefined {
    this.rejected += 1;
    note(this.rejections, where, reason);
  }

  #remark(where: string, reason: string): void {
    this.remarked += 1;
    note(this.remarks, where, reason);
  }
}

/** So short, and of so few bytes a letter, that all notes fit into the trailer's message. */
function note(list: RecordNote[], where: string, reason: string): void {
  if (list.length >= MAX_NOTED) return;
  list.push({ where: cleanText(where, 120) ?? '', reason: cleanText(reason, 200) ?? '' });
}
