import { once } from 'node:events';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { temporaryFolder, until } from '#test/support/program.ts';
import { recordedLog } from '#test/unit/daemon-spine/support/log.ts';
import { TestCa } from '#test/unit/daemon-spine/support/pki.ts';
import { RelayCarrier } from '#tunnel/carrier/relay-carrier.ts';
import { socketCarrier } from '#tunnel/carrier/sockets.ts';
import { mayDial, plainAddress } from '#tunnel/gateway/address-rule.ts';
import { GatewayEnd } from '#tunnel/gateway/gateway-end.ts';
import { OffSwitch } from '#tunnel/gateway/off-switch.ts';
import { Pins } from '#tunnel/gateway/pins.ts';
import { authorityOf, Service } from '#tunnel/gateway/services.ts';
import { portOf, tcpServer, tlsPair } from './support/pair.ts';

const SESSION = 'session-0123456789';

test.each([
  ['10.1.2.3', 'pbx.example', true],
  ['192.168.0.1', '192.168.0.1', true],
  ['fd12::5', 'pbx', true],
  ['127.0.0.1', 'pbx', false],
  ['127.0.0.1', '127.0.0.1', true],
  ['127.0.0.2', '127.0.0.1', false],
  ['127.0.0.1', 'localhost', false],
  ['::1', 'pbx', false],
  ['::1', '::1', true],
  ['::1', '[::1]', true],
  ['::ffff:127.0.0.1', 'pbx', false],
  ['::ffff:7f00:1', 'pbx', false],
  ['::127.0.0.1', 'pbx', false],
  ['169.254.169.254', 'pbx', false],
  ['169.254.169.254', '169.254.169.254', true],
  ['::ffff:169.254.169.254', 'metadata', false],
  ['100.100.100.200', 'pbx', false],
  ['fe80::1%eth0', 'pbx', false],
  ['fe80::1%eth0', 'fe80::1', true],
  ['0.0.0.0', '0.0.0.0', false],
  ['0.1.2.3', '0.1.2.3', false],
  ['::', '::', false],
  ['224.0.0.1', '224.0.0.1', false],
  ['255.255.255.255', '255.255.255.255', false],
  ['ff02::1', 'ff02::1', false],
  ['not an address', 'not an address', false],
])('an address %s for a system entered as %s: %s', (address, host, allowed) => {
  expect(mayDial(address, host)).toBe(allowed);
});

test('no way of writing a loopback address makes it another one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffff }), fc.constantFrom('::ffff:', '::', ''), (low, prefix) => {
      const address = `${prefix}127.${low >> 16}.${(low >> 8) & 255}.${low & 255}`;
      expect(plainAddress(address)).toBe(address.slice(prefix.length));
      expect(mayDial(address, 'a-name')).toBe(false);
    }),
  );
});

test('the authority of a system is as its own pages name it', () => {
  expect(authorityOf({ host: 'pbx', port: 443, scheme: 'https' })).toBe('pbx');
  expect(authorityOf({ host: '10.0.0.1', port: 8443, scheme: 'https' })).toBe('10.0.0.1:8443');
  expect(authorityOf({ host: 'fd00::1', port: 80, scheme: 'http' })).toBe('[fd00::1]');
});

