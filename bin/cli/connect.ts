import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { createServer, type Socket } from 'node:net';
import { z } from 'zod';
import { GatewayDetail, Me, Page } from '#contract/api.ts';
import { catalogue, type ErrorCode } from '#contract/errors/catalogue.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { LaunchIssued, LaunchRedeemed, Tunnel } from '#contract/tunnels.ts';
import type { Output } from './output.ts';

export interface ConnectOptions {
  gateway: string;
  tunnel: string;
  listen: string;
  cloud: string;
  ca?: string;
  email?: string;
  password: string;
  /** In place of e-mail address and password; may be empty. */
  token: string;
  reason?: string;
}

const LIMIT_MS = 60_000;
const RAW = 'demarc-raw';
const ErrorBody = z.object({ code: z.string() });

/** The connector as one person with a session; trusts the given CA, else those of the system. */
class Cloud {
  readonly #url: URL;
  readonly #ca: string | undefined;
  #cookie = '';
  #csrf = '';
  #token = '';

  constructor(url: string, ca: string | undefined) {
    this.#url = new URL(url);
    this.#ca = ca;
  }

  async signIn(email: string, password: string): Promise<void> {
    const answer = await this.#ask('POST', '/api/v1/auth/login', { email, password });
    this.#cookie = answer.message.headers['set-cookie']?.map((line) => line.split(';')[0]).join('; ') ?? '';
    this.#csrf = (await this.call('GET', '/api/v1/me', Me)).csrf;
  }

  /** From now on with a token, which needs no session. */
  useToken(token: string): void {
    this.#token = token;
  }

  async call<S extends z.ZodType>(method: string, path: string, schema: S, body?: unknown): Promise<z.output<S>> {
    const { text } = await this.#ask(method, path, body);
    const parsed = schema.safeParse(text === '' ? undefined : JSON.parse(text));
    if (!parsed.success) throw new DemarcError('link.malformed', path);
    return parsed.data;
  }

  /** Opens the session's own host; gives its cookie. */
  async enter(host: string, ticket: string): Promise<string> {
    const { message } = await this.#ask('POST', '/.demarc/enter', { ticket }, host);
    return message.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  }

