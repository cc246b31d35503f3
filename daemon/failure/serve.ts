/** What answers at the port of the local pages while the daemon cannot start (ONB-46). */
import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from 'ulid';
import { type Clock, instant } from '#config/clock.ts';
import type { DaemonSettings } from '#config/daemon-settings.ts';
import type { Log } from '#config/log.ts';
import { DemarcError, type ErrorText, toDemarcError } from '#contract/errors/demarc-error.ts';
import type { SignIn } from '#contract/wizard/session.ts';
import { AccessGuard } from '../api/access.ts';
import { limited } from '../api/body.ts';
import { localCertificate, makeCertificate } from '../api/certificate.ts';
import { FileReply, Reply, type Route, route } from '../api/route.ts';
import { startApiServer } from '../api/server.ts';
import { WizardAccess } from '../wizard/access.ts';
import { BrowserGate } from '../wizard/browser.ts';
import { newToken } from '../wizard/secrets.ts';
import { WizardState } from '../wizard/state.ts';
import { failureBundle } from './bundle.ts';
import { failurePage } from './page.ts';
import { textsFor } from './texts/texts.ts';

interface FailureParts {
  settings: DaemonSettings;
  error: DemarcError;
  version: string;
  logFile: string;
  clock: Clock;
  log: Log;
}

/** The page for who asks, with what was refused just now. */
type PageFor = (request: IncomingMessage, refused?: ErrorText) => string;

/** Longer than this a service manager does not wait for a start. */
const LONGEST_MS = 150_000;
const MAX_FORM_BYTES = 4096;

const PAGE = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
};

/**
 * Serves the page until it has not been looked at for a while; then the process ends, and whoever watches it starts it
 * again. Says nothing more where even that cannot be done: the cause is in the log.
 */
export async function serveFailure(parts: FailureParts): Promise<void> {
  const { settings, error, version, clock, log } = parts;
  const access = await openAccess(parts);
  const since = instant(clock);
  const text = error.toText();
  let usedAt = performance.now();
  const page: PageFor = (request, refused) => {
    usedAt = performance.now();
    const asks = asksFor(access, isLoopback(request.socket.remoteAddress));
    const texts = textsFor(request.headers['accept-language']);
    const why = refused === undefined ? {} : { refused };
    return failurePage({ error: text, version, hostName: hostname(), since, asks, texts, ...why });
  };
  const gate = access && new BrowserGate({ access, names: () => ownNames(settings) });
  const server = await startApiServer({
    routes: failureRoutes({ ...parts, access, page, text }),
    access: new AccessGuard(newToken(), clock),
    ...(gate ? { gate } : {}),
    page: async (_, request, response) => {
      response.writeHead(503, { ...PAGE, 'cache-control': 'no-store', 'retry-after': '30' });
      response.end(request.method === 'HEAD' ? undefined : page(request));
    },
    certificate: await localCertificate(settings.stateFolder, clock).catch(() => makeCertificate()),
    host: settings.webHost,
    port: settings.webPort,
    redirectPort: settings.webRedirectPort,
    log,
  });
  log.warn({ code: error.code, port: server.port }, 'the daemon cannot start; a page at its port says why');
  const startedAt = performance.now();
  while (performance.now() < Math.min(usedAt + settings.failurePageSeconds * 1000, startedAt + LONGEST_MS)) {
    await sleep(500);
  }
  await server.stop();
}

function failureRoutes(
  parts: FailureParts & {
    access: WizardAccess | undefined;
    page: PageFor;
    text: ErrorText;
  },
): Route[] {
  const { access, page, text } = parts;
  return [
    route({
      method: 'GET',
      path: '/healthz',
      open: true,
      handle: async () => {
        throw parts.error;
      },
    }),
    // What the pages of a running daemon ask for: they say then that it has a failure.
    route({ method: 'GET', path: '/api/session', open: true, handle: async () => new Reply(503, text) }),
    route({ method: 'GET', path: '/api/live', open: true, handle: async () => new Reply(503, text) }),
    route({
      method: 'POST',
      path: '/failure/bundle',
      open: true,
      streamed: true,
      handle: async ({ request, signal }) => {
        const loopback = isLoopback(request.socket.remoteAddress);
        try {
          const given = credentials(await formOf(limited(request, MAX_FORM_BYTES)));
          await requireKey(access, loopback, given, request.socket.remoteAddress ?? '');
          const { file, fileName, bytes } = await failureBundle({ ...parts, name: `failure-${ulid()}`, signal });
          return new FileReply({
            path: file,
            headers: {
              'content-type': 'application/gzip',
              'content-length': String(bytes),
              'content-disposition': `attachment; filename="${fileName}"`,
            },
            done: () => rm(file, { force: true }),
          });
        } catch (thrown) {
          const error = toDemarcError(thrown);
          return new Reply(error.status, undefined, { text: once(page(request, error.toText())), headers: PAGE });
        }
      },
    }),
  ];
}

/** @throws DemarcError `wizard.*`; TooManyTries */
async function requireKey(
  access: WizardAccess | undefined,
  loopback: boolean,
  given: SignIn | undefined,
  address: string,
): Promise<void> {
  if (asksFor(access, loopback) === 'nothing') return;
  if (access === undefined || given === undefined) throw new DemarcError('wizard.signed-out');
  await access.check(given, address);
}

/** A key is asked for wherever one can be checked; where none can, only this machine itself gets the bundle. */
function asksFor(access: WizardAccess | undefined, loopback: boolean): 'secret' | 'password' | 'nothing' | 'loopback' {
  const ways = access?.ways();
  if (ways?.password === true) return 'password';
  if (ways?.secret === true) return 'secret';
  return loopback ? 'nothing' : 'loopback';
}

/** Undefined where what is on the disk cannot be used. */
async function openAccess({ settings, clock, log }: FailureParts): Promise<WizardAccess | undefined> {
  const folder = settings.stateFolder;
  try {
    const state = await WizardState.open({ folder, clock, log });
    return await WizardAccess.open({ folder, clock, log, isComplete: () => state.isComplete }, () => undefined);
  } catch (thrown) {
    const { code, detail } = toDemarcError(thrown);
    log.warn({ code, detail }, 'neither secret nor password can be checked');
    return undefined;
  }
}

function ownNames({ webNames, announce }: DaemonSettings): string[] {
  const own = hostname().toLowerCase();
  return ['localhost', own, `${own}.local`, ...(announce === undefined ? [] : [`${announce}.local`]), ...webNames];
}

const isLoopback = (address = ''): boolean => /^(::ffff:)?127\.|^::1$/.test(address);

async function formOf(chunks: AsyncIterable<Buffer>): Promise<URLSearchParams> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return new URLSearchParams(Buffer.concat(all).toString('utf8'));
}

function credentials(form: URLSearchParams): SignIn | undefined {
  const [secret, password] = [form.get('secret'), form.get('password')];
  if (password) return { password: password.slice(0, 256) };
  return secret ? { secret: secret.slice(0, 64) } : undefined;
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}
