import { constants, type Http2Stream } from 'node:http2';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { BROKEN_OFF, FIELD } from './wire.ts';

/** How long the other end may take to finish a stream that was broken off, before it is reset after all. */
const GRACE_MS = 5000;

/** Bytes that go through a joint, by direction. */
export interface Traffic {
  /** From the tunnel to the connection. */
  fromTunnel(bytes: number): void;
  /** From the connection into the tunnel. */
  toTunnel(bytes: number): void;
}

/**
 * One connection inside the carrier. Its end carries trailers that tell an orderly end from a broken connection:
 * ending leaves the session in peace, where a reset counts against it.
 */
export class TunnelStream {
  readonly duplex: Http2Stream;
  readonly #listeners = new Set<() => void>();
  #broken = false;
  #givenUp = false;

  constructor(stream: Http2Stream) {
    this.duplex = stream;
    const broken = () => this.#tellBroken();
    stream.on('wantTrailers', () => stream.sendTrailers(this.#givenUp ? { [FIELD.end]: BROKEN_OFF } : {}));
    stream.on('trailers', (fields) => {
      if (fields[FIELD.end] === BROKEN_OFF) broken();
    });
    stream.on('error', broken);
    stream.once('aborted', broken);
    stream.once('close', () => {
      if (stream.rstCode !== constants.NGHTTP2_NO_ERROR || !stream.readableEnded) broken();
    });
  }

  /** Called once when the other end broke it off, or the tunnel is gone; at once when that has happened already. */
  onBroken(listener: () => void): void {
    if (this.#broken) listener();
    else this.#listeners.add(listener);
  }

  /** Gives the stream up: tells the other end that the connection is broken, and reads nothing of what still comes. */
  breakOff(): void {
    const stream = this.duplex;
    if (this.#givenUp || stream.destroyed || stream.closed) return;
    this.#givenUp = true;
    stream.unpipe();
    stream.resume();
    if (stream.writableEnded || stream.writableLength > 0) {
      // Its last word is said, or waits behind data that nobody takes.
      stream.close(constants.NGHTTP2_CANCEL);
      return;
    }
    stream.end();
    const reset = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), GRACE_MS).unref();
    stream.once('close', () => clearTimeout(reset));
  }

  /**
   * Joins it with a connection until both directions have ended; each may end before the other. What one side does not
   * take, the other is not asked for. Resolves when nothing is left, with whether it ended in order.
   */
  join(connection: Duplex, traffic: Traffic): Promise<boolean> {
    const stream = this.duplex;
    return new Promise((resolve) => {
      let inOrder = true;
      const settle = () => {
        if ((stream.closed || stream.destroyed) && connection.destroyed) resolve(inOrder);
      };
      const fail = () => {
        inOrder = false;
        breakConnection(connection);
        this.breakOff();
        settle();
      };
      connection.on('error', fail);
      connection.once('close', () => {
        if (!connection.readableEnded || !connection.writableFinished) fail();
        settle();
      });
      stream.once('close', settle);
      this.onBroken(fail);
      stream.on('data', (chunk: Buffer) => traffic.fromTunnel(chunk.length));
      connection.on('data', (chunk: Buffer) => traffic.toTunnel(chunk.length));
      stream.pipe(connection);
      connection.pipe(stream);
    });
  }

  #tellBroken(): void {
    if (this.#broken) return;
    this.#broken = true;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}

/** Broken off at one end is to be seen as broken off at the other, not as an orderly end. */
function breakConnection(connection: Duplex): void {
  if (connection instanceof Socket && !(connection instanceof TLSSocket)) connection.resetAndDestroy();
  else connection.destroy();
}
