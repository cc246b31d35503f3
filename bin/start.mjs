// Plain JavaScript that any Node runs: it decides whether this Node can run the rest.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Socket } from 'node:net';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const OLDEST = [22, 14];
const RELAUNCHED = 'DEMARC_RELAUNCHED';
/** The descriptor that the launcher and the relaunched process share; it closes with the launcher. */
const LIFELINE = 3;

const isNewEnough = (/** @type {string} */ version) => {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
};

/** The Node that came with `npm ci` (package.json, optionalDependencies), if it is new enough. */
function projectNode() {
  const path = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
  if (!existsSync(path)) return undefined;
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return status === 0 && isNewEnough(stdout.trim()) ? path : undefined;
}

/**
 * Returns only under a Node that runs the product. Under an older one the same program is run by the project's own Node,
 * and this process ends with its exit code; without that one it says so in one line and exits 2.
 */
export function ensureNode() {
  if (process.env[RELAUNCHED] === '1') {
    delete process.env[RELAUNCHED];
    // The launcher cannot pass signals on; when it dies, so do we, in order.
    new Socket({ fd: LIFELINE })
      .on('error', () => {})
      .on('close', () => process.kill(process.pid, 'SIGTERM'))
      .resume()
      .unref();
    return;
  }
  const newEnough = isNewEnough(process.version);
  if (newEnough && process.features.typescript) return;
  // From 22.14 to 22.17 Node runs TypeScript only when told to.
  const node = projectNode() ?? (newEnough ? process.execPath : undefined);
  if (node === undefined) {
    process.stderr.write(
      `Demarc needs Node ${OLDEST.join('.')} or later, and this is ${process.version}: run "npm ci" in its folder, or install a newer Node.\n`,
    );
    process.exit(2);
  }
  const flags = node === process.execPath ? ['--experimental-strip-types'] : [];
  const { status, error } = spawnSync(node, [...flags, ...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, [RELAUNCHED]: '1' },
  });
  if (error) process.stderr.write(`${error.message}\n`);
  process.exit(status ?? 1);
}
