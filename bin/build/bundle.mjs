/**
 * Makes the shipped form of the daemon in dist/daemon: one file and its few lazy parts, without node_modules. It starts
 * in half the time and with two thirds of the memory of the sources.
 */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { SOURCES_FILE } from '../form.mjs';
import { licencesOf } from './licences.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const OUT = resolve(ROOT, process.argv[2] ?? 'dist/daemon');
/** How the daemon names the scripts that it runs in processes of their own. */
const CHILD = /new URL\((['"])(?:\.\/)?([\w-]+)\.ts\1, import\.meta\.url\)/g;

/** The scripts of child processes become entries of their own, and the places that name them name the built ones. */
const children = (found) => ({
  name: 'children',
  setup(context) {
    context.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      if (path.includes('node_modules')) return undefined;
      const contents = await readFile(path, 'utf8');
      const replaced = contents.replaceAll(CHILD, (_, _quote, name) => {
        found.add(resolve(path, '..', `${name}.ts`));
        return `new URL('./${name}.mjs', import.meta.url)`;
      });
      return { contents: replaced, loader: 'ts' };
    });
  },
});

/** Schemas speak English here: the library's 50 other languages would be loaded at every start. */
const englishOnly = {
  name: 'english-only',
  setup(context) {
    context.onResolve({ filter: /^\.\.\/locales\/index\.js$/ }, ({ importer }) =>
      importer.includes('/zod/') ? { path: 'locales', namespace: 'english-only' } : undefined,
    );
    context.onLoad({ filter: /.*/, namespace: 'english-only' }, () => ({
      contents: `export { default as en } from 'zod/v4/locales/en.js';`,
      resolveDir: ROOT,
    }));
  },
};

/** Numbering plans as one text that is parsed: as code, each of their thousands of lists would also be kept compiled. */
const plansAsText = {
  name: 'plans-as-text',
  setup(context) {
    context.onLoad({ filter: /libphonenumber-js\/metadata\.max\.json\.js$/ }, async ({ path }) => {
      const json = JSON.parse(await readFile(path.replace(/\.js$/, ''), 'utf8'));
      return { contents: `export default JSON.parse(${JSON.stringify(JSON.stringify(json))});` };
    });
  },
};

/** What the MQTT library brings along for browsers and for proxies of its own, and the daemon never uses. */
const noStowaways = {
  name: 'no-stowaways',
  setup(context) {
    context.onResolve({ filter: /^(socks|worker-timers)$/ }, ({ path, importer }) =>
      importer.includes('/node_modules/mqtt/') ? { path, namespace: 'no-stowaways' } : undefined,
    );
    context.onLoad({ filter: /.*/, namespace: 'no-stowaways' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** Node's own streams instead of the copy of them that libraries carry for browsers and for old Nodes. */
const ownStreams = {
  name: 'own-streams',
  setup(context) {
    context.onResolve({ filter: /^readable-stream$/ }, () => ({ path: 'node:stream', external: true }));
  },
};

/** Compiled helpers that libraries try and do without; only the database brings one that is needed. */
const noAddons = {
  name: 'no-addons',
  setup(context) {
    context.onResolve({ filter: /\.node$/ }, ({ path }) => ({ path, namespace: 'no-addons' }));
    context.onLoad({ filter: /.*/, namespace: 'no-addons' }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path} is not part of this build`)});`,
    }));
  },
};

const options = (entries, found) => ({
  absWorkingDir: ROOT,
  entryPoints: entries,
  outdir: OUT,
  outExtension: { '.js': '.mjs' },
  entryNames: '[name]',
  chunkNames: 'part-[name]-[hash]',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node22.14',
  minifyWhitespace: true,
  minifySyntax: true,
  keepNames: true,
  metafile: true,
  logLevel: 'warning',
  plugins: [children(found), englishOnly, plansAsText, noStowaways, ownStreams, noAddons],
  legalComments: 'none',
  // What CommonJS modules expect to find; the database looks for its compiled part beside this file.
  banner: {
    js: `import{createRequire as __makeRequire}from'node:module';const require=__makeRequire(import.meta.url),__dirname=import.meta.dirname,__filename=import.meta.filename;`,
  },
});

/** One letter beyond ASCII, as in a regular expression, would make V8 keep the whole file with two bytes a letter. */
async function toAscii(path) {
  const code = await readFile(path, 'utf8');
  const escaped = (letter) =>
    [...Array(letter.length).keys()].map((at) => `\\u${letter.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
  await writeFile(path, code.replaceAll(/\P{ASCII}/gu, escaped));
}

await rm(OUT, { recursive: true, force: true });
const found = new Set();
const main = await build(options([{ in: 'daemon/process.ts', out: 'main' }], found));
const scripts = await build(
  options(
    [...found].map((path) => ({ in: path, out: basename(path, '.ts') })),
    new Set(),
  ),
);
for (const path of [main, scripts].flatMap(({ metafile }) => Object.keys(metafile.outputs)))
  await toAscii(join(ROOT, path));
await cp(join(ROOT, 'node_modules/classic-level/prebuilds'), join(OUT, 'prebuilds'), { recursive: true });
const inputs = [main, scripts].flatMap(({ metafile }) => Object.keys(metafile.inputs));
const sources = [...new Set(inputs)].filter((path) => !path.includes('node_modules') && !path.includes(':'));
await writeFile(join(OUT, SOURCES_FILE), JSON.stringify([...sources.sort(), 'package-lock.json'], undefined, 1));
// Only what it is made of is wanted of the pages here; Vite builds them.
const pages = await build({
  absWorkingDir: ROOT,
  entryPoints: ['web/wizard/main.tsx'],
  outdir: 'dist/none',
  write: false,
  bundle: true,
  metafile: true,
  format: 'esm',
  splitting: true,
  jsx: 'automatic',
  loader: { '.svg': 'dataurl' },
  logLevel: 'error',
});
const licences = await licencesOf(ROOT, [...inputs, ...Object.keys(pages.metafile.inputs)]);
await writeFile(join(OUT, 'licences.json'), JSON.stringify(licences));
const bytes = [main, scripts]
  .flatMap(({ metafile }) => Object.values(metafile.outputs))
  .reduce((sum, out) => sum + out.bytes, 0);
process.stdout.write(
  `${relative(ROOT, OUT)}: ${Math.round(bytes / 1024)} KiB of code from ${sources.length} sources\n`,
);
