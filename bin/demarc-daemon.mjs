#!/usr/bin/env node
import { existsSync, mkdirSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { programPath } from './form.mjs';
import { ensureNode } from './start.mjs';

const HELP = `demarc-daemon: the gateway, beside the PBXs of one site.

Usage: demarc-daemon [--help]

Settings come from the environment:
  DEMARC_DAEMON_STATE       folder of everything that it keeps (./daemon-state)
  DEMARC_DAEMON_CONFIG      configuration file (config.json in the state folder)
  DEMARC_WEB_PORT           HTTPS port of its local API (9443)
  DEMARC_WEB_HOST           address to listen on (0.0.0.0); 127.0.0.1 for this machine only
  DEMARC_WEB_REDIRECT_PORT  HTTP port that leads there (8080 beside 9443), or off
  DEMARC_WEB_NAMES          more names that browsers may open them by, with commas between
  DEMARC_ANNOUNCE           name that is announced on the network, without .local (demarc), or off
  DEMARC_FAILURE_PAGE       seconds that a daemon which cannot start shows why at its port (0)
  DEMARC_LOG_LEVEL          trace, debug, info, warn, error or fatal (info)
  DEMARC_REBOOT_PROGRAM     what reboots the machine, as a JSON array (["systemctl","reboot"]); [] for nothing

It needs no cloud and no PBX to start; "demarc link" connects it, "demarc check" says what is wrong.
Exit codes: 0 stopped, 1 failed, 2 wrong usage or settings.
`;

const words = process.argv.slice(2);
if (words.includes('--help') || words.includes('-h')) {
  process.stdout.write(HELP);
  process.exit(0);
}
if (words.length > 0) {
  process.stderr.write(`demarc-daemon takes no "${words[0]}"; see demarc-daemon --help\n`);
  process.exit(2);
}
// Less memory for a little speed, which an appliance has to spare: a small young generation, few arenas of the C library,
// and freed memory handed back (docs/operations.md has the figures).
ensureNode({
  flags: ['--max-semi-space-size=4', '--semi-space-growth-factor=1'],
  env: { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '65536', MALLOC_MMAP_THRESHOLD_: '65536' },
});
// Set here because as a flag of the start it would also forbid the young generation to grow, which daemon/haste.ts lets it
// while users are synced. Before any code is read: code that was compiled under other flags is not taken from the cache.
setFlagsFromString('--optimize-for-size');
// Types are stripped and code is compiled once, not at every start: a third of the start time and 25 MB less. Kept in the
// state folder, because code from a folder that others may write to must not be run.
const state = process.env.DEMARC_DAEMON_STATE ?? './daemon-state';
try {
  mkdirSync(state, { recursive: true, mode: 0o700 });
  module.enableCompileCache?.(join(state, 'compile-cache'));
} catch (error) {
  process.stderr.write(`demarc-daemon: no compile cache in ${state} (${error.code})\n`);
}
const here = fileURLToPath(import.meta.url);
const root = fileURLToPath(new URL('../..', import.meta.url));
const hasSlots = existsSync(join(root, 'slots.json')) && existsSync(join(root, 'launcher/bin'));
const program = hasSlots
  ? (await import('./launch/launch.ts')).launch({
      root,
      judge: join(here, '../judge.mjs'),
      launcher: here,
      stateFolder: state,
      env: process.env,
      warn: (text) => void process.stderr.write(`demarc-daemon: ${text}\n`),
    })
  : programPath({
      root: fileURLToPath(new URL('..', import.meta.url)),
      built: 'dist/daemon/main.mjs',
      source: 'daemon/process.ts',
      form: process.env.DEMARC_FORM,
    });
const { runDaemon } = await (program.endsWith('.ts') ? import('../daemon/process.ts') : import(program));
await runDaemon(process.env);
module.flushCompileCache?.();
