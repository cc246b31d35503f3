/** Both ends of the carrier over a real TLS connection on loopback. */
import { once } from 'node:events';
import { createServer as createTcp, type Server, type Socket } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { type Line, startLine } from '#test/support/line.ts';
import { TestCa } from '#test/unit/daemon-spine/support/pki.ts';
import { GatewayCarrier, type WantedStream } from '#tunnel/carrier/gateway-carrier.ts';
import { RelayCarrier } from '#tunnel/carrier/relay-carrier.ts';
import { type Timing, TUNNEL_ALPN } from '#tunnel/carrier/settings.ts';
import { socketCarrier } from '#tunnel/carrier/sockets.ts';

let made: Promise<{ certificate: string; key: string }> | undefined;
/** One certificate for all tests of a file: making one takes longer than most of them. */
export const serverCertificate = () => {
  made ??= TestCa.make().then((ca) => ca.server());
  return made;
};

export interface TlsPair extends AsyncDisposable {
  line: Line;
  /** The connector's side. */
  near: TLSSocket;
  /** The gateway's side, which dialled. */
  far: TLSSocket;
}

/** Two connected TLS sockets with a line between them. */
export async function tlsPair({ delayMs = 0 }: { delayMs?: number } = {}): Promise<TlsPair> {
  const { certificate, key } = await serverCertificate();
  const server = createServer({ cert: certificate, key, ALPNProtocols: [TUNNEL_ALPN] });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'secureConnection');
  const line = await startLine(portOf(server), { delayMs });
  const far = connect({
    port: line.port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ALPNProtocols: [TUNNEL_ALPN],
  });
  far.on('error', () => far.destroy());
  await once(far, 'secureConnect');
  const [near] = (await accepted) as [TLSSocket];
  near.on('error', () => near.destroy());
  return {
    near,
    far,
    line,
    [Symbol.asyncDispose]: async () => {
      near.destroy();
      far.destroy();
      await line[Symbol.asyncDispose]();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface CarrierPair extends AsyncDisposable {
  relay: RelayCarrier;
  gateway: GatewayCarrier;
  sockets: TlsPair;
}

export async function carrierPair(
  onStream: (wanted: WantedStream) => void,
  { timing, delayMs = 0 }: { timing?: Timing; delayMs?: number } = {},
): Promise<CarrierPair> {
  const sockets = await tlsPair({ delayMs });
  const relay = new RelayCarrier(socketCarrier(sockets.near), timing);
  const gateway = new GatewayCarrier(socketCarrier(sockets.far), onStream, timing);
  return { relay, gateway, sockets, [Symbol.asyncDispose]: () => sockets[Symbol.asyncDispose]() };
}

export const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

/** A TCP server of the test on a free port, closed with everything in it. */
export async function tcpServer(onSocket: (socket: Socket) => void): Promise<AsyncDisposable & { port: number }> {
  const sockets = new Set<Socket>();
  const server = createTcp({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
