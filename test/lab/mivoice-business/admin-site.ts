/** The administration site of the lab's PBXs: a landing page that leads to a log-in form, which locks after bad passwords. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { selfSigned } from './certificate.ts';

/** How the site misbehaves. */
export interface SiteNasty {
  /** Takes the connection and never answers. */
  hang?: boolean;
  /** The page goes on for ever. */
  endless?: boolean;
  /** Sends these bytes instead of an answer. */
  garbage?: Buffer;
}

export interface SiteOptions {
  title: string;
  loginPath: string;
  server?: string;
  user: string;
  password: string;
  /** Bad passwords after which the account is locked. */
  lockAfter: number;
  /** A log-in by JSON beside the form: its path, and what it answers when it is right. */
  api?: { path: string; reply: object };
  host?: string;
  port?: number;
}

export interface LabSite {
  host: string;
  port: number;
  nasty: SiteNasty;
  badLogins: number;
  stop(): Promise<void>;
}

const MAX_FORM = 4096;

export async function startSite(options: SiteOptions): Promise<LabSite> {
  const sockets = new Set<Socket>();
  const server = createServer(await selfSigned(options.title), (request, response) => {
    answer(request, response, options, lab).catch(() => request.destroy());
  });
  const lab: LabSite = {
    host: options.host ?? '127.0.0.1',
    port: 0,
    nasty: {},
    badLogins: 0,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, lab.host, resolve);
  });
  lab.port = (server.address() as AddressInfo).port;
  return lab;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: SiteOptions,
  lab: LabSite,
): Promise<void> {
  const { hang, endless, garbage } = lab.nasty;
  if (hang) return;
  if (garbage) return void request.socket.end(garbage);
  if (options.server !== undefined) response.setHeader('Server', options.server);
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  if (endless) return pour(response);
  const { loginPath, title, user, password, lockAfter } = options;
  const { pathname } = new URL(request.url ?? '/', 'https://lab');
  if (options.api && pathname === options.api.path && request.method === 'POST') {
    const sent: unknown = JSON.parse(await body(request));
    const { username, password: given } = sent as { username?: unknown; password?: unknown };
    const isRight = lab.badLogins < lockAfter && username === user && given === password;
    lab.badLogins = isRight ? 0 : lab.badLogins + 1;
    const refusal = { mitelErrorCode: 'E1', errorMsg: 'refused', responseStatus: 'BAD_REQUEST', responseCode: 400 };
    response.writeHead(isRight ? 200 : 400, { 'Content-Type': 'application/json' });
    return void response.end(JSON.stringify(isRight ? options.api.reply : refusal));
  }
  if (pathname !== loginPath) return void response.writeHead(302, { Location: loginPath }).end();
  if (request.method !== 'POST') return void response.end(page(title, ''));
  const form = new URLSearchParams(await body(request));
  if (lab.badLogins >= lockAfter) return void response.writeHead(403).end(page(title, 'This account is locked.'));
  const isRight = form.get('user') === user && form.get('password') === password;
  if (!isRight) {
    lab.badLogins += 1;
    return void response.writeHead(401).end(page(title, 'User name or password is wrong.'));
  }
  lab.badLogins = 0;
  response.setHeader('Set-Cookie', 'lab=1; Secure; HttpOnly');
  response.end(`<html><head><title>${title}</title></head><body>Signed in</body></html>`);
}

const page = (title: string, message: string): string =>
  `<html><head><title>${title}</title></head><body><p>${message}</p><form method="post">` +
  '<input name="user"><input name="password" type="password"><button>Log in</button></form></body></html>';

function pour(response: ServerResponse): void {
  const more = () => {
    while (!response.destroyed && response.write('<p>and on it goes</p>'.repeat(200)));
  };
  response.on('drain', more);
  more();
}

async function body(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) {
    text += String(part);
    if (text.length > MAX_FORM) throw new Error('too long');
  }
  return text;
}
