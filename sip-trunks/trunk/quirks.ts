/** What is odd about one release of one PBX, keyed by type and version, in one place. */
import type { PbxType } from '#contract/words.ts';

/** Something that differs in a release. */
export interface Quirk {
  id: string;
  /** What is different, and what a person does about it. */
  text: string;
}

const quirks: readonly (Quirk & { type: PbxType; versions: RegExp })[] = [
  {
    id: 'trunk-plus',
    type: 'mx-one',
    // One release has two numberings: 7.5 and 17.5.
    versions: /^1?7\.5(\.0(\.|$)| ?SP ?0\b|$)/i,
    text:
      'Release 7.5 SP0 puts a “+” before the number on a SIP trunk. After the route is made, set its uristring0 to ' +
      'sip:?@ and the address of the far end, without the “+”.',
  },
];

/** The quirks of this release; none when the version is not known. */
export const quirksOf = (type: PbxType, version: string | undefined): Quirk[] =>
  version === undefined
    ? []
    : quirks
        .filter((quirk) => quirk.type === type && quirk.versions.test(version.trim()))
        .map(({ id, text }) => ({ id, text }));
