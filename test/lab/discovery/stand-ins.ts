/**
 * Stand-ins for what stands in a telephone room, as far as a search sees them: `node stand-ins.ts FOLDER SYSTEMS`, where
 * SYSTEMS is JSON and FOLDER holds NAME.pem and NAME.key for each certificate. Shares no code with the product. Prints
 * "ready" when all listens.
 */
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTls } from 'node:tls';

/** How a stand-in answers OPTIONS; `garbage`, `silent` and `forged` are no answers to rely on. */
interface SipManners {
  transports: ('udp' | 'tcp' | 'tls')[];
  status?: string;
  headers?: Record<string, string>;
  toTag?: string;
  fault?: 'garbage' | 'silent' | 'forged' | 'endless';
}

export interface StandIn {
  address: string;
  sip?: SipManners;
  /** Accept and say nothing. */
  ports?: number[];
  /** The first line on port 21. */
  ftp?: string;
  http?: { title?: string; location?: string; server?: string; realm?: string; fault?: 'silent' | 'endless' };
  /** The same page over TLS on 443, with this certificate. */
  certificate?: string;
}

/** Written for OPTIONS alone: header lines are copied from the request, as RFC 3261 section 8.2.6 wants. */
function answerTo(request: string, { status = '200 OK', headers = {}, toTag = 'x', fault }: SipManners): string {
  const lines = request.split('\r\n');
  const copied = lines.filter((line) => /^(via|from|call-id|cseq):/i.test(line));
  const to = lines.find((line) => /^to:/i.test(line)) ?? 'To: <sip:x>';
  const vias = fault === 'forged' ? copied.map((line) => line.replace(/branch=[^;]+/, 'branch=z9hG4bKother')) : copied;
  const own = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`SIP/2.0 ${status}`, ...vias, `${to};tag=${toTag}`, ...own, 'Content-Length: 0', '', ''].join('\r\n');
}

function startSip(
  address: string,
  manners: SipManners,
  tls: { cert: Buffer; key: Buffer } | undefined,
): Promise<void>[] {
  const { transports, fault } = manners;
  const onStream = (socket: Socket) => {
    socket.on('error', () => undefined);
    let held = '';
    socket.setEncoding('utf8').on('data', (piece: string) => {
      held += piece;
      if (!held.includes('\r\n\r\n') || fault === 'silent') return;
      if (fault === 'endless') {
        const pour = () => void (socket.writable && socket.write('SIP/2.0 200 OK\r\nX: y\r\n'.repeat(500), pour));
        pour();
      } else socket.write(fault === 'garbage' ? '\x16\x03garbage\r\n\r\n' : answerTo(held, manners));
      held = '';
    });
  };
  return transports.map((transport) => {
    if (transport === 'udp') {
      const socket = createSocket('udp4');
      socket.on('message', (bytes, { port, address: from }) => {
        if (fault === 'silent') return;
        const answer = fault === 'garbage' ? 'x;__proto__'.repeat(100) : answerTo(bytes.toString(), manners);
        socket.send(answer, port, from);
      });
      return new Promise((resolve) => socket.bind(5060, address, resolve));
    }
    const server =
      transport === 'tls' ? createTls({ ...tls, minVersion: 'TLSv1.2' }, onStream) : createServer(onStream);
    server.on('tlsClientError', () => undefined);
    return new Promise((resolve) => server.listen(transport === 'tls' ? 5061 : 5060, address, resolve));
  });
}

function start(standIn: StandIn, folder: string): Promise<void>[] {
  const { address, sip, ports = [], ftp, http, certificate } = standIn;
  const tls = certificate && {
    cert: readFileSync(join(folder, `${certificate}.pem`)),
    key: readFileSync(join(folder, `${certificate}.key`)),
  };
  const listening = sip ? startSip(address, sip, tls || undefined) : [];
  for (const port of ports) {
    const server = createServer((socket) => socket.on('error', () => undefined).resume());
    listening.push(new Promise((resolve) => server.listen(port, address, resolve)));
  }
  if (ftp !== undefined) {
    const server = createServer((socket) => socket.on('error', () => undefined).end(`${ftp}\r\n`));
    listening.push(new Promise((resolve) => server.listen(21, address, resolve)));
  }
  if (http) {
    const page: RequestListener = (_request, response) => {
      const { title = '', location, server, realm, fault } = http;
      if (fault === 'silent') return;
      if (location) response.setHeader('location', location);
      if (server) response.setHeader('server', server);
      if (realm) response.setHeader('www-authenticate', `Basic realm="${realm}"`);
      response.writeHead(location ? 302 : realm ? 401 : 200, { 'content-type': 'text/html' });
      if (fault === 'endless') {
        const pour = () => void (response.writable && response.write('<p>more</p>'.repeat(1000), pour));
        pour();
      } else response.end(`<html><head><title>${title}</title></head><body></body></html>`);
    };
    const server = tls ? createHttps(tls, page) : createHttp(page);
    listening.push(new Promise((resolve) => server.listen(tls ? 443 : 80, address, resolve)));
  }
  return listening;
}

const [folder = '.', systems = '[]'] = process.argv.slice(2);
if (process.argv[1]?.endsWith('stand-ins.ts')) {
  const standIns: StandIn[] = JSON.parse(systems);
  await Promise.all(standIns.flatMap((standIn) => start(standIn, folder)));
  process.stdout.write('ready\n');
}