/** A gateway's end with a relay of the test that it dials. */
async function site(services: Partial<Service>[], resolve?: (host: string) => Promise<string[]>) {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('tunnel'));
  const { log } = recordedLog();
  const pins = await Pins.load(join(folder.path, 'pins.json'), systemClock);
  const changed: string[] = [];
  const ended: string[] = [];
  let relay: RelayCarrier | undefined;
  let dials = 0;
  const offPath = join(folder.path, 'tunnels-off');
  const offSwitch = new OffSwitch(offPath, () => end.cutAll('switched-off'));
  const end = new GatewayEnd({
    dial: async () => {
      dials += 1;
      const pair = stack.use(await tlsPair());
      relay = new RelayCarrier(socketCarrier(pair.near));
      return socketCarrier(pair.far);
    },
    offSwitch,
    upstream: {
      pins,
      onCertificateChanged: (service) => changed.push(service),
      limitMs: 2000,
      ...(resolve === undefined ? {} : { resolve }),
    },
    clock: systemClock,
    random: () => 0,
    log,
    onSession: (_session, reason) => reason && ended.push(reason),
  });
  stack.defer(() => end.stop());
  end.configure(services.map((service) => Service.parse({ id: 'pbx', host: '127.0.0.1', scheme: 'tcp', ...service })));
  const grant = (session = SESSION, seconds = 60) =>
    end.grant({
      session,
      service: 'pbx',
      who: 'Ann',
      reason: '',
      until: new Date(Date.now() + seconds * 1000).toISOString(),
    });
  return {
    end,
    pins,
    changed,
    ended,
    offSwitch,
    offPath,
    folder: folder.path,
    grant,
    dials: () => dials,
    open: async (session = SESSION, service = 'pbx') => {
      await end.connected(AbortSignal.timeout(3000));
      if (relay === undefined) throw new Error('no relay');
      return relay.open({ session, service });
    },
    relay: () => relay,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const echo = () => tcpServer((socket) => socket.pipe(socket));

test('only a granted session gets through, and only to the service that it was granted for', async () => {
  await using server = await echo();
  await using it = await site([{ port: server.port }, { id: 'other', port: server.port }]);
  expect(it.dials()).toBe(0);
  await it.grant();
  const stream = await it.open();
  stream.duplex.end('hello');
  let text = '';
  for await (const chunk of stream.duplex) text += String(chunk);
  expect(text).toBe('hello');
  await expect(it.open('another-session-0001')).rejects.toMatchObject({ code: 'tunnel.not-granted' });
  await expect(it.open(SESSION, 'other')).rejects.toMatchObject({ code: 'tunnel.not-granted' });
  expect(it.end.sessions()).toMatchObject([{ who: 'Ann', connections: 1, bytesUp: 5, bytesDown: 5 }]);
  await expect(it.grant('session-of-yesterday', -1)).rejects.toMatchObject({ code: 'tunnel.not-granted' });
  it.end.configure([]);
  await expect(it.grant('session-0000000002')).rejects.toMatchObject({ code: 'tunnel.stopped' });
  expect(it.ended).toEqual(['stopped']);
});

test('switching off by a file made by hand cuts what runs within a second, and stays in force', async () => {
  await using server = await echo();
  await using it = await site([{ port: server.port }]);
  await it.grant();
  const stream = await it.open();
  let broken = false;
  stream.onBroken(() => (broken = true));
  stream.duplex.resume();
  const { writeFile } = await import('node:fs/promises');
  await writeFile(it.offPath, '');
  await until('cut', 1000, () => broken);
  expect(it.ended).toEqual(['switched-off']);
  await expect(it.grant('session-0000000002')).rejects.toMatchObject({ code: 'tunnel.off' });
  await it.offSwitch.turnOn();
  await it.grant('session-0000000003');
  await it.open('session-0000000003');
});

test('a session is over at its end by the gateway’s own clock, and its connections with it', async () => {
  await using server = await echo();
  await using it = await site([{ port: server.port }]);
  await it.grant(SESSION, 0.4);
  const stream = await it.open();
  stream.duplex.resume();
  await new Promise<void>((resolve) => stream.onBroken(resolve));
  expect(it.ended).toEqual(['expired']);
  await expect(it.open()).rejects.toMatchObject({ code: 'tunnel.not-granted' });
});

test('a name that leads to this machine is not dialled; a system that is not there is told as what it is', async () => {
  await using server = await echo();
  await using it = await site([{ host: 'pbx.example', port: server.port }], async () => ['127.0.0.1', '::1']);
  await it.grant();
  await expect(it.open()).rejects.toMatchObject({ code: 'tunnel.forbidden-address' });
  await using gone = await site([{ port: 1 }]);
  await gone.grant();
  await expect(gone.open()).rejects.toMatchObject({
    code: 'tunnel.upstream-refused',
    detail: expect.stringContaining('ECONNREFUSED'),
  });
});

test('the relay is dialled again after it was lost, and the session goes on', async () => {
  await using server = await echo();
  await using it = await site([{ port: server.port }]);
  await it.grant();
  await it.open();
  const { DemarcError } = await import('#contract/errors/demarc-error.ts');
  it.relay()?.destroy(new DemarcError('tunnel.lost'));
  await until('dialled again', 3000, () => it.dials() === 2 && it.end.status().state === 'connected');
  const again = await it.open();
  again.duplex.end();
  expect(it.end.sessions()).toHaveLength(1);
});

test('a certificate is trusted on first use, another key is refused until it is accepted at the site', async () => {
  await using stack = new AsyncDisposableStack();
  const ca = await TestCa.make();
  const [first, second] = [await ca.server(), await ca.server()];
  const server = createServer({ cert: first.certificate, key: first.key }, (socket) => socket.pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(() => void server.close());
  const it = stack.use(await site([{ port: portOf(server), scheme: 'https' }]));
  await it.grant();
  const stream = await it.open();
  stream.duplex.end('hi');
  stream.duplex.resume();
  const trusted = it.pins.get('pbx')?.trusted;
  expect(trusted?.certificate).toMatch(/^[0-9a-f]{64}$/);
  server.setSecureContext({ cert: second.certificate, key: second.key });
  await expect(it.open()).rejects.toMatchObject({ code: 'tunnel.upstream-certificate' });
  expect(it.changed).toEqual(['pbx']);
  const reloaded = await Pins.load(join(it.folder, 'pins.json'), systemClock);
  expect(reloaded.get('pbx')?.trusted).toEqual(trusted);
  const other = reloaded.get('pbx')?.other?.certificate ?? '';
  expect(await it.pins.accept('pbx', 'f'.repeat(64))).toBe(false);
  expect(await it.pins.accept('pbx', other)).toBe(true);
  (await it.open()).duplex.end();
});

test('TLS 1.0 is spoken with the system that it is allowed for, and with no other', async () => {
  await using stack = new AsyncDisposableStack();
  const { certificate, key } = await (await TestCa.make()).server();
  const server = createServer(
    { cert: certificate, key, minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' },
    (socket) => socket.pipe(socket),
  );
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(() => void server.close());
  const strict = stack.use(await site([{ port: portOf(server), scheme: 'https' }]));
  await strict.grant();
  await expect(strict.open()).rejects.toMatchObject({ code: 'tunnel.upstream-tls' });
  const old = stack.use(await site([{ port: portOf(server), scheme: 'https', oldTls: true }]));
  await old.grant();
  (await old.open()).duplex.end();
});

test('a system that accepts and never greets back in TLS is given up in time', async () => {
  await using server = await tcpServer(() => undefined);
  await using it = await site([{ port: server.port, scheme: 'https' }]);
  await it.grant();
  await expect(it.open()).rejects.toMatchObject({ code: 'tunnel.upstream-timeout' });
});
