import 'reflect-metadata';
import { once } from 'node:events';
import { connect as tcpConnect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { Listener } from '#connector/listener/listener.ts';
import { PrivateCa } from '#connector/pki/private-ca.ts';
import { serverIdentity } from '#connector/pki/server-certificate.ts';
import { temporaryFolder } from '#test/support/program.ts';

/** A ClientHello that never comes to its end. */
const HALF_A_HELLO = Buffer.from('160301020001', 'hex');

it('stops soon, whoever is still connected: silent, in the middle of a handshake, or after it', async () => {
  await using folder = await temporaryFolder('listener');
  const ca = await PrivateCa.open({ folder: folder.path, clock: systemClock });
  const identity = await serverIdentity({ ca, folder: folder.path, clock: systemClock, hosts: ['127.0.0.1'] });
  const listener = new Listener({ log: pino({ level: 'silent' }), clientCa: ca.certificate, identity });
  const port = await listener.listen(0, '127.0.0.1');
  const silent = tcpConnect(port, '127.0.0.1');
  const half = tcpConnect(port, '127.0.0.1');
  const secure = tlsConnect({ port, host: '127.0.0.1', ca: ca.certificate });
  const ends = [silent, half, secure].map((socket) => {
    socket.on('error', () => undefined).resume();
    return once(socket, 'close');
  });
  half.write(HALF_A_HELLO);
  await once(secure, 'secureConnect');
  secure.write('GET / HTTP/1.1\r\n');
  const started = performance.now();
  await listener.stop();
  // Two seconds for what runs; a handshake alone might take ten.
  expect(performance.now() - started).toBeLessThan(6000);
  await Promise.all(ends);
});
