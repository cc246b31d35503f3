/** A way to a port on which things happen to what comes from there. */
import { createServer, connect as netConnect, type Socket } from 'node:net';

/**
 * Passes connections on to the port; when `at` bytes have come from there, it cuts the connection, or changes the byte
 * that stands there. It ends with `await using`.
 */
export async function startCutter(
  target: number,
  at: number,
  harm: 'cut' | 'damage' = 'cut',
): Promise<AsyncDisposable & { port: number }> {
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (near) => {
    const far = netConnect({ port: target, host: '127.0.0.1', noDelay: true });
    let passed = 0;
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.on('data', (piece: Buffer) => {
      const place = at - passed;
      passed += piece.length;
      if (harm === 'damage' && place >= 0 && place < piece.length) piece[place] = (piece[place] ?? 0) ^ 0x55;
      if (harm === 'damage' || passed < at) near.write(piece);
      else near.end(piece.subarray(0, Math.max(0, place)), () => near.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
