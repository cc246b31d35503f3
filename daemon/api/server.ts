/** The HTTPS listener of the local API and pages. Why not fastify here: docs/decisions/0007-daemon-local-api.md. */
import { createReadStream } from 'node:fs';
import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZodError } from 'zod';
import { describe } from '#config/document.ts';
import type { Log } from '#config/log.ts';
import { OpenSockets } from '#config/open-sockets.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import type { BrowserGate } from '../wizard/browser.ts';
import { TooManyTries } from '../wizard/tries.ts';
import type { AccessGuard } from './access.ts';
import { readJson } from './body.ts';
import type { LocalCertificate } from './certificate.ts';
import { FileReply, match, Reply, type Route } from './route.ts';

interface ApiServerOptions {
  routes: readonly Route[];
  access: AccessGuard;
  /** Lets browsers in that have a session; without it only the token counts. */
  gate?: BrowserGate;
  /** Sends the files of the local pages. */
  page?: (path: string, request: IncomingMessage, response: ServerResponse) => Promise<void>;
  certificate: LocalCertificate;
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** Plain HTTP that only redirects; left out when undefined, and when the port is taken. */
  redirectPort?: number | undefined;
  log: Log;
}

export interface ApiServer {
  port: number;
  stop(): Promise<void>;
}

const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

/** Starts to listen. @throws DemarcError `daemon.port-taken` */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { certificate, host, log } = options;
  const stopping = new AbortController();
  const server = createHttps(
    { cert: certificate.certificate, key: certificate.key, minVersion: 'TLSv1.2' },
    (request, response) => void answer(options, stopping.signal, request, response),
  );
  const open = new OpenSockets(server);
  server.headersTimeout = 10_000;
  server.requestTimeout = 120_000;
  server.maxConnections = 100;
  const port = await listen(server, host, options.port);
  const redirect = await startRedirect(options, port);
  return {
    port,
    stop: async () => {
      stopping.abort();
      await Promise.all([close(server, open), redirect && close(redirect.server, redirect.open)]);
      log.debug('local API closed');
    },
  };
}

async function startRedirect(
  options: ApiServerOptions,
  httpsPort: number,
): Promise<{ server: Server; open: OpenSockets } | undefined> {
  const { redirectPort, host, log } = options;
  if (redirectPort === undefined) return undefined;
  const server = createHttp((request, response) => {
    const name = /^(\[[\da-f:]+\]|[\w.-]+)(:\d+)?$/i.exec(request.headers.host ?? '')?.[1] ?? 'localhost';
    response.writeHead(308, { location: `https://${name}:${httpsPort}/`, connection: 'close' }).end();
  });
  const open = new OpenSockets(server);
  server.headersTimeout = 10_000;
  server.maxConnections = 20;
  try {
    await listen(server, host, redirectPort);
    return { server, open };
  } catch (error) {
    log.warn(
      { code: 'daemon.port-taken', port: redirectPort, err: error },
      'the port that redirects to HTTPS is taken; the local pages are reached by their HTTPS address only',
    );
    return undefined;
  }
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new DemarcError('daemon.port-taken', `${host}:${port}: ${error.code ?? error.message}`, { cause: error }));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function close(server: Server, open: OpenSockets): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    // Streams and slow clients must not hold up a stop.
    setTimeout(() => open.destroy(), 500).unref();
  });
}

async function answer(
  options: ApiServerOptions,
  stopping: AbortSignal,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    const url = urlOf(request);
    const isProgram = request.headers.authorization !== undefined;
    if (!isProgram) options.gate?.checkHost(request);
    if (options.page && isPage(url.pathname, request)) {
      await options.page(url.pathname, request, response);
      return;
    }
    const reply = await dispatch(options, url, request, AbortSignal.any([gone.signal, stopping]));
    if (reply instanceof FileReply) await sendFile(reply, response);
    else if (reply.lines) await sendLines(reply.lines, response);
    else if (reply.text) await sendText(reply, reply.text, response);
    else sendJson(response, reply.status, reply.body, reply.headers);
  } catch (thrown) {
    if (gone.signal.aborted) return;
    fail(options.log, thrown, request, response);
  }
}

