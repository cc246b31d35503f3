import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { networkError } from './errors.ts';

/** Where to connect. `caPem` replaces the public CAs: a private CA is trusted, and nothing else. */
export interface Endpoint {
  host: string;
  port: number;
  caPem?: string | undefined;
}

/** The addresses of the host. @throws DemarcError `pbx.unknown-host`, `pbx.timeout`, `pbx.canceled` */
export async function resolveHost(host: string, limitMs: number, signal: AbortSignal): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  try {
    const found = await within(lookup(host, { all: true }), `resolving ${host}`, limitMs, signal);
    return found.map((entry) => entry.address);
  } catch (error) {
    throw networkError(error, host, 'pbx.unknown-host');
  }
}

/** A TCP connection. @throws DemarcError `pbx.unreachable`, `pbx.timeout`, `pbx.unknown-host`, `pbx.canceled` */
export async function openSocket(endpoint: Endpoint, limitMs: number, signal: AbortSignal): Promise<Socket> {
  const where = `${endpoint.host}:${endpoint.port}`;
  const socket = connect({ host: endpoint.host, port: endpoint.port, noDelay: true, keepAlive: true });
  try {
    await within(event(socket, 'connect'), `connecting to ${where}`, limitMs, signal);
    return socket;
  } catch (error) {
    discard(socket);
    throw networkError(error, where, 'pbx.unreachable');
  }
}

/** TLS over a connection that is there. @throws DemarcError `pbx.tls-…`, `pbx.timeout`, `pbx.canceled` */
export async function secureSocket(
  socket: Socket,
  endpoint: Endpoint,
  limitMs: number,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const where = `${endpoint.host}:${endpoint.port}`;
  let secure: TLSSocket | undefined;
  try {
    secure = tlsConnect({
      socket,
      host: endpoint.host,
      ...(isIP(endpoint.host) === 0 ? { servername: endpoint.host } : {}),
      ...(endpoint.caPem === undefined ? {} : { ca: endpoint.caPem }),
    });
    await within(event(secure, 'secureConnect'), `TLS with ${where}`, limitMs, signal);
    return secure;
  } catch (error) {
    discard(secure ?? socket);
    discard(socket);
    throw networkError(error, where, 'pbx.tls-failed');
  }
}

/** Ends a connection without a word; late errors of it are of no interest. */
export function discard(socket: Socket): void {
  socket.on('error', () => undefined);
  socket.destroy();
}

/** Gives the work a time limit and a way out. @throws DemarcError `pbx.timeout`, `pbx.canceled`, and what it throws */
export async function within<T>(work: Promise<T>, what: string, limitMs: number, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    work.catch(() => undefined);
    throw new DemarcError('pbx.canceled', what);
  }
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(new DemarcError('pbx.canceled', what));
  const timer = setTimeout(() => reject(new DemarcError('pbx.timeout', `${what}: ${limitMs} ms`)), limitMs);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

function event(socket: Socket, name: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => reject(error);
    socket.once('error', onError);
    socket.once('close', () => reject(new Error('closed by the peer')));
    socket.once(name, () => {
      socket.removeListener('error', onError);
      resolve();
    });
  });
}
