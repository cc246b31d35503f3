import { connect } from 'node:net';
import type { SignalContext } from './signal.ts';

/** `gone`: the network says that there is no such host. */
export type PortState = 'open' | 'closed' | 'silent' | 'gone';

const LIMIT_MS = 1000;

/** Opens a connection and closes it at once; nothing is sent. */
export async function tcpState(address: string, port: number, context: SignalContext): Promise<PortState> {
  await context.take();
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const end = (state: PortState) => {
      clearTimeout(timer);
      context.signal.removeEventListener('abort', onAbort);
      // A reset rather than an orderly end: an SMDR port with one reader must be free again at once.
      socket.resetAndDestroy();
      resolve(state);
    };
    const onAbort = () => end('silent');
    const timer = setTimeout(onAbort, LIMIT_MS);
    context.signal.addEventListener('abort', onAbort, { once: true });
    socket.once('connect', () => end('open'));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'ECONNREFUSED' || code === 'ECONNRESET') end('closed');
      else end(code === 'EHOSTUNREACH' ? 'gone' : 'silent');
    });
  });
}
