/** Connections of the two kinds that carry a tunnel: a TLS socket as it is, and a WebSocket (RFC 6455). */
import type { Socket } from 'node:net';
import { createWebSocketStream, type WebSocket } from 'ws';
import type { CarrierSocket } from './watched-session.ts';

/** What a WebSocket may hold in one message; the carrier writes far smaller ones. */
export const WEBSOCKET_LIMITS = { maxPayload: 4 * 1024 * 1024, perMessageDeflate: false, skipUTF8Validation: true };

/** A socket whose handshake is over. Nothing may have been written to it that is still under way. */
export function socketCarrier(socket: Socket): CarrierSocket {
  // Without this, small requests wait 40 ms for one another.
  socket.setNoDelay(true);
  socket.setTimeout(0);
  // HTTP/2 does not say goodbye by halves, and would not notice that the other end has.
  socket.allowHalfOpen = false;
  return { stream: socket, bytesRead: () => socket.bytesRead, peer: socket.remoteAddress ?? '' };
}

/** A WebSocket that is open, over this socket. */
export function webSocketCarrier(webSocket: WebSocket, socket: Socket): CarrierSocket {
  socket.setNoDelay(true);
  socket.setTimeout(0);
  const stream = createWebSocketStream(webSocket, { allowHalfOpen: false });
  stream.on('error', () => webSocket.terminate());
  return { stream, bytesRead: () => socket.bytesRead, peer: socket.remoteAddress ?? '' };
}
