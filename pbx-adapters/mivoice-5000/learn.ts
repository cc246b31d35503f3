import { type LdapMapping, MAPPED_FIELDS, type MappedField } from './connection.ts';
import { type AttributeShape, type ShapeName, shapeOf } from './shapes.ts';

/** One proposal: why this attribute is thought to hold this field. */
export interface Proposal {
  field: MappedField;
  attribute: string;
  /** From 0 to 1. */
  score: number;
  /** Entries with a value, of `sampled`. */
  found: number;
  example: string;
  why: string;
}

/** What was learned from samples of a directory: a mapping to start from, for the installer to change. */
export interface Learned {
  sampled: number;
  mapping: LdapMapping;
  proposals: Proposal[];
  /** Attributes that were found and not used, with how their values look. */
  others: { attribute: string; found: number; example: string }[];
}

/** Attribute names that usually hold a field, the most telling first. */
const usualNames: Readonly<Record<MappedField, readonly string[]>> = {
  key: ['entryuuid', 'objectguid', 'nsuniqueid', 'guid', 'ibm-entryuuid'],
  name: ['displayname', 'cn', 'commonname', 'fullname', 'name'],
  firstName: ['givenname', 'firstname', 'gn'],
  lastName: ['sn', 'surname', 'lastname'],
  email: ['mail', 'email', 'rfc822mailbox', 'emailaddress'],
  extension: ['internalnumber', 'extension', 'extensionnumber', 'ipphone', 'telephonenumber', 'directorynumber'],
  workPhone: ['didnumber', 'externalnumber', 'telephonenumber', 'officephone', 'publicnumber'],
  mobilePhone: ['mobile', 'mobiletelephonenumber', 'gsm', 'cellphone'],
  department: ['department', 'departmentnumber', 'ou', 'service', 'division'],
  loginId: ['uid', 'samaccountname', 'userid', 'login', 'userprincipalname'],
};

/** How the values must look for a field, and what that alone is worth when the name says nothing. */
const looks: Readonly<Record<MappedField, { shape: ShapeName; alone: number; unique: boolean } | undefined>> = {
  key: { shape: 'uuid', alone: 0.6, unique: true },
  name: { shape: 'fullName', alone: 0.4, unique: false },
  firstName: { shape: 'words', alone: 0, unique: false },
  lastName: { shape: 'words', alone: 0, unique: false },
  email: { shape: 'email', alone: 0.7, unique: false },
  extension: { shape: 'extension', alone: 0.6, unique: true },
  workPhone: { shape: 'phone', alone: 0.5, unique: true },
  mobilePhone: { shape: 'phone', alone: 0, unique: true },
  department: undefined,
  loginId: { shape: 'login', alone: 0, unique: true },
};

const LEAST_SCORE = 0.3;

/** One sampled entry: attribute name as the server spells it, and its first value. */
export type Sample = ReadonlyMap<string, string>;

/**
 * Proposes a mapping from samples: each pair of field and attribute is scored by the attribute's name and by the look of
 * its values; the best pairs win, and an attribute serves one field only. `attr1` to `attr10`, which mean something else
 * at each site, are judged by their values alone.
 */
export function learnMapping(samples: readonly Sample[]): Learned {
  const columns = columnsOf(samples);
  const candidates: Proposal[] = [];
  for (const [attribute, column] of columns) {
    for (const field of MAPPED_FIELDS) {
      const judged = judge(field, attribute, column.shape);
      if (judged.score >= LEAST_SCORE) candidates.push(proposal(field, attribute, column, judged));
    }
  }
  candidates.push(...nameParts(columns, samples));
  const proposals = chooseBest(candidates, (a, b) => together(a, b, samples));
  const used = new Set(proposals.map((one) => one.attribute));
  return {
    sampled: samples.length,
    mapping: mappingOf(proposals),
    proposals,
    others: [...columns]
      .filter(([attribute]) => !used.has(attribute))
      .map(([attribute, { values, shape }]) => ({ attribute, found: values.length, example: shape.example }))
      .slice(0, 50),
  };
}

interface Column {
  values: string[];
  shape: AttributeShape;
}

function columnsOf(samples: readonly Sample[]): Map<string, Column> {
  const values = new Map<string, string[]>();
  for (const sample of samples) {
    for (const [attribute, value] of sample) {
      const column = values.get(attribute);
      if (column) column.push(value);
      else values.set(attribute, [value]);
    }
  }
  return new Map([...values].map(([name, texts]) => [name, { values: texts, shape: shapeOf(texts, samples.length) }]));
}

