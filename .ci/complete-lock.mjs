/**
 * Completes package-lock.json after `npm install`: a registry mirror that serves only this platform's binaries leaves the
 * other platforms' optional packages out, and `npm ci` then refuses the lock. Run it with `node .ci/complete-lock.mjs`.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const packages = lock.packages;
let added = 0;

for (const [path, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const places = [`${path}/node_modules/${name}`.replace(/^\//, ''), `node_modules/${name}`];
    if (places.some((place) => place in packages)) continue;
    const words = name.split(/[-/]/);
    const system = SYSTEMS.find((one) => words.includes(one));
    const processor = PROCESSORS.find((one) => words.includes(one));
    const entry = { version: version.replace(/^[\^~]/, ''), optional: true };
    if (dev) entry.dev = true;
    if (processor) entry.cpu = [processor];
    if (system) entry.os = [system];
    if (words.some((word) => word.startsWith('musl'))) entry.libc = ['musl'];
    if (!system && !processor) console.warn(`${name} names no platform; left out`);
    else {
      packages[`node_modules/${name}`] = entry;
      added += 1;
    }
  }
}

lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} packages of other platforms added`);
