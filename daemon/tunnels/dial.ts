import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { WebSocket } from 'ws';
import { TUNNEL_ALPN, TUNNEL_PATH } from '#tunnel/carrier/settings.ts';
import { socketCarrier, WEBSOCKET_LIMITS, webSocketCarrier } from '#tunnel/carrier/sockets.ts';
import type { CarrierSocket } from '#tunnel/carrier/watched-session.ts';
import { hostAndPort, proxyUrl } from '../link/addresses.ts';
import { type CloudTarget, type CloudWay, cloudWay } from '../link/cloud-way.ts';
import { connectionError } from '../link/connection-errors.ts';
import type { CloudAccess } from './protocol.ts';

/**
 * Reaches the relay: by the tunnel's own name in TLS, through the site's proxy where there is one; inside a WebSocket
 * where something on the way lets nothing else pass.
 * @throws DemarcError of `connectionError`
 */
export async function dialRelay(access: CloudAccess, signal: AbortSignal): Promise<CarrierSocket> {
  const target: CloudTarget = access.target;
  const way = await cloudWay(target, { certificate: access.certificate, key: access.key }, signal);
  try {
    const socket = await secured(way, target, signal);
    if (socket !== undefined) return socketCarrier(socket);
    return await inWebSocket(way, signal);
  } catch (error) {
    throw connectionError(error, way.circumstances());
  }
}

/** Undefined when the other end of TLS does not know the tunnel's name: it is a proxy that looks inside. */
async function secured(way: CloudWay, target: CloudTarget, signal: AbortSignal): Promise<Socket | undefined> {
  const { host, port } = hostAndPort(way.url);
  const carried =
    target.proxy === undefined ? undefined : await throughProxy(proxyUrl(target.proxy), host, port, signal);
  const socket = connect({
    ...(carried === undefined ? { port } : { socket: carried }),
    host,
    ...(isIP(host) > 0 ? {} : { servername: host }),
    ALPNProtocols: [TUNNEL_ALPN],
    ...way.tls,
  });
  socket.on('error', () => socket.destroy());
  try {
    await once(socket, 'secureConnect', { signal });
  } catch (error) {
    socket.destroy();
    carried?.destroy();
    if (error instanceof Error && 'code' in error && String(error.code).includes('NO_APPLICATION_PROTOCOL')) {
      return undefined;
    }
    throw error;
  }
  if (socket.alpnProtocol === TUNNEL_ALPN) return socket;
  socket.destroy();
  return undefined;
}

/** CONNECT (RFC 9110 section 9.3.6). @throws DemarcError `link.proxy`, `link.proxy-auth` */
function throughProxy(proxy: URL, host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const headers: Record<string, string> = { host: authority };
  if (proxy.username !== '') headers['proxy-authorization'] = `Basic ${Buffer.from(login).toString('base64')}`;
  const request = proxy.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const at = { proxy: proxy.host };
    const asked = request({ ...hostAndPort(proxy), method: 'CONNECT', path: authority, headers, agent: false, signal });
    asked.once('connect', (answer, socket) => {
      if (answer.statusCode === 200) {
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(connectionError(new Error('CONNECT refused'), { ...at, proxyStatus: answer.statusCode }));
    });
    asked.once('error', (error) => reject(connectionError(error, at)));
    asked.end();
  });
}

function inWebSocket(way: CloudWay, signal: AbortSignal): Promise<CarrierSocket> {
  const url = new URL(`${way.url.pathname.replace(/\/$/, '')}${TUNNEL_PATH}`, way.url).href.replace(/^https/, 'wss');
  return new Promise((resolve, reject) => {
    const webSocket = new WebSocket(url, { agent: way.agent, ...way.tls, ...WEBSOCKET_LIMITS });
    let socket: Socket | undefined;
    const giveUp = () => webSocket.terminate();
    signal.addEventListener('abort', giveUp, { once: true });
    webSocket.once('upgrade', (answer) => {
      socket = answer.socket;
    });
    webSocket.once('error', reject);
    webSocket.once('open', () => {
      signal.removeEventListener('abort', giveUp);
      if (socket === undefined) reject(new Error('no socket'));
      else resolve(webSocketCarrier(webSocket, socket));
    });
  });
}