function judge(field: MappedField, attribute: string, shape: AttributeShape): { score: number; why: string } {
  const names = usualNames[field];
  const place = names.indexOf(attribute.toLowerCase());
  const byName = place === -1 ? 0 : 1 - (0.2 * place) / names.length;
  const look = looks[field];
  if (!look) return { score: byName * (0.7 + 0.3 * shape.coverage), why: 'usual name' };
  const fits = shape.ratios[look.shape];
  if (byName > 0) {
    // A usual name with values of another look, such as an extension where a full number is expected, is worth little.
    const score = byName * (0.2 + 0.6 * fits + 0.2 * shape.coverage);
    return { score, why: fits > 0.5 ? 'usual name, and the values fit' : 'usual name' };
  }
  const score = fits < 0.8 || (look.unique && shape.distinct < 0.5) ? 0 : look.alone * (0.6 + 0.4 * shape.coverage);
  return { score, why: 'the values fit' };
}

/** Attributes whose values are the first or the last word of the full name: given name and surname under any name. */
function nameParts(columns: ReadonlyMap<string, Column>, samples: readonly Sample[]): Proposal[] {
  const full = ['displayname', 'cn'].flatMap((usual) =>
    [...columns.keys()].filter((name) => name.toLowerCase() === usual),
  );
  const nameAttribute = full[0];
  if (nameAttribute === undefined) return [];
  return [...columns].flatMap(([attribute, column]) => {
    if (attribute === nameAttribute || usualField(attribute)) return [];
    const pairs = samples.flatMap((sample) => {
      const [part, name] = [sample.get(attribute)?.trim(), sample.get(nameAttribute)?.trim()];
      return part && name && name !== part ? [{ part, name }] : [];
    });
    if (pairs.length < Math.max(3, column.values.length / 2)) return [];
    const starts = pairs.filter(({ part, name }) => name.startsWith(`${part} `)).length / pairs.length;
    const ends = pairs.filter(({ part, name }) => name.endsWith(` ${part}`)).length / pairs.length;
    const found: Proposal[] = [];
    const why = 'part of the full name';
    if (starts > 0.7) found.push(proposal('firstName', attribute, column, { score: 0.6 * starts, why }));
    if (ends > 0.7) found.push(proposal('lastName', attribute, column, { score: 0.6 * ends, why }));
    return found;
  });
}

const usualField = (attribute: string): boolean =>
  Object.values(usualNames).some((names) => names.includes(attribute.toLowerCase()));

function proposal(
  field: MappedField,
  attribute: string,
  column: Column,
  judged: { score: number; why: string },
): Proposal {
  const score = Math.round(judged.score * 100) / 100;
  return { field, attribute, score, found: column.values.length, example: column.shape.example, why: judged.why };
}

/** Attributes that serve one field, at most; record types have tables of their own. */
const MAX_ALTERNATIVES = 3;

/**
 * The best attribute of each field first, then alternatives: attributes that fit the same field and stand in entries
 * that have none of those chosen before (`overlap` from 0 to 1), as record types with tables of their own do.
 */
function chooseBest(candidates: readonly Proposal[], overlap: (a: string, b: string) => number): Proposal[] {
  const chosen = new Map<MappedField, Proposal[]>();
  const used = new Set<string>();
  // Equal scores are settled by name, so that the same directory always gives the same mapping.
  const order = candidates.toSorted(
    (a, b) => b.score - a.score || a.attribute.localeCompare(b.attribute) || a.field.localeCompare(b.field),
  );
  for (const candidate of order) {
    if (chosen.has(candidate.field) || used.has(candidate.attribute)) continue;
    chosen.set(candidate.field, [candidate]);
    used.add(candidate.attribute);
  }
  for (const candidate of order) {
    const list = chosen.get(candidate.field) ?? [];
    if (used.has(candidate.attribute) || list.length >= MAX_ALTERNATIVES) continue;
    if (list.some((one) => overlap(one.attribute, candidate.attribute) > 0.05)) continue;
    list.push({ ...candidate, why: `${candidate.why}; other entries have it` });
    used.add(candidate.attribute);
  }
  return MAPPED_FIELDS.flatMap((field) => chosen.get(field) ?? []);
}

/** Share of the entries with `b` that have `a` as well. */
function together(a: string, b: string, samples: readonly Sample[]): number {
  const withB = samples.filter((sample) => sample.has(b));
  return withB.length === 0 ? 0 : withB.filter((sample) => sample.has(a)).length / withB.length;
}

function mappingOf(proposals: readonly Proposal[]): LdapMapping {
  const mapping: LdapMapping = {};
  for (const { field, attribute } of proposals) mapping[field] = [...(mapping[field] ?? []), attribute];
  return mapping;
}
