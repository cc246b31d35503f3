import { createHash } from 'node:crypto';
import { Client } from 'ssh2';
import type { Evidence } from '../evidence.ts';
import type { HostSignal } from './signal.ts';

const LIMIT_MS = 3000;

/** The key of an SSH server, by which its addresses are known as one machine. No log-in is begun. */
export const hostKeySignal: HostSignal = {
  name: 'host-key',
  async *probe({ address, open }, context): AsyncIterable<Evidence> {
    for (const port of context.ports.ssh) {
      if (!open.has(port)) continue;
      await context.take();
      const key = await readKey(address, port, context.signal);
      if (key) {
        const fingerprint = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
        yield { signal: 'host-key', address, port, fingerprint };
      }
    }
  },
};

function readKey(host: string, port: number, signal: AbortSignal): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const client = new Client();
    const end = (key?: Buffer) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(key);
      client.destroy();
    };
    const onAbort = () => end();
    const timer = setTimeout(onAbort, LIMIT_MS);
    signal.addEventListener('abort', onAbort, { once: true });
    client.on('error', onAbort);
    client.once('close', onAbort);
    client.connect({
      host,
      port,
      username: 'demarc',
      readyTimeout: LIMIT_MS,
      // Refused on purpose: the connection ends before anybody is asked for a password.
      hostVerifier: (key: Buffer) => {
        end(Buffer.from(key));
        return false;
      },
    });
  });
}
