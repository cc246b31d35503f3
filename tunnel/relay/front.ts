import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { z } from 'zod';
import type { Log } from '#config/log.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import type { TunnelStream } from '../carrier/tunnel-stream.ts';
import { forward, MAX_HEADER_BYTES } from './forward.ts';
import type { ActiveLaunch, Launches } from './launches.ts';
import type { Links } from './links.ts';
import { START_HEADER, sendEnterPage, sendError } from './pages.ts';
import { refuseGarbage, refuseUpgrade } from './raw-answers.ts';
import { checkForm, checkOrigin, type Faces, SESSION_COOKIE, sessionCookie } from './request-rules.ts';
import { passRaw, passWebSocket, RAW_UPGRADE } from './upgrade.ts';
import { UpstreamAgent } from './upstream-agent.ts';

export interface FrontOptions {
  launches: Launches;
  links: Links;
  /** The sessions' host names are below it: `<label>.<domain>`. */
  domain: string;
  log: Log;
  /** How long a system may take to begin an answer, in milliseconds: some think for minutes. */
  answerMs?: number;
}

const ANSWER_MS = 180_000;
const HEADERS_MS = 10_000;
/** How often slow senders are looked for; they are gone after both times together. */
const LOOK_EVERY_MS = 2000;
const KEEP_ALIVE_MS = 65_000;
const MAX_ENTER_BYTES = 1024;
/** Where the relay's own pages are on a session's host. */
const OWN_PREFIX = '/.demarc/';

/** What the gateway says when its customer has ended the session. */
const ENDED_AT_SITE: ReadonlySet<string> = new Set(['tunnel.off', 'tunnel.stopped', 'tunnel.not-granted']);

const Ticket = z.strictObject({ ticket: z.string().min(20).max(100) });

/**
 * The browser's side of the relay: HTTP/1.1 on host names that belong to one session each. Everything is refused that
 * has not the session's cookie; what has it is passed to the one system of the session.
 */
export class Front {
  readonly #options: FrontOptions;
  readonly #server: Server;
  readonly #agents = new Map<string, UpstreamAgent>();
  readonly #label: RegExp;