/** The API and the sign of life are not pages; whatever else is asked for may be one. */
const isPage = (path: string, { method }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') && path !== '/healthz' && !/^\/api(\/|$)/.test(path);

function urlOf(request: IncomingMessage): URL {
  try {
    return new URL(request.url ?? '/', 'https://gateway.invalid');
  } catch (error) {
    throw new DemarcError('api.invalid', 'the address', { cause: error });
  }
}

async function dispatch(
  options: ApiServerOptions,
  url: URL,
  request: IncomingMessage,
  signal: AbortSignal,
): Promise<Reply | FileReply> {
  const segments = url.pathname.split('/').slice(1);
  const candidates = options.routes.flatMap((route) => {
    const params = match(route, segments);
    return params ? [{ route, params }] : [];
  });
  const chosen = candidates.find(({ route }) => route.method === request.method);
  requireAccess(options, chosen?.route, request);
  if (candidates.length === 0) throw new DemarcError('api.not-found', url.pathname.slice(0, 200));
  if (!chosen) throw new DemarcError('daemon.wrong-method', candidates.map(({ route }) => route.method).join(', '));
  const body = chosen.route.takesBody ? await readJson(request) : undefined;
  const query = Object.fromEntries(url.searchParams);
  const value = await chosen.route.run({ params: chosen.params, query, body, signal, request });
  return value instanceof Reply || value instanceof FileReply ? value : new Reply(200, value);
}

/** @throws DemarcError `wizard.*`, `daemon.bad-token`, `daemon.too-many-tries` */
function requireAccess({ access, gate }: ApiServerOptions, route: Route | undefined, request: IncomingMessage): void {
  const { authorization } = request.headers;
  if (gate !== undefined && authorization === undefined) {
    gate.checkOrigin(request);
    if (route?.open === true) return;
    if (gate.isBrowser(request)) {
      gate.requireSession(request);
      if (route?.tokenOnly === true) throw new DemarcError('wizard.token-only');
      return;
    }
  }
  if (route?.open !== true) access.check(authorization, request.socket.remoteAddress ?? '');
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  more: Readonly<Record<string, string>> = {},
): void {
  if (body === undefined) {
    response.writeHead(status === 200 ? 204 : status, { ...HEADERS, ...more }).end();
    return;
  }
  response.writeHead(status, { ...HEADERS, ...more, 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}

async function sendFile({ path, headers, done }: FileReply, response: ServerResponse): Promise<void> {
  try {
    response.writeHead(200, { ...HEADERS, ...headers });
    await pipeline(createReadStream(path), response);
  } finally {
    await done();
  }
}

async function sendLines(lines: AsyncIterable<unknown>, response: ServerResponse): Promise<void> {
  response.writeHead(200, { ...HEADERS, 'content-type': 'application/x-ndjson; charset=utf-8' });
  response.flushHeaders();
  const text = async function* () {
    for await (const line of lines) yield `${JSON.stringify(line)}\n`;
  };
  await pipeline(Readable.from(text()), response);
}

async function sendText(reply: Reply, text: AsyncIterable<string>, response: ServerResponse): Promise<void> {
  response.writeHead(reply.status, { ...HEADERS, ...reply.headers });
  await pipeline(Readable.from(text), response);
}

function fail(log: Log, thrown: unknown, request: IncomingMessage, response: ServerResponse): void {
  const error = thrown instanceof ZodError ? new DemarcError('api.invalid', describe(thrown)) : toDemarcError(thrown);
  const where = { code: error.code, method: request.method, path: request.url?.split('?')[0]?.slice(0, 200) };
  if (error.code === 'internal') log.error({ ...where, err: thrown }, 'a local request failed');
  else if (error.status >= 500) log.warn({ ...where, detail: error.detail }, 'a local request failed');
  else log.debug(where, 'a local request was refused');
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const more: Record<string, string> = {};
  if (error.status === 429) more['retry-after'] = String(error instanceof TooManyTries ? error.waitSeconds : 60);
  if (error.code === 'daemon.wrong-method') more['allow'] = error.detail ?? '';
  // The rest of a body that was not read would be taken for the next request.
  if (!request.complete) more['connection'] = 'close';
  sendJson(response, error.status, error.toText(), more);
}
