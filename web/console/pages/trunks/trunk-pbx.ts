import type { Trunk } from '#contract/trunks.ts';
import { PBX_TYPE_NAMES } from '#contract/words.ts';
import { text } from '../../texts/index.ts';

/** Family and name of the PBX of a trunk; one that was removed is told as such. */
export function pbxOf({ pbxType, pbxName, pbxRemoved }: Pick<Trunk, 'pbxType' | 'pbxName' | 'pbxRemoved'>): string {
  const name = `${PBX_TYPE_NAMES[pbxType]}, ${pbxName}`;
  return pbxRemoved ? text.trunks.removedPbx(name) : name;
}
