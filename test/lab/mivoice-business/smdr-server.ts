/** The call record stream of the lab: the PBX listens and pushes fixed-width lines. */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setImmediate as nextRound } from 'node:timers/promises';

/** One call as the lab knows it. `start` is what the PBX's clock shows. */
export interface LabCall {
  start: { month: number; day: number; hour: number; minute: number };
  seconds: number;
  from: string;
  to: string;
  /** Seconds until it was answered; -1 when it was not. */
  answered: number;
}

export interface SmdrNasty {
  /** Bytes of a segment. */
  split?: number;
  /** Closes each connection as soon as it is made. */
  dropAtOnce?: boolean;
  /** Writes the time with 12 hours and a mark after noon. */
  twelveHours?: boolean;
}

export interface LabSmdr {
  host: string;
  port: number;
  nasty: SmdrNasty;
  connections: number;
  /** Pushes bytes to everyone who listens. */
  push(bytes: Buffer | string): Promise<void>;
  /** Ends the connections that there are. */
  drop(): void;
  stop(): Promise<void>;
}

export async function startSmdr(options: { host?: string; port?: number } = {}): Promise<LabSmdr> {
  const sockets = new Set<Socket>();
  const lab: LabSmdr = {
    host: options.host ?? '127.0.0.1',
    port: 0,
    nasty: {},
    connections: 0,
    async push(content) {
      const bytes = Buffer.from(content as string);
      const size = lab.nasty.split ?? bytes.length;
      for (let at = 0; at < bytes.length; at += size) {
        for (const socket of sockets) socket.write(bytes.subarray(at, at + size));
        if (size < bytes.length) await nextRound();
      }
    },
    drop() {
      for (const socket of sockets) socket.destroy();
    },
    async stop() {
      lab.drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((socket) => {
    lab.connections += 1;
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.setNoDelay(true);
    socket.resume();
    sockets.add(socket);
    if (lab.nasty.dropAtOnce) socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, lab.host, resolve);
  });
  lab.port = (server.address() as AddressInfo).port;
  return lab;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** A record of this many columns, as printed in the help of the PBX; what stands behind column 90 is digits. */
export function smdrLine(call: LabCall, length = 90, twelveHours = false): string {
  const { month, day, hour, minute } = call.start;
  const long = call.seconds < 300 ? ' ' : call.seconds < 600 ? '-' : call.seconds < 1800 ? '%' : '+';
  const isAfternoon = twelveHours && hour >= 12;
  const shown = twelveHours ? hour % 12 || 12 : hour;
  const hours = Math.floor(call.seconds / 3600);
  const time = `${two(hours)}:${two(Math.floor(call.seconds / 60) % 60)}:${two(call.seconds % 60)}`;
  const answered = call.answered < 0 ? '***' : String(call.answered).padStart(3, '0');
  const base =
    `${long}${two(month)}/${two(day)} ${two(shown)}:${two(minute)}${isAfternoon ? 'p' : ' '} ${time} ` +
    `${call.from.padEnd(4)}  ${answered} ${call.to.padEnd(26)} A${call.to.padEnd(4)}`;
  return `${base.padEnd(90)}${'0123456789'.repeat(5)}`.slice(0, length);
}
