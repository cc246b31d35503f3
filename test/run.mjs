/**
 * `npm test`: brings what the suites need (the console's build, Debian packages of the real peers), runs every suite one
 * after the other, says which were skipped and why, and closes with the sum.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const SUITES = ['unit', 'contract', 'peers', 'e2e', 'faults', 'browser'];

/** Debian packages by the program that shows they are there. */
const PEERS = {
  slapd: 'slapd',
  ldapsearch: 'ldap-utils',
  squid: 'squid',
  chromium: 'chromium',
  openssl: 'openssl',
  faketime: 'faketime',
  sshd: 'openssh-server',
  snmpd: 'snmpd',
  ip: 'iproute2',
  nginx: 'nginx-light',
  iptables: 'iptables',
  'avahi-daemon': 'avahi-daemon',
  'avahi-resolve': 'avahi-utils',
  kamailio: 'kamailio',
  'kamailio/modules/tls.so': 'kamailio-tls-modules',
  baresip: 'baresip-core',
  sipp: 'sip-tester',
  dnsmasq: 'dnsmasq-base',
  tshark: 'tshark',
  networkctl: 'systemd',
  'dbus-daemon': 'dbus',
  curl: 'curl',
  pg_ctlcluster: 'postgresql',
  python3: 'python3-minimal',
  aiosmtpd: 'python3-aiosmtpd',
};

/** A program, or a file of a library folder. */
const has = (program) =>
  program.includes('/')
    ? ['x86_64-linux-gnu', 'aarch64-linux-gnu'].some((folder) => existsSync(`/usr/lib/${folder}/${program}`))
    : spawnSync('sh', ['-c', `PATH="$PATH:/usr/sbin:/sbin" command -v ${program}`]).status === 0;

function installPeers() {
  const missing = Object.entries(PEERS).filter(([program]) => !has(program));
  if (missing.length === 0) return;
  const packages = missing.map(([, name]) => name);
  if (process.getuid?.() !== 0 || !has('apt-get')) {
    console.log(
      `Not here: ${packages.join(', ')}. The suites that need them are skipped; install them, or run as root.`,
    );
    return;
  }
  console.log(`Installing Debian packages: ${packages.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env });
  const done = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env,
  });
  if (done.status !== 0) console.log('Some packages could not be installed; the suites that need them are skipped.');
}

function buildConsole() {
  if (existsSync('dist/console/index.html') && existsSync('dist/wizard/index.html')) return true;
  console.log('Building the console');
  return spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' }).status === 0;
}

function runSuite(suite, reports) {
  const report = join(reports, `${suite}.json`);
  const started = Date.now();
  const run = spawnSync(
    'vitest',
    [
      'run',
      '--dir',
      `test/${suite}`,
      '--reporter=default',
      `--reporter=${join(import.meta.dirname, 'flaky-reporter.mjs')}`,
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    { stdio: 'inherit', env: { ...process.env, ...surroundings(reports) } },
  );
  const seconds = Math.round((Date.now() - started) / 1000);
  if (!existsSync(report)) return { suite, passed: 0, failed: 1, skipped: 0, seconds, failures: ['it did not run'] };
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const crashed = run.status !== 0 && numFailedTests === 0 ? 1 : 0;
  return {
    suite,
    passed: numPassedTests,
    failed: numFailedTests + crashed,
    skipped: numPendingTests,
    seconds,
    failures: testResults.flatMap(failuresOf),
  };
}

/** Hundreds of processes load the same code: it is compiled by the first of them. */
const surroundings = (reports) => ({
  DEMARC_FLAKY_FILE: join(reports, 'flaky'),
  NODE_COMPILE_CACHE: join(reports, 'compile-cache'),
});

/** One line for each test that failed, and for a file that could not be loaded. */
function failuresOf({ name, status, message, assertionResults }) {
  const file = relative(process.cwd(), name);
  const failed = assertionResults.filter((one) => one.status === 'failed');
  if (failed.length === 0) return status === 'failed' ? [`${file}: ${firstLine(message)}`] : [];
  return failed.map((one) => `${file} > ${one.fullName}: ${firstLine(one.failureMessages[0])}`);
}

const firstLine = (text = '') => text.split('\n', 1)[0];

installPeers();
const built = buildConsole();
const reports = mkdtempSync(join(tmpdir(), 'demarc-reports-'));
const wanted = SUITES.filter((suite) =>
  readdirSync(`test/${suite}`, { recursive: true }).some((file) => /\.test\.tsx?$/.test(file)),
);
const results = wanted.map((suite) => runSuite(suite, reports));
const flaky = existsSync(join(reports, 'flaky')) ? readFileSync(join(reports, 'flaky'), 'utf8').trim().split('\n') : [];
rmSync(reports, { recursive: true, force: true });

const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log('');
for (const { suite, passed, failed, skipped, seconds } of results) {
  console.log(`${suite.padEnd(10)} ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds} s`);
}
// At the very end, where a shortened log still has them.
for (const failure of results.flatMap((result) => result.failures)) console.log(`FAILED ${failure}`);
for (const test of flaky) console.log(`PASSED AT THE SECOND TRY ${test}`);
if (!built) console.log('the console could not be built');
console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
process.exitCode = sum('failed') > 0 || sum('passed') === 0 || !built ? 1 : 0;
