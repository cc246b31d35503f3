import { DemarcError } from '#contract/errors/demarc-error.ts';
import { LdapSession } from '#pbx-adapters/channels/ldap/session.ts';
import type { LoginGuard } from '#pbx-adapters/login-guard.ts';
import { attributesFor, personReader } from '#pbx-adapters/mivoice-5000/person.ts';
import { DetailIndex } from './join.ts';
import type { EnrichingDirectory } from './settings.ts';

/**
 * Reads the directory into an index by extension and name.
 * @throws DemarcError `pbx.…`, `ldap.…`, saying that it is the directory and not the PBX
 */
export async function readDetails(
  directory: EnrichingDirectory,
  options: { password: string | undefined; loginGuard: LoginGuard; signal: AbortSignal },
): Promise<DetailIndex> {
  const { baseDn: base, filter, mapping, pageSize } = directory;
  const { signal, loginGuard, password } = options;
  const index = new DetailIndex(directory.extensionDigits);
  try {
    const access = { ...directory, ...(password === undefined ? {} : { password }) };
    await using session = await LdapSession.open(access, { signal, loginGuard });
    const search = { base, filter, pageSize, attributes: attributesFor(mapping) };
    const read = personReader(mapping);
    for await (const page of session.pages(search, signal)) {
      for (const entry of page) {
        const item = read(entry);
        if (item.kind === 'user') index.add(item.user);
      }
    }
  } catch (error) {
    if (!(error instanceof DemarcError)) throw error;
    const where = `the directory ${directory.host} that completes the people`;
    throw new DemarcError(error.code, error.detail === undefined ? where : `${where}: ${error.detail}`, {
      cause: error,
    });
  }
  return index;
}
