/**
 * An admin page as PBXs have them: its own certificate, a log-in with a cookie, absolute redirects, a check of Host and
 * Origin, an upload and a WebSocket.
 */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { WebSocketServer } from 'ws';
import { TestCa } from '#test/unit/daemon-spine/support/pki.ts';

const PASSWORD = 'secret';

export interface AdminSite extends AsyncDisposable {
  port: number;
  scheme: 'http' | 'https';
  password: string;
  /** What it found wrong with requests: a foreign Host, Origin or Referer. */
  complaints: string[];
  /** Bytes and SHA-256 of the uploads. */
  uploads: { bytes: number; sha256: string }[];
  /** Shows another certificate from now on. */
  renewCertificate(): Promise<void>;
}

const page = (title: string, body: string): string =>
  `<!doctype html><html><head><title>${title}</title><link rel="stylesheet" href="/style.css"></head><body>${body}</body></html>`;

const HOME = page(
  'System',
  `<h1>System administration</h1>
<input type="file" id="file"><button id="send">Upload</button><p id="uploaded"></p>
<p id="console"></p>
<script>
document.getElementById('send').onclick = async () => {
  const file = document.getElementById('file').files[0];
  const answer = await fetch('/upload', { method: 'POST', body: file });
  document.getElementById('uploaded').textContent = await answer.text();
};
const socket = new WebSocket(location.origin.replace('http', 'ws') + '/console');
socket.onopen = () => socket.send('hello');
socket.onmessage = (event) => { document.getElementById('console').textContent = event.data; };
</script>`,
);

const LOGIN = page(
  'Log in',
  '<h1>Log in</h1><form method="post" action="/login"><input name="password" type="password"><button>Log in</button></form>',
);

export async function startAdminSite(options: { scheme?: 'http' | 'https' } = {}): Promise<AdminSite> {
  const scheme = options.scheme ?? 'https';
  const ca = await TestCa.make('Admin site');
  const identity = async () => {
    const { certificate, key } = await ca.server();
    return { cert: certificate, key };
  };
  const complaints: string[] = [];
  const uploads: AdminSite['uploads'] = [];
  const sessions = new Set<string>();
  let port = 0;
  const origin = () => `${scheme}://127.0.0.1:${port}`;
  const complain = ({ headers, url }: IncomingMessage): boolean => {
    const { host, origin: from, referer } = headers;
    if (host !== `127.0.0.1:${port}`) complaints.push(`${url}: host ${host}`);
    else if (from !== undefined && from !== origin()) complaints.push(`${url}: origin ${from}`);
    else if (referer !== undefined && !referer.startsWith(`${origin()}/`))
      complaints.push(`${url}: referer ${referer}`);
    else return false;
    return true;
  };
  const signedIn = ({ headers }: IncomingMessage): boolean =>
    (headers.cookie ?? '').split('; ').some((pair) => pair.startsWith('sid=') && sessions.has(pair.slice(4)));
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (complain(request)) return void response.writeHead(403).end('not from here');
    const html = { 'content-type': 'text/html' };
    if (request.url === '/style.css')
      return void response.writeHead(200, { 'content-type': 'text/css' }).end('h1{color:teal}');
    if (request.url === '/login' && request.method === 'POST') {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      if (new URLSearchParams(body).get('password') !== PASSWORD) return void response.writeHead(401, html).end(LOGIN);
      const sid = randomBytes(16).toString('hex');
      sessions.add(sid);
      const cookie = `sid=${sid}; Path=/; Domain=127.0.0.1; HttpOnly`;
      return void response.writeHead(302, { location: `${origin()}/`, 'set-cookie': cookie }).end();
    }
    if (request.url === '/login') return void response.writeHead(200, html).end(LOGIN);
    if (!signedIn(request)) return void response.writeHead(302, { location: `${origin()}/login` }).end();
    if (request.url === '/upload') {
      const hash = createHash('sha256');
      let bytes = 0;
      for await (const chunk of request) {
        bytes += (chunk as Buffer).length;
        hash.update(chunk as Buffer);
      }
      uploads.push({ bytes, sha256: hash.digest('hex') });
      return void response.end(`${bytes} bytes`);
    }
    return void response.writeHead(200, html).end(HOME);
  };
  const handle = (request: IncomingMessage, response: ServerResponse) => void answer(request, response);
  const secure = scheme === 'https' ? createHttps(await identity(), handle) : undefined;
  const server = secure ?? createHttp(handle);
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    if (complain(request) || !signedIn(request)) return void socket.destroy();
    return sockets.handleUpgrade(request, socket, head, (webSocket) =>
      webSocket.on('message', (data: Buffer) => webSocket.send(`console says ${data.toString()}`)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    scheme,
    password: PASSWORD,
    complaints,
    uploads,
    renewCertificate: async () => secure?.setSecureContext(await identity()),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      for (const webSocket of sockets.clients) webSocket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
