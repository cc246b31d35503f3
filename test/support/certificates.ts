/** Certificates for the tests, made by openssl: a private CA, another CA, and server certificates for 127.0.0.1. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface TestCertificates {
  caPath: string;
  caPem: string;
  /** A CA that has signed nothing here. */
  otherCaPem: string;
  certPath: string;
  keyPath: string;
}

/** Makes a CA, a server certificate signed by it (expired, or for another name, if asked) and an unrelated CA. */
export async function makeCertificates(
  folder: string,
  options: { expired?: boolean; name?: string } = {},
): Promise<TestCertificates> {
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  for (const ca of ['ca', 'other-ca']) {
    await openssl(
      'req',
      '-x509',
      ...newKey,
      '-days',
      '30',
      '-subj',
      `/CN=${ca} ${process.pid}`,
      '-keyout',
      `${ca}.key`,
      '-out',
      `${ca}.pem`,
    );
  }
  await openssl('req', ...newKey, '-subj', '/CN=directory', '-keyout', 'server.key', '-out', 'server.csr');
  const name = options.name ?? 'IP:127.0.0.1,DNS:localhost';
  await writeFile(join(folder, 'index.txt'), '');
  await writeFile(
    join(folder, 'ca.cnf'),
    `[ca]\ndefault_ca = own\n[own]\ndatabase = index.txt\nnew_certs_dir = .\nserial = serial\ndefault_md = sha256\npolicy = any\n` +
      `x509_extensions = server\n[any]\ncommonName = supplied\n[server]\nsubjectAltName = ${name}\nbasicConstraints = CA:FALSE\n`,
  );
  await writeFile(join(folder, 'serial'), '01\n');
  const [start, end] = options.expired
    ? ['20200101000000Z', '20200201000000Z']
    : ['20200101000000Z', '20491231000000Z'];
  await openssl(
    'ca',
    '-batch',
    '-config',
    'ca.cnf',
    '-cert',
    'ca.pem',
    '-keyfile',
    'ca.key',
    '-in',
    'server.csr',
    '-out',
    'server.pem',
    '-notext',
    '-startdate',
    start,
    '-enddate',
    end,
  );
  return {
    caPath: join(folder, 'ca.pem'),
    caPem: await readFile(join(folder, 'ca.pem'), 'utf8'),
    otherCaPem: await readFile(join(folder, 'other-ca.pem'), 'utf8'),
    certPath: join(folder, 'server.pem'),
    keyPath: join(folder, 'server.key'),
  };
}
