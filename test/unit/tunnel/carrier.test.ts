import { createHash } from 'node:crypto';
import { connect as connectTcp } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { until } from '#test/support/program.ts';
import type { WantedStream } from '#tunnel/carrier/gateway-carrier.ts';
import { RelayCarrier } from '#tunnel/carrier/relay-carrier.ts';
import { MAX_STREAMS } from '#tunnel/carrier/settings.ts';
import { socketCarrier } from '#tunnel/carrier/sockets.ts';
import type { TunnelStream } from '#tunnel/carrier/tunnel-stream.ts';
import { carrierPair, tcpServer, tlsPair } from './support/pair.ts';

const SESSION = 'session-0123456789';
const QUIET = { fromTunnel: () => undefined, toTunnel: () => undefined };
const MIB = 1024 * 1024;

/** Joins every wanted stream with a new connection to this port. */
const toPort = (port: number) => (wanted: WantedStream) => {
  const socket = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  socket.once('error', () => wanted.refuse(new DemarcError('tunnel.upstream-refused')));
  socket.once('connect', () => void wanted.accept()?.join(socket, QUIET));
};

const echo = () => tcpServer((socket) => socket.pipe(socket));
const open = (pair: { relay: { open(r: { service: string; session: string }): Promise<TunnelStream> } }) =>
  pair.relay.open({ service: 'pbx.admin', session: SESSION });

async function digest(stream: TunnelStream): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of stream.duplex) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

test('64 MiB come back whole while the reader pauses in the middle', async () => {
  await using server = await echo();
  await using pair = await carrierPair(toPort(server.port));
  const stream = await open(pair);
  const hash = createHash('sha256');
  const block = Buffer.alloc(MIB);
  const write = async () => {
    for (let i = 0; i < 64; i += 1) {
      const piece = Buffer.from(block.fill(i));
      hash.update(piece);
      if (!stream.duplex.write(piece)) await new Promise((resolve) => stream.duplex.once('drain', resolve));
    }
    stream.duplex.end();
  };
  const read = sleep(300).then(() => digest(stream));
  await write();
  expect(await read).toEqual({ bytes: 64 * MIB, sha256: hash.digest('hex') });
});

test('each direction may end before the other', async () => {
  await using server = await tcpServer((socket) => {
    let got = '';
    socket.on('data', (chunk: Buffer) => (got += chunk.toString()));
    socket.once('end', () => socket.end(`you said ${got}`));
  });
  await using pair = await carrierPair(toPort(server.port));
  const stream = await open(pair);
  stream.duplex.end('all of it');
  let answer = '';
  for await (const chunk of stream.duplex) answer += String(chunk);
  expect(answer).toBe('you said all of it');
});

test('a reader that stands still keeps at most a window, and the other streams go on', async () => {
  let sent = 0;
  await using server = await tcpServer((socket) => {
    const push = () => {
      while (!socket.destroyed && socket.write(Buffer.alloc(64 * 1024))) sent += 64 * 1024;
    };
    socket.once('data', (first: Buffer) => {
      if (first.toString() === 'echo') return void socket.write('here');
      socket.on('drain', push);
      return push();
    });
  });
  await using pair = await carrierPair(toPort(server.port));
  const stalled = await open(pair);
  stalled.duplex.write('flood');
  await sleep(500);
  const after = sent;
  // A window at each end, and what the two sockets of the system hold.
  expect(after).toBeLessThan(16 * MIB);
  const other = await open(pair);
  other.duplex.write('echo');
  const [answer] = await new Promise<[string]>((resolve) =>
    other.duplex.once('data', (chunk: Buffer) => resolve([chunk.toString()])),
  );
  expect(answer).toBe('here');
  await sleep(300);
  expect(sent).toBe(after);
});

test('a connection that breaks off is told as broken, one that ends is not', async () => {
  await using server = await tcpServer((socket) => {
    socket.once('data', (word: Buffer) => {
      if (word.toString() === 'break') socket.write('half', () => socket.resetAndDestroy());
      else socket.end('whole');
    });
  });
  await using pair = await carrierPair(toPort(server.port));
  const outcome = async (word: string) => {
    const stream = await open(pair);
    let broken = false;
    stream.onBroken(() => {
      broken = true;
    });
    stream.duplex.write(word);
    stream.duplex.resume();
    if (word === 'end') stream.duplex.end();
    await until('ended', 3000, () => broken || stream.duplex.closed);
    return broken;
  };
  expect(await outcome('break')).toBe(true);
  expect(await outcome('end')).toBe(false);
});

