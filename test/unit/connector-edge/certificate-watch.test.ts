import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { CertificateWatch } from '#connector/listener/certificate-watch.ts';
import { Listener } from '#connector/listener/listener.ts';
import { PrivateCa } from '#connector/pki/private-ca.ts';
import { serverIdentity } from '#connector/pki/server-certificate.ts';
import { temporaryFolder } from '#test/support/program.ts';

const DAY = 86_400_000;

/** As a client that was answered: one that only vanishes is waited for when the listener stops. */
async function hangUp(socket: TLSSocket): Promise<void> {
  socket.end('GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n');
  await once(socket.resume(), 'close');
}

async function world() {
  const folder = await temporaryFolder('watch');
  let now = Date.now();
  const clock = { now: () => now };
  const log = pino({ level: 'silent' });
  const ca = await PrivateCa.open({ folder: folder.path, clock });
  const load = () => serverIdentity({ ca, folder: folder.path, clock, hosts: ['127.0.0.1'] });
  const current = await load();
  const listener = new Listener({ log, clientCa: ca.certificate, identity: current });
  const port = await listener.listen(0, '127.0.0.1');
  const dial = async (): Promise<TLSSocket> => {
    // Which one is shown is the question; by the real clock the renewed one is not in force yet.
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    return socket;
  };
  return {
    listener,
    current,
    watch: new CertificateWatch({ log, current, load, show: (next) => listener.show(next) }),
    dial,
    shown: async () => {
      const socket = await dial();
      const serial = socket.getPeerX509Certificate()?.serialNumber;
      await hangUp(socket);
      return serial;
    },
    pass: (ms: number) => {
      now += ms;
    },
    async [Symbol.asyncDispose]() {
      await listener.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe('the certificate of the listener', () => {
  it('is renewed while it runs when it ends within 30 days, and not before', async () => {
    await using w = await world();
    const first = new X509Certificate(w.current.cert);
    expect(await w.shown()).toBe(first.serialNumber);
    const left = Date.parse(first.validTo) - Date.now();
    w.pass(left - 31 * DAY);
    await w.watch.look();
    expect(await w.shown()).toBe(first.serialNumber);
    const open = await w.dial();
    w.pass(2 * DAY);
    await w.watch.look();
    expect(await w.shown()).not.toBe(first.serialNumber);
    expect(open.destroyed).toBe(false);
    await hangUp(open);
  });

  it('stays when the new one is no certificate', async () => {
    await using w = await world();
    const before = await w.shown();
    const broken = new CertificateWatch({
      log: pino({ level: 'silent' }),
      current: w.current,
      load: async () => ({ cert: 'half a file', key: w.current.key }),
      show: (next) => w.listener.show(next),
    });
    await broken.look();
    expect(await w.shown()).toBe(before);
  });
});
