/** Relay, gateway's end and a system, in one process over real TLS on loopback: what a browser meets. */
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { systemClock } from '#config/clock.ts';
import { temporaryFolder } from '#test/support/program.ts';
import { recordedLog } from '#test/unit/daemon-spine/support/log.ts';
import { TUNNEL_ALPN } from '#tunnel/carrier/settings.ts';
import { socketCarrier } from '#tunnel/carrier/sockets.ts';
import { GatewayEnd } from '#tunnel/gateway/gateway-end.ts';
import { OffSwitch } from '#tunnel/gateway/off-switch.ts';
import { Pins } from '#tunnel/gateway/pins.ts';
import { authorityOf, Service } from '#tunnel/gateway/services.ts';
import type { LaunchLimits, LaunchRecord } from '#tunnel/relay/launch.ts';
import { Relay } from '#tunnel/relay/relay.ts';
import { portOf, serverCertificate } from './pair.ts';

const DOMAIN = 'launch.test';
const GATEWAY = 'gateway-1';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface LaunchOptions {
  port: number;
  scheme?: Service['scheme'];
  limits?: Partial<LaunchLimits>;
  answerMs?: number;
  clock?: { now(): number };
}

let counter = 0;

export async function launchSite(options: LaunchOptions) {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('launch'));
  const { log, text } = recordedLog();
  const records: LaunchRecord[] = [];
  const rights = { allowed: true };
  const clock = options.clock ?? systemClock;
  const relay = new Relay({
    domain: DOMAIN,
    clock,
    log,
    allowed: async () => rights.allowed,
    waitMs: 500,
    record: (record) => records.push(record),
    ...(options.limits ? { limits: options.limits } : {}),
    ...(options.answerMs === undefined ? {} : { answerMs: options.answerMs }),
  });
  const { certificate, key } = await serverCertificate();
  const server = createServer(
    { cert: certificate, key, ALPNProtocols: [TUNNEL_ALPN, 'http/1.1'], allowHalfOpen: true, handshakeTimeout: 1000 },
    (socket) => {
      socket.on('error', () => socket.destroy());
      if (socket.alpnProtocol === TUNNEL_ALPN) relay.gateway(GATEWAY, socketCarrier(socket));
      else if (typeof socket.servername === 'string' && relay.owns(socket.servername)) relay.browser(socket);
      else socket.destroy();
    },
  );
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  stack.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
  stack.defer(() => relay.stop());
  const dial = async (): Promise<TLSSocket> => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: [TUNNEL_ALPN] });
    await once(socket, 'secureConnect');
    socket.on('error', () => socket.destroy());
    return socket;
  };
  const end = new GatewayEnd({
    dial: async () => socketCarrier(await dial()),
    offSwitch: new OffSwitch(join(folder.path, 'off'), () => end.cutAll('switched-off')),
    upstream: {
      pins: await Pins.load(join(folder.path, 'pins.json'), systemClock),
      onCertificateChanged: () => undefined,
    },
    clock: systemClock,
    random: () => 0,
    log,
    onSession: () => undefined,
  });
  stack.defer(() => end.stop());
  const service = Service.parse({ id: 'pbx', host: '127.0.0.1', port: options.port, scheme: options.scheme ?? 'http' });
  end.configure([service]);

  /** Clicks Launch; the link is not redeemed yet. */
  const click = async (person = 'ann', path?: string) => {
    counter += 1;
    const id = `launch-${String(counter).padStart(12, '0')}`;
    const target = {
      account: 'a',
      gateway: GATEWAY,
      service: 'pbx',
      name: 'PBX',
      scheme: service.scheme,
      authority: authorityOf(service),
      ...(path === undefined ? {} : { path }),
    };
    const made = relay.launches.create({ id, person: { id: person, name: person }, reason: '', target });
    await end.grant({
      session: id,
      service: 'pbx',
      who: person,
      reason: '',
      until: new Date(Date.now() + 3_600_000).toISOString(),
    });
    await end.connected(AbortSignal.timeout(3000));
    return made;
  };
  const hostOf = (label: string) => `${label}.${DOMAIN}`;
  const send = (
    label: string,
    path: string,
    init: { method?: string; headers?: Record<string, string | string[]>; body?: string | Buffer } = {},
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = httpsRequest(
        {
          host: '127.0.0.1',
          port,
          path,
          method: init.method ?? 'GET',
          servername: hostOf(label),
          rejectUnauthorized: false,
          agent: false,
          headers: { host: hostOf(label), ...init.headers },
        },
        (answer) => {
          let body = '';
          answer.setEncoding('latin1');
          answer.on('data', (chunk: string) => (body += chunk));
          answer.once('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
          answer.once('error', reject);
        },
      );
      sent.once('error', reject);
      sent.end(init.body);
    });
  const enter = async (label: string, ticket: string) => {
    const answer = await send(label, '/.demarc/enter', {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: `https://${hostOf(label)}` },
      body: JSON.stringify({ ticket }),
    });
    return { answer, cookie: (answer.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '' };
  };
  /** Clicks, redeems and enters: a session that is open, and a way to use it. */
  const open = async (person = 'ann') => {
    const { launch, token } = await click(person);
    const { ticket } = relay.launches.redeem(token, person);
    const { cookie } = await enter(launch.label, ticket);
    const get = (path: string, headers: Record<string, string | string[]> = {}) =>
      send(launch.label, path, { headers: { cookie, ...headers } });
    return { launch, cookie, get, host: hostOf(launch.label), origin: `https://${hostOf(launch.label)}` };
  };
  /** A TLS connection to a session's host, for bytes that no client would send. */
  const raw = async (label: string, servername = hostOf(label)): Promise<TLSSocket> => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      servername,
      rejectUnauthorized: false,
      ALPNProtocols: ['http/1.1'],
    });
    socket.on('error', () => socket.destroy());
    await once(socket, 'secureConnect');
    return socket;
  };
  return {
    relay,
    end,
    port,
    records,
    rights,
    log: text,
    click,
    send,
    enter,
    open,
    raw,
    hostOf,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Everything that a socket says until it ends or the limit is over. */
export async function said(socket: TLSSocket, bytes: string, limitMs = 3000): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.write(bytes, 'latin1');
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, limitMs);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  return text;
}
