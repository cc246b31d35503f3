/** A slapd of the test's own: configuration, data and certificates in a temporary folder, on a free loopback port. */
import { execFile, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generatePeople, type LabPerson } from '#test/lab/people.ts';
import { makeCertificates, type TestCertificates } from './certificates.ts';
import { writeLdif } from './ldif.ts';
import { freePort, hasProgram, type Program, portOpen, startProgram, temporaryFolder } from './program.ts';

const run = promisify(execFile);
const SUFFIX = 'o=lab';
const ENV = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };

/** Whether slapd and its tools are installed, for `describe.skipIf`. */
export const hasSlapd = (): boolean => ['slapd', 'slapadd', 'ldapsearch', 'openssl'].every(hasProgram);

export interface SlapdOptions {
  /** How many people of the lab, or these. */
  people: number | Iterable<LabPerson>;
  port?: number;
  /** With certificates; `expired` and `other-name` for what is wrong with the server's. */
  tls?: boolean | 'expired' | 'other-name';
  /** Entries that an unpaged search gives at most; paged ones are not limited, as with Active Directory. */
  sizeLimit?: number;
  /** Entries that a paged search gives in all; not limited unless said. */
  pagedTotal?: number;
  /** More entries in LDIF (ou=people, ou=moved and ou=empty below o=lab are there). */
  extraLdif?: string;
  /** Address that everything outside of o=lab is referred to. */
  referral?: string;
}

export interface Slapd extends AsyncDisposable {
  host: string;
  port: number;
  /** LDAPS; 0 without certificates. */
  ldapsPort: number;
  suffix: string;
  /** Where the people are. */
  baseDn: string;
  /** Reads only. */
  bindDn: string;
  password: string;
  certificates: TestCertificates | undefined;
  /** The server's log with each operation (`-d stats`), since its last start; the end of it when it is long. */
  log(): string;
  stop(): Promise<void>;
  start(): Promise<void>;
  restart(): Promise<void>;
  /** Applies LDIF change records as the administrator. */
  modify(ldif: string): Promise<void>;
  /** Time of a paged ldapsearch (500 a page) of all people, in milliseconds, and how many it gave. */
  ldapsearch(): Promise<{ ms: number; entries: number }>;
}

