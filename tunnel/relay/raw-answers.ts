/** Answers on a socket that no HTTP server answers on: garbage, and upgrades that are refused. */
import type { Duplex } from 'node:stream';
import type { DemarcError } from '#contract/errors/demarc-error.ts';

/** What Node's parser could not read is told so, once, and the connection ends. */
export function refuseGarbage(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}

/** Answers an upgrade with the error as the API would, so that whoever asked can show why; a HEAD gets no body. */
export function refuseUpgrade(error: DemarcError, socket: Duplex, method?: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const json = JSON.stringify(error.toText());
  socket.end(
    `HTTP/1.1 ${error.status} Refused\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `demarc-error: ${error.code}\r\nContent-Length: ${Buffer.byteLength(json)}\r\n\r\n${method === 'HEAD' ? '' : json}`,
    () => socket.destroy(),
  );
}
