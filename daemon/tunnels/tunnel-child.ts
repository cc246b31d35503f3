/**
 * The tunnel process: serves the sessions, so that a restart of the daemon cuts none of them. It obeys whoever opens its
 * socket, which only its own user can, and the customer's switch; without sessions and without a daemon it ends.
 */
import { existsSync } from 'node:fs';
import { appendFile, rename, rm, stat } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '#config/clock.ts';
import { createLog } from '#config/log.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { GatewayEnd } from '#tunnel/gateway/gateway-end.ts';
import { OffSwitch } from '#tunnel/gateway/off-switch.ts';
import { Pins } from '#tunnel/gateway/pins.ts';
import { dialRelay } from './dial.ts';
import { type CloudAccess, FILES, lines, NumberedOrder, type Order, type SessionNews } from './protocol.ts';

/** How long it stays with nothing to do, in milliseconds. */
const IDLE_MS = 15_000;
const MAX_RECORD_BYTES = 5 * 1024 * 1024;
const MAX_NEWS = 500;

const [folder = ''] = process.argv.slice(2);
const at = (name: string): string => join(folder, name);
const log = await createLog({ level: 'info', unit: 'tunnel', file: at(join('logs', 'tunnel.log')) });

let access: CloudAccess | undefined;
const daemons = new Set<Socket>();
const untold: string[] = [];
let writing: Promise<void> = Promise.resolve();

const say = (line: object): void => {
  const text = `${JSON.stringify(line)}\n`;
  if (daemons.size === 0 && untold.length < MAX_NEWS) untold.push(text);
  for (const daemon of daemons) daemon.write(text);
};

/** The customer's own record: who was in, when, how much; two files of 5 MiB. */
async function record(news: SessionNews): Promise<void> {
  const path = at(FILES.record);
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > MAX_RECORD_BYTES) await rename(path, `${path}.1`);
  await appendFile(path, `${JSON.stringify({ at: new Date().toISOString(), ...news })}\n`, { mode: 0o600 });
}

const pins = await Pins.load(at(FILES.pins), systemClock);
const end = new GatewayEnd({
  dial: (signal) => {
    if (access === undefined) throw new DemarcError('tunnel.not-connected', 'no cloud is set up');
    return dialRelay(access, signal);
  },
  offSwitch: new OffSwitch(at(FILES.off), () => end.cutAll('switched-off')),
  upstream: {
    pins,
    onCertificateChanged: (service) => say({ changed: service }),
    onCertificateTrusted: (service) => say({ trusted: service }),
  },
  clock: systemClock,
  random: Math.random,
  log,
  onSession: (session, ended) => {
    const news: SessionNews = { session, ...(ended ? { ended } : {}) };
    say({ news });
    writing = writing
      .then(() => record(news))
      .catch((error: unknown) =>
        log.error({ code: 'config.unwritable', err: error }, 'a session is not in the record'),
      );
  },
});

async function obey(order: Order): Promise<unknown> {
  switch (order.do) {
    case 'configure':
      access = order.cloud;
      end.configure(order.services);
      return null;
    case 'grant': {
      await end.grant(order.grant);
      await end.connected(AbortSignal.timeout(20_000));
      return null;
    }
    case 'end':
      end.end(order.session, order.reason);
      return null;
    case 'cut':
      end.cutAll('switched-off');
      return null;
    case 'quit':
      end.cutAll('switched-off');
      leave();
      return null;
    case 'status':
      return { state: end.status().state, sessions: end.sessions() };
    case 'accept':
      return await pins.accept(order.service, order.certificate);
    default:
      return order satisfies never;
  }
}

async function serve(daemon: Socket): Promise<void> {
  daemons.add(daemon);
  daemon.on('error', () => daemon.destroy());
  daemon.once('close', () => daemons.delete(daemon));
  for (const text of untold.splice(0)) daemon.write(text);
  for await (const line of lines(daemon)) {
    const { id, order } = NumberedOrder.parse(line);
    void obey(order).then(
      (result) => daemon.write(`${JSON.stringify({ id, result })}\n`),
      (thrown: unknown) => {
        const { code, detail } = toDemarcError(thrown);
        daemon.write(`${JSON.stringify({ id, error: { code, ...(detail === undefined ? {} : { detail }) } })}\n`);
      },
    );
  }
}

// One at a time: a socket that nobody answers on is left over from one that was killed.
await rm(at(FILES.socket), { force: true });
process.umask(0o177);
const server = createServer((daemon) => {
  serve(daemon).catch((error: unknown) => {
    log.warn({ code: toDemarcError(error).code, err: error }, 'the daemon was not understood');
    daemon.destroy();
  });
});
server.listen(at(FILES.socket));
process.umask(0o077);

let idle = 0;
setInterval(() => {
  idle = end.sessions().length === 0 && daemons.size === 0 ? idle + 1000 : 0;
  // Without its socket nobody can reach it any more: the state folder was wiped, or another process took its place.
  if (idle >= IDLE_MS || !existsSync(at(FILES.socket))) leave();
}, 1000);

function leave(): void {
  void end
    .stop()
    .then(() => writing)
    .then(() => rm(at(FILES.socket), { force: true }))
    .finally(() => process.exit(0));
}
process.once('SIGTERM', leave);
process.on('unhandledRejection', (error) => log.error({ code: 'internal', err: error }, 'a fault of ours'));
