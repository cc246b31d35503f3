/** The lab: a directory with people and a folder of form exports, for the demo and the tests. */

import { type LabDirectory, startDirectory } from './directory.ts';
import { labEntries } from './directory-entries.ts';
import { writeFormExports } from './form-exports.ts';

export interface Lab {
  mivoice5000: { host: string; port: number; baseDn: string; bindDn: string; password: string };
  mivoiceBusiness: { folder: string };
  /** The directory itself, for tests that make it misbehave. */
  directory: LabDirectory;
  stop(): Promise<void>;
}

/** Starts the lab. `folder` takes the form exports; port 0 (the default) takes a free one. */
export async function startLab(options: {
  users: number;
  folder: string;
  ports?: { ldap?: number };
  seed?: number;
}): Promise<Lab> {
  const baseDn = 'ou=people,o=lab';
  const seed = options.seed ?? 1;
  await writeFormExports(options.folder, { users: options.users, seed: seed + 1 });
  const directory = await startDirectory({
    entries: labEntries(options.users, baseDn, seed),
    baseDn,
    ...(options.ports?.ldap === undefined ? {} : { port: options.ports.ldap }),
  });
  const { host, port, bindDn, password } = directory;
  return {
    mivoice5000: { host, port, baseDn, bindDn, password },
    mivoiceBusiness: { folder: options.folder },
    directory,
    stop: () => directory.stop(),
  };
}
