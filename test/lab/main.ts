/** The lab as a process: `node test/lab/main.ts [--json] [--users N] [--folder F] [--ldap-port P]`; Ctrl-C stops it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startLab } from './lab.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    users: { type: 'string', default: '250' },
    folder: { type: 'string' },
    'ldap-port': { type: 'string', default: '0' },
  },
});
const own = values.folder === undefined ? await mkdtemp(join(tmpdir(), 'demarc-lab-')) : undefined;
const lab = await startLab({
  users: Number(values.users),
  folder: values.folder ?? own ?? '',
  ports: { ldap: Number(values['ldap-port']) },
});
const addresses = { mivoice5000: lab.mivoice5000, mivoiceBusiness: lab.mivoiceBusiness };
process.stdout.write(`${JSON.stringify(addresses, null, values.json ? 0 : 2)}\n`);

const stop = () => {
  lab
    .stop()
    .then(() => (own === undefined ? undefined : rm(own, { recursive: true, force: true })))
    .catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exitCode = 1;
    });
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
