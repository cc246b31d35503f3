/** Ways to the cloud that several checks share: TCP, a tunnel through the web proxy, TLS, one HTTP exchange. */
import { type IncomingMessage, request } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { hostAndPort } from '../link/addresses.ts';
import { connectionError } from '../link/connection-errors.ts';
import type { CheckedCloud } from './check.ts';

/** Resolves when the socket emits `ready`, rejects when it fails, closes before, or the signal ends it. */
function settled<S extends Socket>(socket: S, ready: 'connect' | 'secureConnect', where: string, signal: AbortSignal) {
  return new Promise<S>((resolve, reject) => {
    const give = (error: unknown) => {
      socket.destroy();
      reject(connectionError(error, { where }));
    };
    const aborted = () => give(new DemarcError('link.unreachable', `${where}: no answer in time`));
    if (signal.aborted) return aborted();
    signal.addEventListener('abort', aborted, { once: true });
    // The handler stays: a socket that fails later, while nobody listens, would end the process.
    socket.on('error', give);
    socket.once('close', () => give(new Error('closed before it was ready')));
    socket.once(ready, () => {
      signal.removeEventListener('abort', aborted);
      resolve(socket);
    });
  });
}

/** A TCP connection. @throws DemarcError `link.dns`, `link.unreachable` */
export function openTcp(url: URL, signal: AbortSignal): Promise<Socket> {
  const { host, port } = hostAndPort(url);
  return settled(connectTcp({ host, port }), 'connect', `${host}:${port}`, signal);
}

/** A tunnel through the proxy by CONNECT (RFC 9110 section 9.3.6). @throws DemarcError `link.proxy-auth`, `link.proxy` */
export function openTunnel(proxy: URL, target: URL, signal: AbortSignal): Promise<Socket> {
  const { host, port } = hostAndPort(target);
  const authority = isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
  const via = hostAndPort(proxy);
  const where = `proxy ${via.host}:${via.port}`;
  return new Promise((resolve, reject) => {
    const headers: Record<string, string> = { host: authority };
    if (proxy.username !== '') {
      const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
      headers['proxy-authorization'] = `Basic ${Buffer.from(login).toString('base64')}`;
    }
    const ask = request({ host: via.host, port: via.port, method: 'CONNECT', path: authority, headers, agent: false });
    const give = (error: unknown) => {
      ask.destroy();
      reject(connectionError(error, { where }));
    };
    if (signal.aborted) return give(new DemarcError('link.unreachable', `${where}: no answer in time`));
    signal.addEventListener('abort', () => give(new DemarcError('link.unreachable', `${where}: no answer in time`)), {
      once: true,
    });
    const refused = (status: number) =>
      give(new DemarcError(status === 407 ? 'link.proxy-auth' : 'link.proxy', `${where} answered ${status}`));
    ask.on('error', give);
    ask.once('response', (answer) => refused(answer.statusCode ?? 0));
    ask.once('connect', (answer, socket) => {
      if (answer.statusCode !== 200) return refused(answer.statusCode ?? 0);
      socket.on('error', () => socket.destroy());
      resolve(socket);
    });
    ask.end();
  });
}

/** How TLS is to be opened: `verify: false` only where nothing is believed of what the peer says. */
export interface TlsOptions {
  verify: boolean;
  identity?: { certificate: string; key: string } | undefined;
}

/** TLS to the cloud, through the proxy where there is one. @throws DemarcError of `connectionError` */
export async function openTls(cloud: CheckedCloud, options: TlsOptions, signal: AbortSignal): Promise<TLSSocket> {
  const { host, port } = hostAndPort(cloud.url);
  const trust = options.verify ? await cloud.trust?.(signal) : undefined;
  const below = cloud.proxy ? await openTunnel(cloud.proxy, cloud.url, signal) : await openTcp(cloud.url, signal);
  const socket = connectTls({
    socket: below,
    rejectUnauthorized: options.verify,
    ALPNProtocols: ['http/1.1'],
    ...(isIP(host) === 0 ? { servername: host } : { host }),
    ...trust,
    ...(options.identity ? { cert: options.identity.certificate, key: options.identity.key } : {}),
  });
  return await settled(socket, 'secureConnect', `${host}:${port}`, signal);
}

/** Sends one request over an open socket and gives the head of the answer; also of an upgrade. */
export function exchange(
  socket: Socket,
  target: { url: URL; path: string; headers?: Record<string, string> },
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { host, port } = hostAndPort(target.url);
  const where = `${host}:${port}${target.path}`;
  return new Promise((resolve, reject) => {
    const ask = request({
      createConnection: () => socket,
      path: target.url.pathname.replace(/\/$/, '') + target.path,
      headers: { host: target.url.host, ...target.headers },
    });
    const give = (error: unknown) => {
      ask.destroy();
      reject(connectionError(error, { where }));
    };
    const aborted = () => give(new DemarcError('link.unreachable', `${where}: no answer in time`));
    if (signal.aborted) return aborted();
    signal.addEventListener('abort', aborted, { once: true });
    ask.on('error', give);
    const answered = (answer: IncomingMessage) => {
      signal.removeEventListener('abort', aborted);
      socket.destroy();
      resolve(answer);
    };
    ask.once('response', answered);
    ask.once('upgrade', answered);
    ask.end();
  });
}
