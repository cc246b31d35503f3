/** The lab: a stand-in for each PBX family with people of its own, for the demo and the tests. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LabDirectory, startDirectory } from './directory.ts';
import { labEntries, labEntry, personEntry } from './directory-entries.ts';
import { writeFormExports } from './form-exports.ts';
import { startMiVoiceBusiness } from './mivoice-business/mivoice-business.ts';
import { newHostKey, startMxOne } from './mx-one/server.ts';
import { startOffice400 } from './office-400/office-400.ts';
import { generatePeople } from './people.ts';

export interface Lab {
  mivoice5000: { host: string; port: number; baseDn: string; bindDn: string; password: string };
  /** With the PBX itself beside the exports when the lab runs all four families. */
  mivoiceBusiness: { folder: string } & Record<string, unknown>;
  /** Settings of a link to each, as an installer would enter them; there when the lab runs all four families. */
  mivoiceOffice400?: Record<string, unknown>;
  mxOne?: Record<string, unknown>;
  /** The directory of the MiVoice 5000 itself, for tests that make it misbehave. */
  directory: LabDirectory;
  stop(): Promise<void>;
}

export interface LabOptions {
  users: number;
  /** Takes the exports, and what has to stay the same over restarts. */
  folder: string;
  /** Port 0 (the default) takes a free one; the other services follow on the numbers after it. */
  ports?: { ldap?: number };
  seed?: number;
  /** Also the MiVoice Office 400 and the MX-ONE. */
  all?: boolean;
}

/** Starts the lab. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const baseDn = 'ou=people,o=lab';
  const seed = options.seed ?? 1;
  const exports = options.all === true ? join(options.folder, 'exports') : options.folder;
  if (options.all !== true) await writeFormExports(exports, { users: options.users, seed: seed + 1 });
  const first = options.ports?.ldap ?? 0;
  const port = (offset: number): number => (first === 0 ? 0 : first + offset);
  const directory = await startDirectory({ entries: labEntries(options.users, baseDn, seed), baseDn, port: port(0) });
  const { host, bindDn, password } = directory;
  const more = options.all === true ? await startOthers(options, seed, port) : undefined;
  return {
    mivoice5000: { host, port: directory.port, baseDn, bindDn, password },
    mivoiceBusiness: { folder: exports, ...more?.business },
    ...more?.links,
    directory,
    async stop() {
      await more?.stop();
      await directory.stop();
    },
  };
}

async function startOthers({ users, folder }: LabOptions, seed: number, port: (offset: number) => number) {
  const office = await startOffice400({
    users,
    folder: join(folder, 'office-400'),
    seed: seed + 2,
    ports: { csta: port(1), ldap: port(2) },
  });
  const business = await startMiVoiceBusiness({
    users,
    folder: join(folder, 'exports'),
    seed: seed + 1,
    ports: { admin: port(5), smdr: port(6), snmp: port(7), sip: port(8) },
  });
  const baseDn = 'ou=people,o=mx-one';
  const mxSeed = seed + 3;
  const base = labEntry(baseDn, { objectClass: ['top', 'organization'], o: 'MX-ONE' });
  const people = generatePeople({ count: users, seed: mxSeed, irregular: { duplicateExtension: 0 } });
  const directory = await startDirectory({
    entries: [base, ...Array.from(people, (person) => personEntry({ ...person, workPhone: person.extension }, baseDn))],
    baseDn,
    port: port(3),
  });
  const hostKey = await keptHostKey(join(folder, 'mx-one'));
  const server = await startMxOne({ users, seed: mxSeed }, {}, { port: port(4), hostKey });
  return {
    business: business.connection,
    links: {
      mivoiceOffice400: office.connection,
      mxOne: {
        host: server.host,
        port: server.port,
        user: server.user,
        password: server.password,
        hostKeyFingerprint: server.hostKeyFingerprint,
        directory: { host: directory.host, port: directory.port, tls: 'none', baseDn, bindDn: directory.bindDn },
        directoryPassword: directory.password,
      },
    },
    async stop() {
      await server[Symbol.asyncDispose]();
      await business.stop();
      await directory.stop();
      await office.stop();
    },
  };
}

/** The same key at every start: a gateway that knows this host would rightly refuse another. */
async function keptHostKey(folder: string): Promise<string> {
  const path = join(folder, 'host-key.pem');
  await mkdir(folder, { recursive: true });
  return readFile(path, 'utf8').catch(async () => {
    const key = newHostKey();
    await writeFile(path, key, { mode: 0o600 });
    return key;
  });
}
