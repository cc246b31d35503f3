import type { PbxFormField, PbxFormGroup, PbxTypesAnswer } from '#contract/wizard/pbx.ts';
import { language } from '#web/kit/language.ts';

type Family = PbxTypesAnswer['types'][number];
type Words = { label: string; hint: string };

/** What the gateway itself says in English, in the language of the page; undefined where that is English. */
const own: FamilyWords | undefined = language === 'de' ? await import('./de/pbx-families.ts') : undefined;

/** By field, group or family; a name alone where every family means the same by it. */
interface FamilyWords {
  pbxFields: Readonly<Record<string, Words>>;
  pbxGroups: Readonly<Record<string, string>>;
  pbxPrerequisites: Readonly<Record<string, readonly string[]>>;
  pbxTips: Readonly<Record<string, readonly string[]>>;
}

/** What a form says in the language of the page; what that lacks, in the gateway's own words. */
export const familyText = {
  field: ({ type }: Family, { name, label, hint }: PbxFormField): Words =>
    own?.pbxFields[`${type}.${name}`] ?? own?.pbxFields[name] ?? { label, hint },
  group: ({ type }: Family, { id, title }: PbxFormGroup): string =>
    own?.pbxGroups[`${type}.${id}`] ?? own?.pbxGroups[id] ?? title,
  prerequisites: ({ type, prerequisites }: Family): readonly string[] => own?.pbxPrerequisites[type] ?? prerequisites,
  tips: ({ type, tips }: Family): readonly string[] => own?.pbxTips[type] ?? tips,
};
