/** What a simulated MX-ONE holds and how it misbehaves; a plain document, so that it can be handed to another process. */
import { generatePeople } from '../people.ts';
import type { MxOneTrunkState } from './trunks.ts';

export interface MxOneSite {
  users: number;
  seed?: number;
  version?: string;
  /** How text with other letters than ASCII is padded. */
  pad?: 'characters' | 'bytes';
  /** One header line or two. */
  headers?: 1 | 2;
  nasty?: MxOneNasty;
  /** Numbers and routes, from the first command about them on. */
  trunks?: MxOneTrunkState;
}

/** Misbehaviour, by switches. Commands are named by their first word, or by how they begin. */
export interface MxOneNasty {
  /** Answers this command with a refusal: object and reason. */
  refuse?: { command: string; object: string; reason: string };
  /** Prints so many lines of this command and then nothing more, for ever. */
  hang?: { command: string; afterLines: number };
  /** Ends this command with the status after so many lines, as when it crashes. */
  crash?: { command: string; afterLines: number; status: number };
  /** Closes prints with END. */
  end?: boolean;
  /** Repeats the header after so many rows. */
  page?: number;
  /** Adds a row whose number is wider than its column, and an extension twice. */
  odd?: boolean;
}

/** One person as the PBX knows it. */
export interface MxOnePerson {
  dir: string;
  name1: string;
  name2: string;
}

/** Names have at most twenty characters there. */
export const PERSON_NAME = 20;

export function* sitePeople(site: MxOneSite): Generator<MxOnePerson> {
  for (const person of generatePeople({
    count: site.users,
    seed: site.seed ?? 1,
    irregular: { duplicateExtension: 0 },
  })) {
    const cut = (text: string) => Array.from(text).slice(0, PERSON_NAME).join('').trim();
    yield { dir: person.extension, name1: cut(person.firstName), name2: cut(person.lastName) };
  }
}
