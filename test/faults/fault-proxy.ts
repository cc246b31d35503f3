/** A TCP proxy on loopback that makes a network fail as real ones do, for the way between gateway and cloud. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '#test/support/program.ts';

interface Pair {
  client: Socket;
  upstream: Socket;
  /** Half-open: nothing of it reaches the other side any more, not even its end. */
  dead: boolean;
}

/** Bytes since the proxy began. */
interface Traffic {
  up: number;
  down: number;
}

export class FaultProxy implements AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly traffic: Traffic = { up: 0, down: 0 };
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #target: number;
  #mode: 'pass' | 'stall' | 'refuse' = 'pass';
  /** Bytes a second in each direction of each connection; undefined: as fast as they come. */
  #rate: number | undefined;
  #armed: { atBytes: number; strike: () => void } | undefined;

  private constructor(server: Server, port: number, target: number) {
    this.#server = server;
    this.port = port;
    this.#target = target;
    this.url = `https://127.0.0.1:${port}`;
    server.on('connection', (socket) => this.#accept(socket));
  }

  static async start(target: number): Promise<FaultProxy> {
    const port = await freePort();
    const server = createServer({ allowHalfOpen: true });
    const proxy = new FaultProxy(server, port, target);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    return proxy;
  }

  /** New connections go to another port of this machine; those that are open are reset. */
  leadTo(port: number): void {
    this.#target = port;
    this.reset();
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /** Everything passes again; what a stall held back goes on, half-open connections stay dead. */
  pass(): void {
    this.#mode = 'pass';
    this.#rate = undefined;
    for (const { client, upstream } of this.#pairs) {
      client.resume();
      upstream.resume();
    }
  }

  /** Both ends close in order. */
  cut(): void {
    for (const { client, upstream } of this.#pairs) {
      client.end();
      upstream.end();
      client.destroySoon();
      upstream.destroySoon();
    }
  }

  /** Both ends get a TCP reset in the middle of whatever they do. */
  reset(): void {
    for (const { client, upstream } of this.#pairs) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
  }

  /** Nothing moves any more, and nobody is told; `pass` lets it move again. */
  stall(): void {
    this.#mode = 'stall';
    for (const { client, upstream } of this.#pairs) {
      client.pause();
      upstream.pause();
    }
  }

  /** A thin line: everything arrives, but no faster than this many bytes a second; `pass` ends it. */
  slow(bytesPerSecond: number): void {
    this.#rate = bytesPerSecond;
  }

  /** As when a firewall forgets its connections: both ends think that they are there, and every byte is lost. */
  halfOpen(): void {
    for (const pair of this.#pairs) pair.dead = true;
  }

  /** As when the cable is out: what is there is reset, and nobody gets in. */
  refuse(): void {
    this.#mode = 'refuse';
    this.reset();
  }

  /** Does this once, when so many more bytes have gone up to the cloud. Resolves when it happened. */
  afterUp(bytes: number, fault: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.#armed = {
        atBytes: this.traffic.up + bytes,
        strike: () => {
          fault();
          resolve();
        },
      };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.reset();
    await closed;
  }

  #accept(client: Socket): void {
    if (this.#mode === 'refuse') {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true });
    const pair: Pair = { client, upstream, dead: false };
    this.#pairs.add(pair);
    this.#join(pair, client, upstream, 'up');
    this.#join(pair, upstream, client, 'down');
    const gone = () => {
      if (client.destroyed && upstream.destroyed) this.#pairs.delete(pair);
    };
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => {
        if (!pair.dead) other.resetAndDestroy();
      });
      one.on('close', () => {
        if (!pair.dead && !other.destroyed) other.destroySoon();
        gone();
      });
    }
    if (this.#mode === 'stall') {
      client.pause();
      upstream.pause();
    }
  }

  #rest(from: Socket, ms: number): void {
    from.pause();
    setTimeout(() => {
      if (this.#mode !== 'stall') from.resume();
    }, ms);
  }

  #join(pair: Pair, from: Socket, to: Socket, direction: keyof Traffic): void {
    from.on('data', (chunk: Buffer) => {
      if (pair.dead) return;
      this.traffic[direction] += chunk.length;
      if (!to.destroyed && !to.write(chunk)) {
        from.pause();
        to.once('drain', () => {
          if (this.#mode !== 'stall') from.resume();
        });
      }
      if (this.#rate !== undefined) this.#rest(from, (chunk.length / this.#rate) * 1000);
      const armed = this.#armed;
      if (armed !== undefined && direction === 'up' && this.traffic.up >= armed.atBytes) {
        this.#armed = undefined;
        armed.strike();
      }
    });
    from.on('end', () => {
      if (!pair.dead) to.end();
    });
  }
}