  constructor(options: FrontOptions) {
    this.#options = options;
    const domain = options.domain.toLowerCase().replaceAll('.', '\\.');
    this.#label = new RegExp(`^([a-z2-7]{26})\\.${domain}(?::\\d{1,5})?$`);
    this.#server = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_MS,
      connectionsCheckingInterval: LOOK_EVERY_MS,
      // The upload of a backup takes as long as it takes.
      requestTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      insecureHTTPParser: false,
    });
    // It never listens; this begins its watch over slow headers.
    this.#server.emit('listening');
    this.#server.on('request', (request, response) => void this.#request(request, response));
    this.#server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      response.writeContinue();
      void this.#request(request, response);
    });
    this.#server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
    this.#server.on('clientError', refuseGarbage);
  }

  /** Whether a host name (without port) may be a session's. */
  owns(host: string): boolean {
    return this.#label.test(host.toLowerCase());
  }

  /** Takes a connection for a host name that `owns` said yes to; its TLS handshake is over. */
  connection(socket: Socket): void {
    // Without this, every asset of a page waits 40 ms for an acknowledgement.
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    this.#server.emit('connection', socket);
  }

  async stop(): Promise<void> {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on('error', () => response.destroy());
    response.on('error', () => response.destroy());
    try {
      const { label, own } = this.#host(request);
      checkForm(request);
      if ((request.url ?? '').startsWith(OWN_PREFIX)) {
        await this.#ownPage(request, response, label, own);
        return;
      }
      const launch = await this.#options.launches.authorise(label, sessionCookie(request));
      const faces = facesOf(launch, own);
      checkOrigin(request, faces, false);
      await forward(request, response, { launch, faces, agent: this.#agent(launch), answerMs: this.#answerMs });
    } catch (thrown) {
      this.#refuse(request, response, toDemarcError(thrown));
    }
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: DemarcError): void {
    const level = error.code === 'internal' ? 'error' : 'info';
    this.#options.log[level](
      { code: error.code, detail: error.detail, err: error.cause },
      'a request was not passed on',
    );
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    sendError(request, response, error);
    // The rest of an upload is not wanted, but a browser shows no answer while it is still sending.
    request.resume();
  }

  get #answerMs(): number {
    return this.#options.answerMs ?? ANSWER_MS;
  }

  /** The session's label, by the name that the browser asked for in TLS and in HTTP. @throws DemarcError `launch.no-session` */
  #host({ headers, socket }: IncomingMessage): { label: string; own: string } {
    const host = (headers.host ?? '').toLowerCase();
    const label = this.#label.exec(host)?.[1];
    const asked = socket instanceof TLSSocket ? socket.servername : undefined;
    if (label === undefined || (typeof asked === 'string' && asked !== '' && asked !== host.replace(/:\d+$/, ''))) {
      throw new DemarcError('launch.no-session');
    }
    return { label, own: `https://${host}` };
  }

  async #ownPage(request: IncomingMessage, response: ServerResponse, label: string, own: string): Promise<void> {
    if (request.url !== `${OWN_PREFIX}enter`) throw new DemarcError('launch.no-session');
    if (request.method === 'GET') {
      sendEnterPage(response);
      return;
    }
    const { origin } = request.headers;
    if (request.method !== 'POST') throw new DemarcError('launch.bad-request', 'method');
    if (origin !== undefined && origin !== own) throw new DemarcError('launch.foreign-origin');
    const parsed = Ticket.safeParse(await smallJson(request));
    if (!parsed.success) throw new DemarcError('launch.link');
    const { launch, cookie } = this.#options.launches.enter(label, parsed.data.ticket);
    const seconds = Math.max(1, Math.floor((Date.parse(launch.expiresAt) - Date.parse(launch.lastUsedAt)) / 1000));
    response.writeHead(204, {
      'set-cookie': `${SESSION_COOKIE}=${cookie}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=${seconds}`,
      'cache-control': 'no-store',
      [START_HEADER]: launch.target.path ?? '/',
    });
    response.end();
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      const { label, own } = this.#host(request);
      checkForm(request);
      const launch = await this.#options.launches.authorise(label, sessionCookie(request));
      const open = () => this.#open(launch);
      const wanted = (request.headers.upgrade ?? '').toLowerCase();
      const way = { launch, open, answerMs: this.#answerMs };
      if (wanted === RAW_UPGRADE && launch.view.target.scheme === 'tcp') await passRaw(socket, head, way);
      else if (wanted === 'websocket' && request.method === 'GET' && launch.view.target.scheme !== 'tcp') {
        const faces = facesOf(launch, own);
        checkOrigin(request, faces, true);
        await passWebSocket(request, socket, head, faces, way);
      } else throw new DemarcError('launch.bad-request', 'upgrade');
    } catch (thrown) {
      const error = toDemarcError(thrown);
      this.#options.log.info({ code: error.code, detail: error.detail }, 'an upgrade was refused');
      refuseUpgrade(error, socket, request.method);
    }
  }

  async #open({ view }: ActiveLaunch): Promise<TunnelStream> {
    const { links, launches } = this.#options;
    try {
      return await links.open(view.target.gateway, { service: view.target.service, session: view.id });
    } catch (thrown) {
      const error = toDemarcError(thrown);
      // After the request that met it has its answer.
      if (ENDED_AT_SITE.has(error.code)) setImmediate(() => launches.end(view.id, 'by-customer'));
      throw error;
    }
  }

  #agent(launch: ActiveLaunch): UpstreamAgent {
    const { id, target } = launch.view;
    if (target.scheme === 'tcp') throw new DemarcError('launch.bad-request', 'this system is not a web site');
    const known = this.#agents.get(id);
    if (known !== undefined) return known;
    const agent = new UpstreamAgent(() => this.#open(launch));
    this.#agents.set(id, agent);
    launch.onEnd(() => {
      this.#agents.delete(id);
      agent.destroy();
    });
    return agent;
  }
}

function facesOf({ view }: ActiveLaunch, own: string): Faces {
  const { scheme, authority } = view.target;
  return { own, upstream: `${scheme === 'http' ? 'http' : 'https'}://${authority}`, authority };
}

/** @throws DemarcError `launch.bad-request` when it is larger than a ticket or no JSON */
async function smallJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_ENTER_BYTES) throw new DemarcError('launch.bad-request', 'too large');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DemarcError('launch.bad-request', 'no JSON', { cause: error });
  }
}
