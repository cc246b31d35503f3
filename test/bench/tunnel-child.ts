/** The programs of the tunnel's bench, each a process of its own: `node tunnel-child.ts ROLE JSON`. */
import { Agent, createServer as createHttp, request as httpRequest } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { connect as connectTcp, createServer as createTcp, type Server, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTls } from 'node:tls';
import { pino } from 'pino';
import { z } from 'zod';
import { systemClock } from '#config/clock.ts';
import { startLine } from '#test/support/line.ts';
import { TUNNEL_ALPN } from '#tunnel/carrier/settings.ts';
import { socketCarrier } from '#tunnel/carrier/sockets.ts';
import { GatewayEnd } from '#tunnel/gateway/gateway-end.ts';
import { OffSwitch } from '#tunnel/gateway/off-switch.ts';
import { Pins } from '#tunnel/gateway/pins.ts';
import { Relay } from '#tunnel/relay/relay.ts';

const Job = z.object({
  folder: z.string(),
  certificate: z.string().default(''),
  key: z.string().default(''),
  /** Where it connects to. */
  target: z.number().default(0),
  /** The system's plain port and its web site, for the gateway. */
  tcp: z.number().default(0),
  web: z.number().default(0),
});
type Job = z.infer<typeof Job>;

const SESSIONS = ['bench-session-tcp-1', 'bench-session-tcp-2', 'bench-session-tcp-3', 'bench-session-tcp-4'];
const WEB_SESSION = 'bench-session-web-1';
const ASSET = Buffer.alloc(30 * 1024, 'a');
const BLOCK = Buffer.alloc(64 * 1024, 'b');
const log = pino({ level: 'info' }, pino.destination(2));

const tell = (what: unknown): void => void process.stdout.write(`${JSON.stringify(what)}\n`);

function listen(server: Server): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    }),
  );
}

/** `D<bytes>`: sends them. `U<bytes>`: takes them and says k. `E`: echoes. `S`: sends for ever. */
function serve(socket: Socket): void {
  socket.on('error', () => socket.destroy());
  socket.once('data', (first: Buffer) => {
    const end = first.indexOf(10);
    const order = first.subarray(0, end).toString();
    const rest = first.subarray(end + 1);
    const amount = Number(order.slice(1)) || Number.POSITIVE_INFINITY;
    if (order.startsWith('E')) {
      if (rest.length > 0) socket.write(rest);
      socket.pipe(socket);
    } else if (order.startsWith('U')) {
      let left = amount - rest.length;
      socket.on('data', (chunk: Buffer) => {
        left -= chunk.length;
        if (left <= 0) socket.end('k');
      });
    } else push(socket, amount);
  });
}

function push(socket: Socket, amount: number): void {
  let left = amount;
  const more = (): void => {
    while (left > 0 && !socket.destroyed) {
      const piece = left < BLOCK.length ? BLOCK.subarray(0, left) : BLOCK;
      left -= piece.length;
      if (!socket.write(piece)) {
        socket.once('drain', more);
        return;
      }
    }
    socket.end();
  };
  more();
}

async function upstream(): Promise<void> {
  const port = await listen(createTcp({ noDelay: true, allowHalfOpen: true }, serve));
  const web = await listen(createHttp({ keepAliveTimeout: 60_000 }, (_request, response) => response.end(ASSET)));
  tell({ port, web });
}

