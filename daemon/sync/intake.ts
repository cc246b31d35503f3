import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { UserItem } from '#pbx-adapters/adapter.ts';
import { type NormaliseRules, normaliser } from './normalise.ts';
import type { Rejection } from './records.ts';
import type { Staging } from './staging.ts';

/** Of each kind. */
const MAX_NOTED = 20;

/** Takes a PBX's records into the staging and counts what came of them; the counts are right at any time. */
export class Intake {
  read = 0;
  rejected = 0;
  /** The first few, for people to look at. */
  readonly rejections: Rejection[] = [];
  /** Records that are used although something in them was changed or missed. */
  remarked = 0;
  /** The first few of them. */
  readonly remarks: Rejection[] = [];
  readonly #staging: Staging;

  constructor(staging: Staging) {
    this.#staging = staging;
  }

  /** @throws DemarcError `sync.empty`, and whatever the source throws */
  async take(items: AsyncIterable<UserItem>, rules: NormaliseRules, progress: () => void): Promise<void> {
    const normalise = normaliser(rules);
    for await (const item of items) {
      this.read += 1;
      if (this.read === 1 || this.read % 500 === 0) progress();
      if (item.kind === 'rejected') {
        this.#reject(item.where, item.reason);
        continue;
      }
      const where = `record ${this.read}`;
      const result = normalise(item.user);
      if (!result.ok) {
        this.#reject(where, result.reason);
        continue;
      }
      const isNew = await this.#staging.add(result.user);
      if (!isNew) this.#reject(where, `the key "${result.user.key}" stands twice`);
      else if (item.problems?.length) this.#remark(item.where ?? where, item.problems.join('; '));
    }
    if (this.#staging.size > 0) return;
    throw new DemarcError('sync.empty', this.read > 0 ? `${this.read} records, none usable` : undefined);
  }

  #reject(where: string, reason: string): void {
    this.rejected += 1;
    note(this.rejections, where, reason);
  }

  #remark(where: string, reason: string): void {
    this.remarked += 1;
    note(this.remarks, where, reason);
  }
}

function note(list: Rejection[], where: string, reason: string): void {
  if (list.length < MAX_NOTED) list.push({ where: where.slice(0, 200), reason: reason.slice(0, 300) });
}
