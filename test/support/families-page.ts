/** docs/pbx-families.md and the README's table out of the adapters' texts, so that they say what the product does. */
import { PBX_TYPE_NAMES } from '#contract/words.ts';
import type { CapabilityName } from '#pbx-adapters/adapter.ts';
import { type AdapterType, adapterTypes } from '#pbx-adapters/registry.ts';

const TITLES: Readonly<Record<CapabilityName, string>> = {
  users: 'users',
  numbers: 'numbers',
  version: 'version',
  licence: 'licence',
  trunk: 'SIP trunk',
  activity: 'activity',
};
const names = Object.keys(TITLES) as CapabilityName[];

const cell = (type: AdapterType, name: CapabilityName): string => type.gives[name].via;

function section(type: AdapterType): string {
  const title = `## ${PBX_TYPE_NAMES[type.type]}`;
  const steps = type.prerequisites.map((step, at) => `${at + 1}. ${step}`).join('\n');
  const notes = names.flatMap((name) => {
    const { via, note } = type.gives[name];
    return note === undefined ? [] : [`- ${TITLES[name]} (${via}): ${note}`];
  });
  return `${title}\n\nTo prepare:\n\n${steps}\n\nWhat it gives:\n\n${notes.join('\n')}\n`;
}

/** What each family gives and by which way. */
function familiesTable(): string {
  const types = Object.values(adapterTypes);
  return [
    `| PBX | ${names.map((name) => TITLES[name]).join(' | ')} |`,
    `| --- | ${names.map(() => '---').join(' | ')} |`,
    ...types.map((type) => `| ${PBX_TYPE_NAMES[type.type]} | ${names.map((name) => cell(type, name)).join(' | ')} |`),
  ].join('\n');
}

const BEGIN = '<!-- families: written by UPDATE_DOCS=1 vitest run test/unit/adapters/registry.test.ts -->';
const END = '<!-- end of families -->';

/** The README with its table as it should be. @throws Error when it has no place for the table */
export function withFamilies(readme: string): string {
  const [before, after] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (before < 0 || after < before) throw new Error('the README has no place for the table of PBX families');
  return `${readme.slice(0, before)}${BEGIN}\n\n${familiesTable()}\n\n${readme.slice(after)}`;
}

export function familiesPage(): string {
  const types = Object.values(adapterTypes);
  const head =
    '# PBX families\n\nWhat Demarc gets from each PBX, by which way, and what to prepare there. “none” means that no way is ' +
    'known or built. Errors on the way stand in errors.md.\n\n';
  return `${head}${familiesTable()}\n\n${types.map(section).join('\n')}`;
}
