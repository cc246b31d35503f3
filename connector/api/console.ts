import { access } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { DemarcError } from '#contract/errors/demarc-error.ts';

const HASHED = /[\\/]assets[\\/]/;
const NOT_BUILT = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Demarc</title></head>
<body><h1>The connector runs; its console is not built yet</h1>
<p>Run <code>npm run build</code> in the folder of Demarc, restart the connector and load this page again.
The API is ready: <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p></body></html>
`;

const isBuilt = (folder: string): Promise<boolean> =>
  access(join(folder, 'index.html')).then(
    () => true,
    () => false,
  );

/** Paths that programs and pages load from: an unknown one is an error, not a page of the console. */
const isNoPage = (path: string): boolean => /^\/(api|assets|mqtt|tunnel|healthz|readyz|metrics)(\/|$)/.test(path);

/**
 * The console's files. Any other page address is answered with index.html, because the console routes by itself; files
 * with a hash in their name never change, index.html is asked for each time.
 */
export async function consoleFiles(app: FastifyInstance, folder: string | undefined): Promise<void> {
  const built = folder !== undefined && (await isBuilt(folder));
  if (built) {
    await app.register(fastifyStatic, {
      root: folder,
      serve: false,
      cacheControl: false,
      preCompressed: true,
      setHeaders: (response, path) => {
        const cache = HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache';
        response.header('cache-control', cache);
      },
    });
    app.get('/assets/*', { config: { access: 'public' }, schema: { hide: true } }, (request, reply) =>
      reply.sendFile(new URL(request.url, 'http://localhost').pathname),
    );
  }
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '/';
    if ((request.method !== 'GET' && request.method !== 'HEAD') || isNoPage(path))
      throw new DemarcError('api.not-found');
    if (!built) return reply.code(200).type('text/html; charset=utf-8').send(NOT_BUILT);
    // A file at the top, such as the icon, by its plain name; everything else is a page of the console.
    const file = /^\/[\w-]+\.(ico|svg|png|webmanifest|txt)$/.test(path) ? path : '/index.html';
    return reply.code(200).sendFile(file);
  });
}
