/** `npm run release`: builds the daemon, packs it and signs it; makes a signing key; makes a first installation. */
import { spawnSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile, realpath, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { install } from './install-layout.ts';
import { inTemporaryFolder, makeRelease, stageRelease } from './make-release.ts';

const ROOT = resolve(import.meta.dirname, '../..');

const HELP = `npm run release -- --key FILE --out DIR [options]

Builds the gateway for this machine's platform, packs it and signs it with an Ed25519 key. The two files go into
<data>/releases/stable of the connector.

  --new-key FILE      make a signing key: FILE is kept secret, FILE.pub is its public half; nothing else is done
  --key FILE          the signing key, PEM
  --trust FILE        another public key that the release will trust from then on; may be given again
  --out DIR           where the release goes
  --install DIR       an installation with launcher and two slots, from this release
  --notes TEXT        what is new
  --min-version V     the oldest version that may update to this one directly
  --with-node         the release brings this Node
  --built             take dist/daemon as it is
`;

const FLAGS = {
  'new-key': { type: 'string' },
  key: { type: 'string' },
  trust: { type: 'string', multiple: true },
  out: { type: 'string' },
  install: { type: 'string' },
  notes: { type: 'string' },
  'min-version': { type: 'string' },
  'with-node': { type: 'boolean', default: false },
  built: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Exit code: 0 made, 1 failed, 2 wrong usage. */
export async function release(args: string[], write: (text: string) => void): Promise<number> {
  const values = parsed(args);
  if (values instanceof Error) {
    write(`${values.message}\n\n${HELP}`);
    return 2;
  }
  if (values['new-key'] !== undefined) {
    await newKey(values['new-key']);
    return 0;
  }
  if (values.help || values.key === undefined || (values.out ?? values.install) === undefined) {
    write(HELP);
    return values.help ? 0 : 2;
  }
  if (!values.built) {
    const { status } = spawnSync(process.execPath, [join(ROOT, 'bin/build/bundle.mjs')], { stdio: 'inherit' });
    if (status !== 0) return 1;
  }
  const key = createPrivateKey(await readFile(values.key));
  const trusted: KeyObject[] = [createPublicKey(key)];
  for (const path of values.trust ?? []) trusted.push(createPublicKey(await readFile(path)));
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const platform = `${process.platform}-${process.arch}`;
  await inTemporaryFolder(async (folder) => {
    const node = values['with-node'] ? await realpath(process.execPath) : undefined;
    const files = join(folder, 'slot');
    await stageRelease({ folder: files, version, platform, trusted, node });
    const out = values.out ?? join(folder, 'out');
    const { notes, 'min-version': minVersion } = values;
    const made = await makeRelease({ files, version, platform, key, out, notes, minVersion, now: new Date() });
    if (values.out !== undefined) write(`${made.archive}\n${made.description}\n`);
    if (values.install === undefined) return;
    await install(values.install, { files, manifest: made.manifest });
    write(`${join(values.install, 'launcher/bin/demarc-daemon.mjs')}\n`);
  });
  return 0;
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options: FLAGS }).values;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Never over a key that is there. */
async function newKey(path: string): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  await writeFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  await writeFile(`${path}.pub`, publicKey.export({ type: 'spki', format: 'pem' }), { flag: 'wx' });
}
