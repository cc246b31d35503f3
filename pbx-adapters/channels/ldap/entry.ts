import type { EntryAttribute, ValueProblem } from './values.ts';

/** An entry of a directory with bounded, valid text. */
export class LdapEntry {
  readonly dn: string;
  readonly #attributes: readonly EntryAttribute[];

  constructor(dn: string, attributes: readonly EntryAttribute[]) {
    this.dn = dn;
    this.#attributes = attributes;
  }

  /** The values of an attribute; its name in any case. Empty when it is not there. */
  values(attribute: string): readonly string[] {
    const wanted = attribute.toLowerCase();
    for (const { key, values } of this.#attributes) if (key === wanted) return values;
    return [];
  }

  /** The first value of an attribute, its name in lower case already. */
  first(key: string): string | undefined {
    for (const attribute of this.#attributes) if (attribute.key === key) return attribute.values[0];
    return undefined;
  }

  /** Whether `problems` tells any. */
  get isChanged(): boolean {
    for (const { problem } of this.#attributes) if (problem !== undefined) return true;
    return false;
  }

  /** The names of all attributes that are there, as the server spells them. */
  names(): string[] {
    return this.#attributes.map(({ name }) => name);
  }

  /** What had to be changed in values so that they could be used. */
  problems(): { attribute: string; problem: ValueProblem }[] {
    return this.#attributes.flatMap(({ name, problem }) => (problem ? [{ attribute: name, problem }] : []));
  }
}
