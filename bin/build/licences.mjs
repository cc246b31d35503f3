// The licences of what is built in, for the page that shows them (DMN-7).
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/**
 * Each package once, by the files that went into a build.
 * @param {string} root
 * @param {readonly string[]} inputs paths from the root
 * @returns {Promise<{ packages: { name: string, version: string, licence: string, text: string }[] }>}
 */
export async function licencesOf(root, inputs) {
  const folders = new Set(
    inputs.flatMap((path) => PACKAGE.exec(path.replace(/^.*?(?=node_modules\/)/, ''))?.[1] ?? []),
  );
  const packages = await Promise.all(
    [...folders].map(async (folder) => {
      const { name, version, license, licenses } = JSON.parse(
        await readFile(join(root, folder, 'package.json'), 'utf8'),
      );
      const licence = typeof license === 'string' ? license : (license?.type ?? licenses?.[0]?.type ?? 'see its text');
      return { name, version, licence, text: await textOf(join(root, folder)) };
    }),
  );
  const node = { name: 'Node.js', version: process.versions.node, licence: 'MIT', text: '' };
  const key = ({ name, version }) => `${name}@${version}`;
  const once = new Map([...packages, node].map((one) => [key(one), one]));
  return { packages: [...once.values()].sort((a, b) => key(a).localeCompare(key(b), 'en')) };
}

/** @param {string} folder */
async function textOf(folder) {
  const names = await readdir(folder);
  const found = names.find((name) => /^(licen[cs]e|copying)(\.|-|$)/i.test(name));
  return found === undefined ? '' : (await readFile(join(folder, found), 'utf8')).trim();
}
