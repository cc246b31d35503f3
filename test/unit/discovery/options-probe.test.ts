/** OPTIONS over sockets of our own: what is an answer, what is none, and that every way ends in time. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { probeOptions } from '#sip-trunks/client/options-probe.ts';
import type { Transport } from '#sip-trunks/client/transport.ts';
import { makeCertificates } from '#test/support/certificates.ts';
import { freePort, temporaryFolder } from '#test/support/program.ts';

let token = 0;
const probe = (port: number, transport: Transport, limitMs = 1500, signal = new AbortController().signal) =>
  probeOptions({
    target: { transport, address: '127.0.0.1', port },
    limitMs,
    signal,
    newToken: () => `token${String((token += 1)).padStart(16, '0')}`,
  });

/** Via, From, To, Call-ID and CSeq as in the request, which a peer written for this test alone copies. */
function answer(request: string, { status = '200 OK', header = '', change = (line: string) => line } = {}): string {
  const lines = request.split('\r\n').filter((line) => /^(?:via|from|to|call-id|cseq):/i.test(line));
  return [`SIP/2.0 ${status}`, ...lines.map(change), ...(header ? [header] : []), 'Content-Length: 0', '', ''].join(
    '\r\n',
  );
}

async function udpPeer(onRequest: (text: string, count: number) => string | string[] | undefined) {
  const socket: UdpSocket = createSocket('udp4');
  const requests: string[] = [];
  socket.on('message', (bytes, { port, address }) => {
    requests.push(bytes.toString());
    for (const text of [onRequest(bytes.toString(), requests.length) ?? []].flat()) socket.send(text, port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { port: socket.address().port, requests, [Symbol.dispose]: () => void socket.close() };
}

async function streamPeer(onConnection: (socket: Socket) => void, tls?: { cert: Buffer; key: Buffer }) {
  const sockets = new Set<Socket>();
  const accept = (socket: Socket) => {
    sockets.add(socket.on('error', () => undefined));
    onConnection(socket);
  };
  const server = tls ? createTls(tls, accept) : createServer(accept);
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port, [Symbol.dispose]: close };
}

describe('over UDP', () => {
  test('the banner, the status and the tag of the answer; the request is one that a peer can read', async () => {
    using peer = await udpPeer((text) =>
      answer(text, {
        header: 'User-Agent: Mitel-3300-ICP 8.0.9.18',
        change: (line) => (line.startsWith('To:') ? `${line};tag=0_1-2` : line),
      }),
    );
    expect(await probe(peer.port, 'udp')).toMatchObject({
      answered: true,
      status: 200,
      reason: 'OK',
      userAgent: 'Mitel-3300-ICP 8.0.9.18',
      toTag: '0_1-2',
    });
    const [request = ''] = peer.requests;
    expect(request).toMatch(
      /^OPTIONS sip:127\.0\.0\.1:\d+ SIP\/2\.0\r\nVia: SIP\/2\.0\/UDP 127\.0\.0\.1:\d+;branch=z9hG4bK\w+;rport\r\nMax-Forwards: 70\r\n/,
    );
    expect(request.endsWith('Content-Length: 0\r\n\r\n')).toBe(true);
  });

  test('a refusal is an answer, a provisional one is not yet', async () => {
    using peer = await udpPeer((text) => [
      answer(text, { status: '100 Trying' }),
      answer(text, { status: '403 Forbidden' }),
    ]);
    expect(await probe(peer.port, 'udp')).toMatchObject({ answered: true, status: 403 });
  });

  test('a request that was lost is sent again, the same one', async () => {
    using peer = await udpPeer((text, count) => (count < 2 ? undefined : answer(text)));
    expect(await probe(peer.port, 'udp')).toMatchObject({ answered: true });
    expect(peer.requests).toHaveLength(2);
    expect(peer.requests[1]).toBe(peer.requests[0]);
  });

  test.each([
    [
      'another branch',
      (text: string) => answer(text, { change: (line) => line.replace(/branch=[^;]+/, 'branch=z9hG4bKx') }),
    ],
    [
      'another Call-ID',
      (text: string) => answer(text, { change: (line) => line.replace(/^Call-ID: .*/i, 'Call-ID: x') }),
    ],
    ['another method', (text: string) => answer(text, { change: (line) => line.replace('OPTIONS', 'INVITE') })],
    ['a request in place of an answer', (text: string) => text],
    ['no SIP', () => 'x;__proto__'.repeat(50)],
  ])('%s is no answer', async (_, reply) => {
    using peer = await udpPeer(reply);
    expect(await probe(peer.port, 'udp', 400)).toMatchObject({ answered: false, failure: 'not-sip' });
  });

  test('a flood of strange messages ends it before its limit', async () => {
    using peer = await udpPeer(() => Array.from({ length: 40 }, () => 'flood'));
    const started = performance.now();
    expect(await probe(peer.port, 'udp', 5000)).toMatchObject({ answered: false, failure: 'not-sip' });
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('an address that no packet may go to is a failure of that address alone', async () => {
    const target = { transport: 'udp', address: '255.255.255.255', port: 5060 } as const;
    const outcome = await probeOptions({
      target,
      limitMs: 500,
      signal: new AbortController().signal,
      newToken: () => 'x',
    });
    expect(outcome).toMatchObject({ answered: false, failure: 'unreachable' });
  });

  test('a closed port is told at once, silence at the limit, a caller that leaves at once', async () => {
    expect(await probe(await freePort(), 'udp')).toMatchObject({ answered: false, failure: 'refused' });
    using peer = await udpPeer(() => undefined);
    expect(await probe(peer.port, 'udp', 300)).toMatchObject({ answered: false, failure: 'timeout' });
    const started = performance.now();
    expect(await probe(peer.port, 'udp', 5000, AbortSignal.timeout(50))).toMatchObject({ answered: false });
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('over streams', () => {
  test('an answer in single bytes is one answer', async () => {
    using peer = await streamPeer((socket) => {
      socket.once('data', (bytes) => {
        const text = answer(bytes.toString(), { header: 'Server: kamailio (5.6.3)' });
        void (async () => {
          for (const byte of text) await new Promise((resolve) => socket.write(byte, resolve));
        })();
      });
    });
    expect(await probe(peer.port, 'tcp')).toMatchObject({ answered: true, server: 'kamailio (5.6.3)' });
  });

  test('over TLS the certificate is told, with an answer and without one', async () => {
    await using folder = await temporaryFolder('options');
    const files = await makeCertificates(folder.path);
    const tls = { cert: await readFile(files.certPath), key: await readFile(files.keyPath) };
    const certificate = {
      subject: { CN: expect.any(String) },
      fingerprint256: expect.stringMatching(/^[\dA-F:]{95}$/),
    };
    using peer = await streamPeer(
      (socket) => socket.once('data', (bytes) => socket.write(answer(bytes.toString()))),
      tls,
    );
    expect(await probe(peer.port, 'tls', 3000)).toMatchObject({ answered: true, certificate });
    using silent = await streamPeer((socket) => socket.resume(), tls);
    expect(await probe(silent.port, 'tls', 600)).toMatchObject({ answered: false, failure: 'timeout', certificate });
  });

  test.each<[string, Transport, (socket: Socket) => void, string]>([
    ['a peer that accepts and is silent', 'tcp', (socket) => socket.resume(), 'timeout'],
    ['a peer that hangs up', 'tcp', (socket) => socket.end(), 'closed'],
    ['a head without an end', 'tcp', (socket) => socket.write('A'.repeat(20_000)), 'not-sip'],
    [
      'a length that is no number',
      'tcp',
      (socket) => socket.write('SIP/2.0 200 OK\r\nContent-Length: abc\r\n\r\n'),
      'not-sip',
    ],
    ['a TLS handshake that never ends', 'tls', (socket) => socket.resume(), 'timeout'],
    ['no TLS on the port', 'tls', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'), 'tls'],
  ])('%s', async (_, transport, onConnection, failure) => {
    using peer = await streamPeer(onConnection);
    expect(await probe(peer.port, transport, 500)).toMatchObject({ answered: false, failure });
  });

  test('a closed port', async () => {
    expect(await probe(await freePort(), 'tcp')).toMatchObject({ answered: false, failure: 'refused' });
  });
});
