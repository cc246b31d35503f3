import { connect } from 'node:net';
import type { Evidence } from '../evidence.ts';
import type { HostSignal } from './signal.ts';

const LIMIT_MS = 1500;
const MOST_BYTES = 512;

/** Servers that speak first, such as FTP (RFC 959 section 5.4): listens, says nothing, leaves. */
export const greetingSignal: HostSignal = {
  name: 'greeting',
  async *probe({ address, open }, context): AsyncIterable<Evidence> {
    for (const port of context.ports.greeting) {
      if (!open.has(port)) continue;
      await context.take();
      const text = await listen(address, port, context.signal);
      if (text !== '') yield { signal: 'greeting', address, port, text };
    }
  },
};

function listen(host: string, port: number, signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    const socket = connect({ host, port });
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      socket.destroy();
      resolve(
        heard
          .split(/[\r\n]/, 1)[0]
          ?.trim()
          .slice(0, 200) ?? '',
      );
    };
    const timer = setTimeout(end, LIMIT_MS);
    signal.addEventListener('abort', end, { once: true });
    socket.setEncoding('latin1');
    socket.on('data', (piece: string) => {
      heard += piece.slice(0, MOST_BYTES);
      if (heard.includes('\n') || heard.length >= MOST_BYTES) end();
    });
    socket.once('close', end);
    socket.on('error', end);
  });
}