  /** The bytes of one connection through the tunnel. @throws DemarcError of the relay */
  raw(host: string, cookie: string): Promise<{ socket: Socket; head: Buffer }> {
    return new Promise((resolve, reject) => {
      const headers = { host, cookie, connection: 'Upgrade', upgrade: RAW };
      const sent = request({ ...this.#at(host), path: '/.demarc/raw', headers });
      sent.once('upgrade', (_message, socket, head) => resolve({ socket, head }));
      sent.once('response', (message) => {
        message.resume();
        reject(new DemarcError(knownCode(message.headers['demarc-error'])));
      });
      sent.once('error', (error) => reject(new DemarcError('link.unreachable', error.message, { cause: error })));
      sent.end();
    });
  }

  #at(host?: string) {
    const name = (host ?? this.#url.hostname).replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
    return {
      host: this.#url.hostname.replace(/^\[|\]$/g, ''),
      port: this.#url.port === '' ? 443 : Number(this.#url.port),
      agent: false as const,
      ...(host === undefined ? {} : { servername: name }),
      ...(this.#ca === undefined ? {} : { ca: this.#ca }),
    };
  }

  #login(): Record<string, string> {
    if (this.#token !== '') return { authorization: `Bearer ${this.#token}` };
    return { cookie: this.#cookie, 'x-csrf-token': this.#csrf };
  }

  #ask(
    method: string,
    path: string,
    body?: unknown,
    host?: string,
  ): Promise<{ message: IncomingMessage; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(host === undefined ? this.#login() : { host, origin: `https://${host}` }),
      };
      const sent = request({ ...this.#at(host), method, path, headers }, (message) => {
        let text = '';
        message.setEncoding('utf8');
        message.on('data', (chunk: string) => {
          text = (text + chunk).slice(0, 4 * 1024 * 1024);
        });
        message.once('end', () => {
          if ((message.statusCode ?? 500) < 400) return resolve({ message, text });
          const parsed = ErrorBody.safeParse(text.startsWith('{') ? JSON.parse(text) : undefined);
          return reject(new DemarcError(knownCode(parsed.data?.code)));
        });
        message.once('error', reject);
      });
      sent.setTimeout(LIMIT_MS, () => sent.destroy(new Error('no answer in time')));
      sent.once('error', (error) => reject(new DemarcError('link.unreachable', error.message, { cause: error })));
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

const knownCode = (code: unknown): ErrorCode =>
  typeof code === 'string' && Object.hasOwn(catalogue, code) ? (code as ErrorCode) : 'link.refused';

/**
 * `demarc connect`: a port of this machine that leads to a system at a site, for tools such as ssh; the same session and
 * record as a launch in the browser. Ends when `signal` says so, or when the session does.
 */
export async function connect(options: ConnectOptions, out: Output, signal: AbortSignal): Promise<number> {
  const ca = options.ca === undefined ? undefined : await readFile(options.ca, 'utf8');
  const cloud = new Cloud(options.cloud, ca);
  if (options.token !== '') cloud.useToken(options.token);
  else if (options.email !== undefined) await cloud.signIn(options.email, options.password);
  else throw new DemarcError('api.not-signed-in', 'give --email with DEMARC_PASSWORD, or DEMARC_API_TOKEN');
  const gateway = await gatewayId(cloud, options.gateway);
  const { items } = await cloud.call('GET', `/api/v1/tunnels?gateway=${gateway}&limit=200`, Page(Tunnel));
  const chosen = items.filter(
    ({ id, kind, scheme }) => scheme === 'tcp' && (id === options.tunnel || kind === options.tunnel),
  );
  const [tunnel] = chosen;
  if (tunnel === undefined || chosen.length > 1) {
    const ids = items.filter(({ scheme }) => scheme === 'tcp').map(({ id }) => id);
    throw new DemarcError('tunnel.unknown-service', `one of: ${ids.join(', ') || 'none here'}`);
  }
  const wanted = { gateway, tunnel: tunnel.id, reason: options.reason ?? 'demarc connect' };
  const { launch, url } = await cloud.call('POST', '/api/v1/launches', LaunchIssued, wanted);
  const token = new URL(url).hash.slice(1);
  const { host, ticket } = await cloud.call('POST', '/api/v1/launches/redeem', LaunchRedeemed, { token });
  const cookie = await cloud.enter(host, ticket);
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    near.on('error', () => near.destroy());
    join(cloud, host, cookie, near).catch((error: Error) => {
      out.writeError(`${error.message}.\n`);
      near.destroy();
    });
  });
  const [address = '127.0.0.1', port = '0'] = options.listen.split(/:(?=\d+$)/);
  server.listen({ host: address, port: Number(port) });
  await once(server, 'listening');
  const bound = server.address();
  const at = typeof bound === 'object' && bound !== null ? `${address}:${bound.port}` : options.listen;
  if (out.json) out.write(`${JSON.stringify({ listening: at, launch: launch.id, expiresAt: launch.expiresAt })}\n`);
  else out.write(`${at} leads to ${tunnel.component} until ${launch.expiresAt}. Ctrl-C ends it.\n`);
  if (!signal.aborted) await once(signal, 'abort');
  server.close();
  await cloud.call('POST', `/api/v1/launches/${launch.id}/end`, z.unknown(), {}).catch(() => undefined);
  return 0;
}

async function gatewayId(cloud: Cloud, wanted: string): Promise<string> {
  const { items } = await cloud.call(
    'GET',
    '/api/v1/gateways?limit=200',
    Page(GatewayDetail.pick({ id: true, name: true })),
  );
  const found = items.filter(({ id, name }) => id === wanted || name === wanted);
  const [gateway] = found;
  if (gateway === undefined || found.length > 1) throw new DemarcError('api.not-found', `gateway ${wanted}`);
  return gateway.id;
}

async function join(cloud: Cloud, host: string, cookie: string, near: Socket): Promise<void> {
  near.pause();
  const { socket: far, head } = await cloud.raw(host, cookie);
  far.on('error', () => near.destroy());
  far.once('close', () => near.destroy());
  near.once('close', () => far.destroy());
  if (head.length > 0) near.write(head);
  near.pipe(far);
  far.pipe(near);
}
