/** A line to a port of this machine that can be long, or fall silent without being cut. */
import { createServer, connect as netConnect, type Socket } from 'node:net';

export interface Line extends AsyncDisposable {
  port: number;
  /** From now on nothing passes, and nobody is told. */
  freeze(): void;
}

/** Passes connections on to the port; every piece arrives `delayMs` after it was sent, in each direction. */
export async function startLine(target: number, { delayMs = 0 }: { delayMs?: number } = {}): Promise<Line> {
  const open = new Set<Socket>();
  let frozen = false;
  const pass = (from: Socket, to: Socket) => {
    from.on('data', (piece: Buffer) => {
      if (frozen) return;
      if (delayMs === 0) to.write(piece);
      else setTimeout(() => to.write(piece), delayMs);
    });
    from.on('end', () => {
      if (!frozen) setTimeout(() => to.end(), delayMs);
    });
    from.on('error', () => undefined);
    from.once('close', () => {
      open.delete(from);
      if (!frozen) setTimeout(() => to.destroy(), delayMs);
    });
    open.add(from);
  };
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    const far = netConnect({ port: target, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    pass(near, far);
    pass(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    freeze: () => {
      frozen = true;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
