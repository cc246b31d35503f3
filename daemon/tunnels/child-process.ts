import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Log } from '#config/log.ts';
import { catalogue, type ErrorCode } from '#contract/errors/catalogue.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { ChildLine, FILES, lines, type Order, type SessionNews } from './protocol.ts';

interface TunnelProcessOptions {
  folder: string;
  log: Log;
  onSession: (news: SessionNews) => void;
  onCertificateChanged: (service: string) => void;
  /** The first certificate of a system is on record. */
  onCertificateTrusted: () => void;
}

const START_LIMIT_MS = 10_000;
const ANSWER_LIMIT_MS = 30_000;

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: DemarcError) => void;
}

/** The daemon's side of the tunnel process: starts it when it is needed, finds it again after a restart. */
export class TunnelProcess {
  readonly #options: TunnelProcessOptions;
  readonly #waiting = new Map<number, Waiting>();
  #socket: Socket | undefined;
  #connecting: Promise<Socket> | undefined;
  #next = 1;

  constructor(options: TunnelProcessOptions) {
    this.#options = options;
  }

  /** Joins a process that an earlier daemon left with sessions in it; false when there is none. */
  async join(): Promise<boolean> {
    const socket = await this.#reach();
    return socket !== undefined;
  }

  get isThere(): boolean {
    return this.#socket !== undefined;
  }

  /** Has an order carried out, starting the process for it. @throws DemarcError its own, `tunnel.not-connected` */
  async order(order: Order): Promise<unknown> {
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    const socket = await this.#connecting;
    const id = this.#next;
    this.#next += 1;
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new DemarcError('tunnel.not-connected', 'the tunnel process does not answer'));
      }, ANSWER_LIMIT_MS);
      const settle =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          this.#waiting.delete(id);
          then(value);
        };
      this.#waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
      socket.write(`${JSON.stringify({ id, order })}\n`);
    });
  }

  /** Leaves it alone: what runs in it goes on. */
  stop(): void {
    this.#socket?.destroy();
  }

  async #connect(): Promise<Socket> {
    if (this.#socket !== undefined) return this.#socket;
    const there = await this.#reach();
    if (there !== undefined) return there;
    const script = fileURLToPath(new URL('./tunnel-child.ts', import.meta.url));
    // Of its own group and without our pipes, so that it outlives us.
    const child = spawn(process.execPath, [script, this.#options.folder], { detached: true, stdio: 'ignore' });
    child.on('error', (error) => this.#options.log.error({ code: 'internal', err: error }, 'no tunnel process'));
    child.unref();
    const limit = Date.now() + START_LIMIT_MS;
    while (Date.now() < limit) {
      await sleep(50);
      const socket = await this.#reach();
      if (socket !== undefined) return socket;
    }
    throw new DemarcError('tunnel.not-connected', 'the tunnel process did not start');
  }

  #reach(): Promise<Socket | undefined> {
    return new Promise((resolve) => {
      const socket = connect(join(this.#options.folder, FILES.socket));
      socket.once('error', () => resolve(undefined));
      socket.once('connect', () => {
        socket.on('error', () => socket.destroy());
        socket.once('close', () => this.#lost(socket));
        this.#socket = socket;
        void this.#listen(socket);
        resolve(socket);
      });
    });
  }

  async #listen(socket: Socket): Promise<void> {
    try {
      for await (const line of lines(socket)) this.#take(ChildLine.parse(line));
    } catch (error) {
      this.#options.log.warn({ code: 'tunnel.protocol', err: error }, 'the tunnel process was not understood');
    }
    socket.destroy();
  }

  #take(line: ChildLine): void {
    if ('news' in line) this.#options.onSession(line.news);
    else if ('changed' in line) this.#options.onCertificateChanged(line.changed);
    else if ('trusted' in line) this.#options.onCertificateTrusted();
    else if ('error' in line) {
      const code = Object.hasOwn(catalogue, line.error.code) ? (line.error.code as ErrorCode) : 'internal';
      this.#waiting.get(line.id)?.reject(new DemarcError(code, line.error.detail));
    } else this.#waiting.get(line.id)?.resolve(line.result);
  }

  #lost(socket: Socket): void {
    if (this.#socket === socket) this.#socket = undefined;
    for (const { reject } of this.#waiting.values()) reject(new DemarcError('tunnel.lost', 'the tunnel process ended'));
  }
}
