/** WebSockets of the system's own pages, and plain connections for `demarc connect`: bytes after the upgrade. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { TunnelStream } from '../carrier/tunnel-stream.ts';
import { MAX_HEADER_BYTES } from './forward.ts';
import type { ActiveLaunch } from './launches.ts';
import { type Faces, recordedPath, upstreamHeaders } from './request-rules.ts';
import { browserHeaders } from './response-rules.ts';
import { asSocket } from './upstream-agent.ts';

/** The name by which `demarc connect` asks for the bytes of a connection. */
export const RAW_UPGRADE = 'demarc-raw';

interface Upgrading {
  launch: ActiveLaunch;
  open: () => Promise<TunnelStream>;
  answerMs: number;
}

/** Joins until either ends; the session's end cuts both. */
async function joined(stream: TunnelStream, socket: Duplex, launch: ActiveLaunch): Promise<void> {
  const forget = launch.onEnd(() => {
    stream.breakOff();
    socket.destroy();
  });
  await stream.join(socket, {
    fromTunnel: (bytes) => launch.moved(0, bytes),
    toTunnel: (bytes) => launch.moved(bytes, 0),
  });
  forget();
}

/** A connection as it is. @throws DemarcError of the gateway, before anything was answered */
export async function passRaw(socket: Duplex, head: Buffer, { launch, open }: Upgrading): Promise<void> {
  const stream = await open();
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${RAW_UPGRADE}\r\n\r\n`);
  if (head.length > 0) stream.duplex.write(head);
  await joined(stream, socket, launch);
  launch.request({ method: 'RAW', path: '', status: 101, bytes: 0 });
}

/** A WebSocket (RFC 6455). @throws DemarcError of the gateway or the system, before anything was answered */
export async function passWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  faces: Faces,
  { launch, open, answerMs }: Upgrading,
): Promise<void> {
  const stream = await open();
  const answer = await handshake(request, stream, faces, answerMs).catch((error: unknown) => {
    stream.breakOff();
    throw error;
  });
  const { message } = answer;
  const status = message.statusCode ?? 502;
  const lines = headerLines(message, faces, status === 101);
  socket.write(`HTTP/1.1 ${status} ${message.statusMessage ?? ''}\r\n${lines.join('')}\r\n`);
  launch.request({ method: 'GET', path: recordedPath(request.url ?? ''), status, bytes: 0 });
  if (status === 101) {
    if (answer.head.length > 0) socket.write(answer.head);
    if (head.length > 0) stream.duplex.write(head);
    await joined(stream, socket, launch);
    return;
  }
  const forget = launch.onEnd(() => socket.destroy());
  message.on('data', (chunk: Buffer) => launch.moved(0, chunk.length));
  message.on('error', () => socket.destroy());
  message.pipe(socket);
  await new Promise((resolve) => socket.once('close', resolve));
  forget();
  stream.breakOff();
}

const PRINTABLE = /^[\t\x20-\x7e\x80-\xff]*$/;

function headerLines(message: IncomingMessage, faces: Faces, upgraded: boolean): string[] {
  const flat = browserHeaders(message.rawHeaders, faces);
  const lines: string[] = upgraded ? ['Connection: Upgrade\r\n', 'Upgrade: websocket\r\n'] : ['Connection: close\r\n'];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const [name = '', value = ''] = [flat[i], flat[i + 1]];
    if (name.toLowerCase() === 'content-length' || !PRINTABLE.test(value)) continue;
    lines.push(`${name}: ${value}\r\n`);
  }
  return lines;
}

function handshake(
  request: IncomingMessage,
  stream: TunnelStream,
  faces: Faces,
  answerMs: number,
): Promise<{ message: IncomingMessage; head: Buffer }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({
      method: 'GET',
      path: request.url ?? '/',
      headers: [...upstreamHeaders(request, faces), 'Connection', 'Upgrade', 'Upgrade', 'websocket'],
      setHost: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      createConnection: () => asSocket(stream),
    });
    const timer = setTimeout(() => reject(new DemarcError('tunnel.upstream-timeout', 'no answer')), answerMs).unref();
    sent.on('error', (error) => {
      clearTimeout(timer);
      reject(new DemarcError('tunnel.upstream-broken', undefined, { cause: error }));
    });
    sent.once('upgrade', (message, _socket, head) => {
      clearTimeout(timer);
      resolve({ message, head });
    });
    sent.once('response', (message) => {
      clearTimeout(timer);
      resolve({ message, head: Buffer.alloc(0) });
    });
    sent.end();
  });
}