test('a refusal is told with its code, a malformed request is refused', async () => {
  await using pair = await carrierPair((wanted) =>
    wanted.refuse(new DemarcError('tunnel.upstream-refused', '10.0.0.1:443')),
  );
  await expect(open(pair)).rejects.toMatchObject({ code: 'tunnel.upstream-refused', detail: '10.0.0.1:443' });
  await expect(pair.relay.open({ service: '10.0.0.1:443', session: SESSION })).rejects.toMatchObject({
    code: 'tunnel.protocol',
  });
  await expect(pair.relay.open({ service: 'pbx', session: 'short' })).rejects.toMatchObject({
    code: 'tunnel.protocol',
  });
});

test('1,500 streams that are broken off in a row leave the session and its other stream alone', async () => {
  let gone = 0;
  await using server = await tcpServer((socket) => {
    socket.on('data', (chunk) => socket.write(chunk));
    socket.once('close', () => (gone += 1));
  });
  await using pair = await carrierPair(toPort(server.port));
  const kept = await open(pair);
  let received = 0;
  kept.duplex.on('data', (chunk: Buffer) => (received += chunk.length));
  for (let round = 0; round < 30; round += 1) {
    const streams = await Promise.all(Array.from({ length: 50 }, () => open(pair)));
    for (const stream of streams) {
      stream.duplex.write('x');
      stream.breakOff();
    }
    kept.duplex.write('y');
    await until('room for more', 5000, () => pair.relay.streams <= MAX_STREAMS - 60, 2);
  }
  await until('all are gone at the system too', 5000, () => gone === 1500);
  await until('the kept one answered', 5000, () => received === 30);
  expect(pair.relay.streams).toBe(1);
});

test('more streams than agreed are refused at once', async () => {
  await using server = await echo();
  await using pair = await carrierPair(toPort(server.port));
  await Promise.all(Array.from({ length: MAX_STREAMS }, () => open(pair)));
  await expect(open(pair)).rejects.toMatchObject({ code: 'tunnel.busy' });
});

test('an end that falls silent is found by a ping without an answer, at both ends', async () => {
  const timing = { pingMs: 100, silentMs: 200, openMs: 5000 };
  await using pair = await carrierPair(() => undefined, { timing });
  await sleep(250);
  pair.sockets.line.freeze();
  const started = Date.now();
  expect(await pair.relay.ended).toMatchObject({ code: 'tunnel.silent' });
  expect(await pair.gateway.ended).toMatchObject({ code: 'tunnel.silent' });
  expect(Date.now() - started).toBeLessThan(1000);
  await expect(open(pair)).rejects.toMatchObject({ code: 'tunnel.lost' });
});

test('data that comes in is a sign of life while the answer to a ping waits behind it', async () => {
  await using server = await tcpServer((socket) => {
    const timer = setInterval(() => socket.write('still here'), 20);
    socket.once('close', () => clearInterval(timer));
  });
  // The answer to a ping takes longer than the deadline.
  const timing = { pingMs: 50, silentMs: 60, openMs: 5000 };
  await using pair = await carrierPair(toPort(server.port), { timing, delayMs: 40 });
  const stream = await open(pair);
  stream.duplex.resume();
  let ended = false;
  void pair.relay.ended.then(() => (ended = true));
  await sleep(400);
  expect(ended).toBe(false);
});

test('on a long path the window grows: more than 1 MiB is under way', async () => {
  let sent = 0;
  await using server = await tcpServer((socket) => {
    const push = () => {
      while (!socket.destroyed && socket.write(Buffer.alloc(64 * 1024))) sent += 64 * 1024;
    };
    socket.once('data', () => socket.on('drain', push) && push());
  });
  await using pair = await carrierPair(toPort(server.port), { delayMs: 15 });
  await until('measured', 2000, () => pair.relay.roundTripMs < 1000);
  await sleep(500);
  const stream = await open(pair);
  let got = 0;
  stream.duplex.on('data', (chunk: Buffer) => (got += chunk.length));
  stream.duplex.pause();
  stream.duplex.write('go');
  await sleep(500);
  // The far end has given all that a window takes; it counts at the reader, who has read nothing yet.
  expect(stream.duplex.readableLength).toBeGreaterThan(2 * MIB);
  expect(stream.duplex.readableLength).toBeLessThan(4.5 * MIB);
  expect(got).toBe(0);
});

test('garbage in place of HTTP/2 ends the tunnel and nothing else', async () => {
  await using sockets = await tlsPair();
  const relay = new RelayCarrier(socketCarrier(sockets.near));
  sockets.far.write(Buffer.alloc(5000, 0xff));
  expect((await relay.ended).code).toMatch(/^tunnel\./);
});

test('a tunnel that is cut ends its streams and says so', async () => {
  await using server = await echo();
  await using pair = await carrierPair(toPort(server.port));
  const stream = await open(pair);
  const broken = new Promise<void>((resolve) => stream.onBroken(resolve));
  pair.sockets.far.destroy();
  await broken;
  expect((await pair.relay.ended).code).toBe('tunnel.lost');
  expect((await pair.gateway.ended).code).toBe('tunnel.lost');
});