/** Loads the people by slapadd and starts slapd. It ends with `await using`. */
export async function startSlapd(options: SlapdOptions): Promise<Slapd> {
  const folder = await temporaryFolder('slapd');
  const at = (name: string) => join(folder.path, name);
  const people = typeof options.people === 'number' ? generatePeople({ count: options.people }) : options.people;
  const certificates = options.tls ? await makeCertificates(folder.path, certificateOptions(options.tls)) : undefined;
  const [port, ldapsPort] = [options.port ?? (await freePort()), certificates ? await freePort() : 0];
  const baseDn = `ou=people,${SUFFIX}`;
  const admin = ['-x', '-H', `ldap://127.0.0.1:${port}`, '-D', `cn=admin,${SUFFIX}`, '-w', 'admin-secret'];

  await mkdir(at('db'));
  await writeFile(at('slapd.conf'), configuration(folder.path, options, certificates));
  await writeLdif(at('people.ldif'), {
    suffix: SUFFIX,
    baseDn,
    people,
    extra: readerEntry + (options.extraLdif ?? ''),
  });
  await run('slapadd', ['-q', '-f', at('slapd.conf'), '-l', at('people.ldif')], { env: ENV, maxBuffer: 1e8 });

  let program: Program | undefined;
  const urls = [`ldap://127.0.0.1:${port}`, ...(certificates ? [`ldaps://127.0.0.1:${ldapsPort}`] : [])];
  const start = async () => {
    program = startProgram('slapd', ['-f', at('slapd.conf'), '-h', urls.join(' '), '-d', 'stats']);
    try {
      await portOpen(port);
    } catch (error) {
      throw new Error(`slapd did not start: ${program.output().slice(-2000)}`, { cause: error });
    }
  };
  const stop = async () => {
    await program?.stop();
  };
  await start();
  return {
    host: '127.0.0.1',
    port,
    ldapsPort,
    suffix: SUFFIX,
    baseDn,
    bindDn: `cn=reader,${SUFFIX}`,
    password: 'reader-secret',
    certificates,
    log: () => program?.output() ?? '',
    stop,
    start,
    restart: async () => {
      await stop();
      await start();
    },
    modify: async (ldif) => {
      await writeFile(at('change.ldif'), ldif);
      await run('ldapmodify', [...admin, '-f', at('change.ldif')]);
    },
    ldapsearch: () => timedSearch([...admin, '-LLL', '-E', 'pr=500/noprompt', '-b', baseDn]),
    [Symbol.asyncDispose]: async () => {
      await stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const certificateOptions = (tls: true | 'expired' | 'other-name') =>
  tls === 'expired' ? { expired: true } : tls === 'other-name' ? { name: 'DNS:elsewhere.example' } : {};

const readerEntry =
  `dn: cn=reader,${SUFFIX}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\n` +
  `cn: reader\nuserPassword: reader-secret\n\n`;

function configuration(folder: string, options: SlapdOptions, certificates: TestCertificates | undefined): string {
  const limit = options.sizeLimit === undefined ? 'unlimited' : String(options.sizeLimit);
  const custom = Array.from(
    { length: 10 },
    (_, at) =>
      // attr5 takes any bytes, the others are text as the rest of a directory.
      `attributetype ( 1.3.6.1.4.1.99999.1.${at + 1} NAME 'attr${at + 1}' ${at + 1 === 5 ? 'EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40' : 'EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15'} )`,
  );
  const names = Array.from({ length: 10 }, (_, at) => `attr${at + 1}`).join(' $ ');
  return [
    ...['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`),
    ...custom,
    `attributetype ( 1.3.6.1.4.1.99999.1.20 NAME 'didNumber' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )`,
    `objectclass ( 1.3.6.1.4.1.99999.2.1 NAME 'contactRecord' SUP top STRUCTURAL MUST ( cn $ sn ) MAY ( uid $ givenName $ mail $ ou $ telephoneNumber $ ${names} ) )`,
    `objectclass ( 1.3.6.1.4.1.99999.2.2 NAME 'labNumbers' SUP top AUXILIARY MAY ( didNumber $ ${names} ) )`,
    `pidfile ${folder}/slapd.pid`,
    `modulepath /usr/lib/ldap`,
    `moduleload back_mdb`,
    // The administrator's own searches are not limited either.
    `sizelimit size.soft=${limit} size.hard=${limit} size.prtotal=${options.pagedTotal ?? 'unlimited'}`,
    // A message of one megabyte must be taken from an administrator.
    `sockbuf_max_incoming_auth 16777216`,
    ...(options.referral === undefined ? [] : [`referral ${options.referral}`]),
    ...(certificates
      ? [
          `TLSCACertificateFile ${certificates.caPath}`,
          `TLSCertificateFile ${certificates.certPath}`,
          `TLSCertificateKeyFile ${certificates.keyPath}`,
        ]
      : []),
    `database mdb`,
    `suffix "${SUFFIX}"`,
    `directory ${folder}/db`,
    `rootdn "cn=admin,${SUFFIX}"`,
    `rootpw admin-secret`,
    `maxsize 2147483648`,
    `dbnosync`,
    `index objectClass,entryUUID eq`,
    `access to attrs=userPassword by anonymous auth by * none`,
    `access to * by dn.exact="cn=reader,${SUFFIX}" read by * none`,
    '',
  ].join('\n');
}

function timedSearch(args: string[]): Promise<{ ms: number; entries: number }> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn('ldapsearch', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let entries = 0;
    let tail = '';
    child.stdout.setEncoding('latin1');
    child.stdout.on('data', (text: string) => {
      const lines = (tail + text).split('\n');
      tail = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('dn:')) entries += 1;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve({ ms: performance.now() - started, entries });
      else reject(new Error(`ldapsearch ended with ${code}`));
    });
  });
}
