/** Certificates with every fault that a peer of a trunk can have, by openssl, and OpenSSL's own server to show them. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface Issued {
  certificate: string;
  key: string;
}

interface IssueOptions {
  name?: string;
  usage?: string;
  isCa?: boolean;
  from?: string;
  to?: string;
  by?: Issued;
}

/** A private authority in a folder. */
export class TestAuthority {
  readonly #folder: string;
  #count = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Without `by` it is signed by itself. Dates are `YYYYMMDD000000Z`. */
  async issue(options: IssueOptions = {}): Promise<Issued> {
    const { name = 'IP:127.0.0.1,DNS:localhost', usage, isCa = false, by } = options;
    const { from = '20200101000000Z', to = '20491231000000Z' } = options;
    const id = `c${(this.#count += 1)}`;
    const path = (end: string) => join(this.#folder, `${id}.${end}`);
    const files = { certificate: path('pem'), key: path('key') };
    const openssl = (...args: string[]) => run('openssl', args, { cwd: this.#folder });
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', files.key];
    await openssl('req', ...newKey, '-subj', `/CN=test ${id}`, '-out', path('csr'));
    const extensions = [
      ...(isCa ? [] : [`subjectAltName = ${name}`]),
      `basicConstraints = critical,CA:${isCa ? 'TRUE' : 'FALSE'}`,
      ...(usage === undefined ? [] : [`extendedKeyUsage = ${usage}`]),
    ];
    await writeFile(path('txt'), '');
    await writeFile(path('srl'), `${1000 + this.#count}\n`);
    await writeFile(
      path('cnf'),
      `[ca]\ndefault_ca = own\n[own]\ndatabase = ${id}.txt\nnew_certs_dir = .\nserial = ${id}.srl\ndefault_md = sha256\npolicy = any\nx509_extensions = ext\n[any]\ncommonName = supplied\n[ext]\n${extensions.join('\n')}\n`,
    );
    const signer = by ? ['-cert', by.certificate, '-keyfile', by.key] : ['-selfsign', '-keyfile', files.key];
    const dates = ['-startdate', from, '-enddate', to];
    await openssl(
      'ca',
      '-batch',
      '-config',
      `${id}.cnf`,
      ...signer,
      '-in',
      `${id}.csr`,
      '-out',
      `${id}.pem`,
      '-notext',
      ...dates,
    );
    return files;
  }
}
