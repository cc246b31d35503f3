/** The built files of the local pages (`web/wizard`), sent as they lie on the disk. */
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { DemarcError } from '#contract/errors/demarc-error.ts';

/** Beside the built daemon, or in `dist` of the sources. */
export const wizardFolder = (): string =>
  fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../dist/wizard' : '../wizard', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};
const PACKED = new Set(['.html', '.js', '.css', '.svg', '.json', '.txt']);

/** Nothing from anywhere else, nothing inline but the styles that the components make of themselves. */
const POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/**
 * Sends the file of a path, or the page itself for every path that is one of its own. The names of `assets/` hold the
 * hash of their content, so browsers keep them; everything else is asked for again.
 * @throws DemarcError `wizard.no-pages`, `api.not-found`
 */
export async function sendPage(folder: string, path: string, request: IncomingMessage, response: ServerResponse) {
  const root = await realpath(folder).catch(() => undefined);
  if (root === undefined) throw new DemarcError('wizard.no-pages');
  const wanted = extname(path) === '' ? '/index.html' : decoded(path);
  const file = await realpath(join(root, wanted)).catch(() => undefined);
  const type = TYPES[extname(wanted)];
  if (file === undefined || !file.startsWith(root + sep) || type === undefined || !(await stat(file)).isFile()) {
    throw new DemarcError(wanted === '/index.html' ? 'wizard.no-pages' : 'api.not-found', path.slice(0, 200));
  }
  const packs = PACKED.has(extname(wanted)) && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  response.writeHead(200, {
    ...PAGE_HEADERS,
    'content-type': type,
    'cache-control': wanted.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'Accept-Encoding',
    ...(packs ? { 'content-encoding': 'gzip' } : {}),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  if (!packs) return await pipeline(createReadStream(file), response);
  // Loaded with the first page: an idle gateway does without it.
  const { createGzip } = await import('node:zlib');
  await pipeline(createReadStream(file), createGzip(), response);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) throw new DemarcError('api.not-found', path.slice(0, 200), { cause: error });
    throw error;
  }
}
