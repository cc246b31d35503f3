import type { PbxAnswer, PbxFormField, PbxFormGroup } from '#contract/wizard/pbx.ts';

/** What stands in the fields of a form, by their names; a tick is a boolean, all else is text. */
export type Values = Readonly<Record<string, string | boolean>>;

type Tree = Record<string, unknown>;

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What lies at `directory.host`, or undefined. */
function at(tree: Tree, name: string): unknown {
  let place: unknown = tree;
  for (const part of name.split('.')) place = isTree(place) ? place[part] : undefined;
  return place;
}

/** Sets or takes away (undefined) what lies at a name; a part that is left empty goes with it. */
function put(tree: Tree, name: string, value: unknown): void {
  const [head = '', ...rest] = name.split('.');
  if (rest.length === 0) {
    if (value === undefined) delete tree[head];
    else tree[head] = value;
    return;
  }
  const known = tree[head];
  const below: Tree = isTree(known) ? known : {};
  put(below, rest.join('.'), value);
  if (Object.keys(below).length === 0) delete tree[head];
  else tree[head] = below;
}

const textOf = (value: unknown): string =>
  Array.isArray(value) ? value.join('\n') : typeof value === 'string' || typeof value === 'number' ? String(value) : '';

/**
 * What a field begins with. Numbers of a folded part are only hinted at: filled in, they would switch on what the part is
 * for, such as the counting of calls.
 */
function initial({ kind, default: preset }: PbxFormField, { main }: PbxFormGroup): string | boolean {
  if (kind === 'checkbox') return preset === true;
  return kind === 'number' && !main ? '' : textOf(preset);
}

/** What a form begins with: the defaults, over them what was found, or what is configured (never a secret). */
export function valuesOf(groups: readonly PbxFormGroup[], connection: Tree = {}): Values {
  const values: Record<string, string | boolean> = {};
  for (const group of groups) {
    for (const field of group.fields) {
      const known = at(connection, field.name);
      if (known === undefined) values[field.name] = initial(field, group);
      else values[field.name] = field.kind === 'checkbox' ? known === true : textOf(known);
    }
  }
  return values;
}

/** A field's value as the settings take it; undefined leaves it out. */
function settingOf(field: PbxFormField, value: string | boolean | undefined): unknown {
  if (typeof value === 'boolean') return value;
  // What surrounds a password may belong to it.
  const text = field.kind === 'password' || field.kind === 'multiline' ? (value ?? '') : (value ?? '').trim();
  if (text.trim() === '') return undefined;
  if (field.kind === 'number') return Number(text);
  if (field.kind === 'list')
    return text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  return text;
}

/** Whether a group counts: its main part always, a folded one as soon as something in it is not as it was. */
export const counts = (group: PbxFormGroup, values: Values): boolean =>
  group.main || group.fields.some((field) => values[field.name] !== initial(field, group));

/** The settings that the form stands for, over those that are kept and that it does not show. */
export function connectionOf(
  groups: readonly PbxFormGroup[],
  values: Values,
  kept: PbxAnswer['connection'] = {},
): Tree {
  const connection: Tree = structuredClone(kept);
  for (const group of groups) {
    const isUsed = counts(group, values);
    for (const field of group.fields) {
      put(connection, field.name, isUsed ? settingOf(field, values[field.name]) : undefined);
    }
  }
  return connection;
}
