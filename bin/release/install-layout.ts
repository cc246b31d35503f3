import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { RELEASE_FILE, slotFolder, writeSlots } from '#config/slots.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** The launcher as files that need no release and no node_modules. */
export async function makeLauncher(folder: string): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['bin/demarc-daemon.mjs', 'bin/judge.mjs', 'bin/demarc.mjs'],
    outdir: join(folder, 'bin'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22.14',
    // The sources of a checkout; an installation has none.
    external: ['../daemon/process.ts'],
    legalComments: 'none',
    logLevel: 'warning',
  });
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  for (const program of ['demarc-daemon.mjs', 'judge.mjs', 'demarc.mjs'])
    await chmod(join(folder, 'bin', program), 0o755);
}

/** What one release consists of, in the folder of a slot. `files` is where the built daemon and its package.json lie. */
export async function fillSlot(slot: string, release: { files: string; manifest: string }): Promise<void> {
  await mkdir(slot, { recursive: true });
  await cp(release.files, slot, { recursive: true });
  await writeFile(join(slot, RELEASE_FILE), release.manifest);
}

/** An installation that can update itself: launcher, slot `a` with a release, and an empty slot `b`. */
export async function install(root: string, release: { files: string; manifest: string }): Promise<void> {
  await makeLauncher(join(root, 'launcher'));
  await fillSlot(slotFolder(root, 'a'), release);
  await mkdir(slotFolder(root, 'b'), { recursive: true });
  writeSlots(root, { active: 'a' });
}
