import type { LdapEntry } from '#pbx-adapters/channels/ldap/entry.ts';
import type { LdapSession } from '#pbx-adapters/channels/ldap/session.ts';
import { type MiVoice5000Connection, peopleFilter } from './connection.ts';
import { type Learned, learnMapping, type Sample } from './learn.ts';
import { IDENTITY_ATTRIBUTES } from './person.ts';

/** How many entries are sampled to learn what the attributes hold. */
const SAMPLES = 200;

/** Operational attributes other than the identity say nothing of a person. */
const NOT_A_FIELD = new Set(['objectclass', 'createtimestamp', 'modifytimestamp', 'entrydn', 'entrycsn']);

/**
 * Reads up to 200 people, shared between the object classes, and learns a mapping from them.
 * @throws DemarcError `pbx.…`, `ldap.…`
 */
export async function learn(
  session: LdapSession,
  connection: MiVoice5000Connection,
  signal: AbortSignal,
): Promise<Learned> {
  const samples = new Map<string, Sample>();
  const share = Math.ceil(SAMPLES / connection.objectClasses.length);
  for (const objectClass of connection.objectClasses) {
    const filter = peopleFilter({ ...connection, objectClasses: [objectClass] });
    const search = { base: connection.baseDn, filter, attributes: ['*', ...IDENTITY_ATTRIBUTES], pageSize: share };
    let taken = 0;
    for await (const entry of session.search(search, signal)) {
      samples.set(entry.dn, sampleOf(entry));
      taken += 1;
      if (taken >= share) break;
    }
  }
  return learnMapping([...samples.values()].slice(0, SAMPLES));
}

function sampleOf(entry: LdapEntry): Sample {
  const pairs = entry.names().flatMap((name): [string, string][] => {
    const value = entry.values(name)[0];
    return value === undefined || value === '' || NOT_A_FIELD.has(name.toLowerCase()) ? [] : [[name, value]];
  });
  return new Map(pairs);
}
