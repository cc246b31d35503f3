// Plain JavaScript that any Node runs: it decides whether this Node can run the rest.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Socket } from 'node:net';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const OLDEST = [22, 14];
const RELAUNCHED = 'DEMARC_RELAUNCHED';
/** Tells the relaunched process that it is started anew when it ends with this code (daemon/power/restart.ts). */
const LAUNCHER_WAITS = 'DEMARC_LAUNCHER_WAITS';
const RESTART_CODE = 75;
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
 * `wanted` are Node's flags and the environment that the program runs with: where they are not set, this process becomes
 * the same program with them (execve: same process id, no second process).
 * @param {{ flags: string[], env: Record<string, string> }} wanted
 */
export function ensureNode(wanted = { flags: [], env: {} }) {
  if (process.env[RELAUNCHED] === '1') {
    delete process.env[RELAUNCHED];
    process.env[LAUNCHER_WAITS] = '1';
    // The launcher cannot pass signals on; when it dies, so do we, in order.
    new Socket({ fd: LIFELINE })
      .on('error', () => {})
      .on('close', () => process.kill(process.pid, 'SIGTERM'))
      .resume()
      .unref();
    return;
  }
  delete process.env[LAUNCHER_WAITS];
  const newEnough = isNewEnough(process.version);
  if (newEnough && process.features.typescript) return become(wanted);
  // From 22.14 to 22.17 Node runs TypeScript only when told to.
  const node = projectNode() ?? (newEnough ? process.execPath : undefined);
  if (node === undefined) {
    process.stderr.write(
      `Demarc needs Node ${OLDEST.join('.')} or later, and this is ${process.version}: run "npm ci" in its folder, or install a newer Node.\n`,
    );
    process.exit(2);
  }
  const flags = node === process.execPath ? ['--experimental-strip-types'] : [];
  const all = [...flags, ...wanted.flags, ...process.execArgv, ...process.argv.slice(1)];
  const run = () =>
    spawnSync(node, all, {
      stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
      env: { ...wanted.env, ...process.env, [RELAUNCHED]: '1' },
    });
  let { status, error } = run();
  // It cannot become itself by execve: the lifeline would not go with it.
  while (status === RESTART_CODE) ({ status, error } = run());
  if (error) process.stderr.write(`${error.message}\n`);
  process.exit(status ?? 1);
}

function become({ flags, env }) {
  const missing = flags.filter((flag) => !process.execArgv.includes(flag));
  const isSet = Object.keys(env).every((name) => process.env[name] !== undefined);
  // Node before 22.15 and other systems than Linux lack it: the program then runs as it is, with more memory.
  if ((missing.length === 0 && isSet) || process.execve === undefined || process.platform !== 'linux') return;
  process.execve(process.execPath, [process.execPath, ...missing, ...process.execArgv, ...process.argv.slice(1)], {
    ...env,
    ...process.env,
  });
}
