/** docs/pbx-families.md out of the texts of the adapters, so that the page cannot say anything else than the product. */
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
  if (!type.supported) return `${title}\n\nNot yet: this family comes with a later release.\n`;
  const steps = type.prerequisites.map((step, at) => `${at + 1}. ${step}`).join('\n');
  const notes = names.flatMap((name) => {
    const { via, note } = type.gives[name];
    return note === undefined ? [] : [`- ${TITLES[name]} (${via}): ${note}`];
  });
  return `${title}\n\nTo prepare:\n\n${steps}\n\nWhat it gives:\n\n${notes.join('\n')}\n`;
}

export function familiesPage(): string {
  const types = Object.values(adapterTypes);
  const table = [
    `| PBX | ${names.map((name) => TITLES[name]).join(' | ')} |`,
    `| --- | ${names.map(() => '---').join(' | ')} |`,
    ...types.map((type) => `| ${PBX_TYPE_NAMES[type.type]} | ${names.map((name) => cell(type, name)).join(' | ')} |`),
  ].join('\n');
  const head =
    '# PBX families\n\nWhat Demarc gets from each PBX, by which way, and what to prepare there. “none” means that no way is ' +
    'known or built. Errors on the way stand in errors.md.\n\n';
  return `${head}${table}\n\n${types.map(section).join('\n')}`;
}