/** A TCP proxy as short as it gets. */
async function proxy({ target }: Job): Promise<void> {
  const server = createTcp({ noDelay: true, allowHalfOpen: true }, (near) => {
    const far = connectTcp({ port: target, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    near.pipe(far);
    far.pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.once('close', () => far.destroy());
  });
  tell({ port: await listen(server) });
}

/** A reverse proxy for HTTPS as short as it gets. */
async function reverseProxy({ target, certificate, key }: Job): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 6 });
  const server = createHttps({ cert: certificate, key, keepAliveTimeout: 60_000 }, (request, response) => {
    const sent = httpRequest(
      { port: target, host: '127.0.0.1', agent, path: request.url ?? '/', headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(sent);
  });
  tell({ port: await listen(server) });
}

async function line({ target }: Job): Promise<void> {
  const { port } = await startLine(target, { delayMs: 25 });
  tell({ port });
}

async function relay({ certificate, key }: Job): Promise<void> {
  let standing = 0;
  const hub = new Relay({
    domain: 'launch.bench',
    clock: systemClock,
    log,
    allowed: async () => true,
    record: () => undefined,
    limits: { idleMs: 3_600_000, bytes: Number.POSITIVE_INFINITY },
  });
  const server = createTls({ cert: certificate, key, ALPNProtocols: [TUNNEL_ALPN, 'http/1.1'], allowHalfOpen: true });
  server.on('secureConnection', (socket) => {
    socket.on('error', () => socket.destroy());
    if (socket.alpnProtocol === TUNNEL_ALPN) {
      hub.gateway('gateway', socketCarrier(socket));
      standing += 1;
      tell({ standing });
    } else hub.browser(socket);
  });
  let turn = 0;
  const open = createTcp({ noDelay: true, allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.pause();
    turn += 1;
    const session = SESSIONS[turn % SESSIONS.length] ?? '';
    hub.links.open('gateway', { service: 'tcp', session }).then(
      (stream) => stream.join(socket, { fromTunnel: () => undefined, toTunnel: () => undefined }),
      (error: Error) => {
        log.warn({ code: 'bench', err: error }, 'not opened');
        socket.destroy();
      },
    );
  });
  const target = {
    account: 'a',
    gateway: 'gateway',
    service: 'web',
    name: 'web',
    scheme: 'http' as const,
    authority: '127.0.0.1',
  };
  const { token } = hub.launches.create({ id: WEB_SESSION, person: { id: 'p', name: 'p' }, reason: '', target });
  const { launch, ticket } = hub.launches.redeem(token, 'p');
  const { cookie } = hub.launches.enter(launch.label, ticket);
  tell({ tunnel: await listen(server), port: await listen(open), label: launch.label, cookie });
  const watch = setInterval(() => {
    if (standing > 0 && !hub.links.has('gateway')) {
      tell({ lostAt: Date.now() });
      standing = 0;
    }
  }, 50);
  watch.unref();
}

async function gateway({ folder, target, tcp, web }: Job): Promise<void> {
  const dial = async () => {
    const socket = connectTls({
      port: target,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      ALPNProtocols: [TUNNEL_ALPN],
    });
    socket.on('error', () => socket.destroy());
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    return socketCarrier(socket);
  };
  const end = new GatewayEnd({
    dial,
    offSwitch: new OffSwitch(`${folder}/off`, () => end.cutAll('switched-off')),
    upstream: { pins: await Pins.load(`${folder}/pins.json`, systemClock), onCertificateChanged: () => undefined },
    clock: systemClock,
    random: () => 0,
    log,
    onSession: () => undefined,
  });
  const common = { host: '127.0.0.1', oldTls: false };
  end.configure([
    { id: 'tcp', port: tcp, scheme: 'tcp', ...common },
    { id: 'web', port: web, scheme: 'http', ...common },
  ]);
  const until = new Date(Date.now() + 86_400_000).toISOString();
  for (const session of SESSIONS) await end.grant({ session, service: 'tcp', who: 'bench', reason: '', until });
  await end.grant({ session: WEB_SESSION, service: 'web', who: 'bench', reason: '', until });
  await end.connected(AbortSignal.timeout(10_000));
  tell({ ready: true });
}

const ROLES: Readonly<Record<string, (job: Job) => Promise<void>>> = {
  upstream,
  proxy,
  reverseProxy,
  line,
  relay,
  gateway,
};
const [role = '', job = '{}'] = process.argv.slice(2);
await ROLES[role]?.(Job.parse(JSON.parse(job)));
