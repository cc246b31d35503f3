/** The client's side of the tunnel's bench: what is asked of a way, and how long it takes. */
import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { connect, type Socket } from 'node:net';

const MIB = 1024 * 1024;
const BLOCK = Buffer.alloc(64 * 1024, 'c');

export function dial(port: number, order: string): Socket {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  socket.on('error', () => socket.destroy());
  socket.write(`${order}\n`);
  return socket;
}

/** MiB a second of `streams` downloads side by side, each of `mib`. */
export async function download(port: number, mib: number, streams = 1): Promise<number> {
  const started = performance.now();
  await Promise.all(
    Array.from({ length: streams }, async () => {
      const socket = dial(port, `D${mib * MIB}`);
      let left = mib * MIB;
      socket.on('data', (chunk: Buffer) => (left -= chunk.length));
      await once(socket, 'end');
      socket.end();
      if (left !== 0) throw new Error(`a download ended ${left} bytes short`);
    }),
  );
  return (mib * streams * 1000) / (performance.now() - started);
}

/** The same up. */
export async function upload(port: number, mib: number, streams = 1): Promise<number> {
  const started = performance.now();
  await Promise.all(
    Array.from({ length: streams }, async () => {
      const socket = dial(port, `U${mib * MIB}`);
      let left = mib * MIB;
      const push = (): void => {
        while (left > 0) {
          left -= BLOCK.length;
          if (!socket.write(BLOCK)) {
            socket.once('drain', push);
            return;
          }
        }
      };
      push();
      const [said] = (await once(socket, 'data')) as [Buffer];
      if (said.toString() !== 'k') throw new Error('an upload was not taken');
      socket.destroy();
    }),
  );
  return (mib * streams * 1000) / (performance.now() - started);
}

/** Milliseconds of each of `count` echoes of 1 KiB on one kept connection. */
export async function echoes(port: number, count: number): Promise<number[]> {
  const socket = dial(port, 'E');
  await once(socket, 'connect');
  const piece = Buffer.alloc(1024, 'e');
  const times: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const started = performance.now();
    socket.write(piece);
    for (let got = 0; got < piece.length; ) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      got += chunk.length;
    }
    times.push(performance.now() - started);
  }
  socket.destroy();
  return times;
}

export const quantile = (values: readonly number[], part: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
};

/** Milliseconds of a page of 40 assets over six kept connections, as a browser loads it. */
export async function page(port: number, headers: Record<string, string>, servername: string): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 6, rejectUnauthorized: false, servername });
  const load = (path: string) =>
    new Promise<void>((resolve, reject) => {
      const sent = request({ port, host: '127.0.0.1', path, agent, headers }, (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`${path}: ${answer.statusCode}`));
        answer.resume();
        answer.once('end', () => resolve());
      });
      sent.once('error', reject);
      sent.end();
    });
  try {
    // The connections are there before: what is compared is the page.
    await Promise.all(Array.from({ length: 6 }, (_, i) => load(`/warm-${i}`)));
    const started = performance.now();
    await load('/');
    await Promise.all(Array.from({ length: 40 }, (_, i) => load(`/asset-${i}`)));
    return performance.now() - started;
  } finally {
    agent.destroy();
  }
}
