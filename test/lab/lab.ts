/** The lab: a stand-in for each PBX family with people of its own, for the demo and the tests. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MovedPorts } from '#contract/discovery.ts';
import { type LabDirectory, startDirectory } from './directory.ts';
import { labEntries, labEntry, personEntry } from './directory-entries.ts';
import { writeFormExports } from './form-exports.ts';
import { startWebAdmin } from './mivoice-5000/web-admin.ts';
import type { LabSite } from './mivoice-business/admin-site.ts';
import { startMiVoiceBusiness } from './mivoice-business/mivoice-business.ts';
import { type LabSip, startSip } from './mivoice-business/sip-responder.ts';
import { startManager } from './mx-one/manager.ts';
import { newHostKey, startMxOne } from './mx-one/server.ts';
import { sitePeople } from './mx-one/site.ts';
import { startCsta } from './office-400/csta-server.ts';
import { startOffice400 } from './office-400/office-400.ts';
import { startOffice400Page } from './office-400/web-admin.ts';
import { generatePeople } from './people.ts';

export interface Lab {
  mivoice5000: { host: string; port: number; baseDn: string; bindDn: string; password: string; adminPort?: number };
  /** With the PBX itself beside the exports when the lab runs all four families. */
  mivoiceBusiness: { folder: string } & Record<string, unknown>;
  /** Settings of a link to each, as an installer would enter them; there when the lab runs all four families. */
  mivoiceOffice400?: Record<string, unknown>;
  mxOne?: Record<string, unknown>;
  /** Where a search finds all four, and the ports there: those below 1024 would take root. */
  network?: { range: string; ports: MovedPorts };
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
  /** All four families, each with an address of its own and what a search sees of it. */
  all?: boolean;
}

/** Loopback takes any address of 127/8 (RFC 1122 section 3.2.1.3). */
const NETWORK = '127.0.40.0/29';
const HOSTS = {
  mivoice5000: '127.0.40.1',
  mivoiceBusiness: '127.0.40.2',
  office400: '127.0.40.3',
  mxOne: '127.0.40.4',
} as const;

/** Starts the lab. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const baseDn = 'ou=people,o=lab';
  const seed = options.seed ?? 1;
  const exports = options.all === true ? join(options.folder, 'exports') : options.folder;
  if (options.all !== true) await writeFormExports(exports, { users: options.users, seed: seed + 1 });
  const first = options.ports?.ldap ?? 0;
  const port = (offset: number): number => (first === 0 ? 0 : first + offset);
  const directory = await startDirectory({
    entries: labEntries(options.users, baseDn, seed),
    baseDn,
    port: port(0),
    ...(options.all === true ? { host: HOSTS.mivoice5000 } : {}),
  });
  const { host, bindDn, password } = directory;
  const more = options.all === true ? await startOthers(options, seed, port) : undefined;
  const network = more && { range: NETWORK, ports: { ...more.ports, ldap: directory.port } };
  return {
    mivoice5000: { host, port: directory.port, baseDn, bindDn, password, ...more?.directory },
    mivoiceBusiness: { folder: exports, ...more?.business },
    ...more?.links,
    ...(network ? { network } : {}),
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
    host: HOSTS.office400,
    seed: seed + 2,
    ports: { csta: port(1), ldap: port(2) },
  });
  const business = await startMiVoiceBusiness({
    users,
    folder: join(folder, 'exports'),
    host: HOSTS.mivoiceBusiness,
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
    host: HOSTS.mxOne,
    port: port(3),
  });
  const hostKey = await keptHostKey(join(folder, 'mx-one'));
  const csta = await startCsta({
    devices: Array.from(sitePeople({ users, seed: mxSeed }), ({ dir }) => ({ number: dir, category: 'station' })),
    host: HOSTS.mxOne,
    port: port(9),
  });
  const manager = await startManager({ host: HOSTS.mxOne, port: port(10) });
  const server = await startMxOne({ users, seed: mxSeed }, {}, { host: HOSTS.mxOne, port: port(4), hostKey });
  const faces = await startFaces({ sip: business.sip.port, https: business.site.port });
  return {
    business: business.connection,
    ports: {
      sip: business.sip.port,
      https: business.site.port,
      smdr: business.smdr.port,
      csta: office.csta.port,
      'csta-mx-one': csta.port,
      ssh: server.port,
    },
    // The page of the MiVoice 5000 is one of the faces.
    directory: { adminPort: business.site.port },
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
        manager: { port: manager.port },
        activity: { port: csta.port },
      },
    },
    async stop() {
      await Promise.all(faces.map((face) => face.stop()));
      await server[Symbol.asyncDispose]();
      await csta.stop();
      await manager.stop();
      await business.stop();
      await directory.stop();
      await office.stop();
    },
  };
}

/**
 * How the other three show themselves to a search. No banner and no page title of the MiVoice 5000 is published: here it
 * gives no banner and a title that is assumed, so that a search can guess it and no more.
 */
function startFaces({ sip, https }: { sip: number; https: number }): Promise<(LabSip | LabSite)[]> {
  return Promise.all([
    startSip({ toTag: 'lab5000', host: HOSTS.mivoice5000, port: sip }),
    startSip({ toTag: 'lab400', banner: 'Aastra 400', host: HOSTS.office400, port: sip }),
    startSip({ toTag: 'labmx', banner: 'Aastra MX-ONE SN/7.4.1', host: HOSTS.mxOne, port: sip }),
    startWebAdmin({ host: HOSTS.mivoice5000, port: https }),
    startOffice400Page({ host: HOSTS.office400, port: https }),
  ]);
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
