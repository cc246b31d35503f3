import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { FILES } from './protocol.ts';

/** How long the process has to end its sessions and itself. */
const LIMIT_MS = 5000;

/**
 * Ends the tunnel process of this state folder with every session in it, where there is one: it holds the identity in
 * memory, which must not outlive a reset.
 */
export async function endTunnelProcess(folder: string): Promise<void> {
  const socket = connect(join(folder, FILES.socket));
  // Nobody there, or it went while it was asked: both are what is wanted.
  socket.on('error', () => socket.destroy());
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  const timer = setTimeout(() => socket.destroy(), LIMIT_MS);
  socket.resume();
  void once(socket, 'connect').then(
    () => socket.write(`${JSON.stringify({ id: 0, order: { do: 'quit' } })}\n`),
    () => undefined,
  );
  await closed;
  clearTimeout(timer);
}
