import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ErrorCode } from '#contract/errors/catalogue.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { mayDial } from './address-rule.ts';
import type { Pins } from './pins.ts';
import type { Service } from './services.ts';

export interface UpstreamPorts {
  pins: Pins;
  /** The addresses of a name; the system's resolver when left out. */
  resolve?: (host: string) => Promise<string[]>;
  /** Told when a system shows another certificate than the trusted one. */
  onCertificateChanged: (service: string) => void;
  /** Told when the first certificate of a system was put on record. */
  onCertificateTrusted?: (service: string) => void;
  limitMs?: number;
}

const LIMIT_MS = 10_000;
const MAX_ADDRESSES = 4;

const systemResolve = async (host: string): Promise<string[]> =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * Connects to a service of the table, at an address that was judged as the very one that is dialled: between the two
 * nothing is resolved again. With `https` the certificate is compared with the trusted one.
 * @throws DemarcError `tunnel.no-name`, `tunnel.forbidden-address`, `tunnel.upstream-*`, the signal's reason
 */
export async function connectUpstream(service: Service, ports: UpstreamPorts, signal: AbortSignal): Promise<Socket> {
  const limit = AbortSignal.timeout(ports.limitMs ?? LIMIT_MS);
  const either = AbortSignal.any([signal, limit]);
  try {
    const socket = await dial(service, ports, either);
    return service.scheme === 'https' ? await secured(service, socket, ports, either) : socket;
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    if (limit.aborted) throw new DemarcError('tunnel.upstream-timeout', place(service), { cause: thrown });
    throw thrown;
  }
}

const place = ({ host, port }: Service): string => `${host}:${port}`;

async function dial(service: Service, ports: UpstreamPorts, signal: AbortSignal): Promise<Socket> {
  const host = service.host.replace(/^\[|\]$/g, '');
  const found = isIP(host) > 0 ? [host] : await resolved(service, ports.resolve ?? systemResolve);
  const allowed = found.filter((address) => mayDial(address, host)).slice(0, MAX_ADDRESSES);
  if (allowed.length === 0) throw new DemarcError('tunnel.forbidden-address', place(service));
  let last: unknown;
  for (const address of allowed) {
    try {
      return await connected(address, service.port, signal);
    } catch (error) {
      signal.throwIfAborted();
      last = error;
    }
  }
  throw dialError(service, last);
}

async function resolved(service: Service, resolve: (host: string) => Promise<string[]>): Promise<string[]> {
  try {
    return await resolve(service.host);
  } catch (error) {
    throw new DemarcError('tunnel.no-name', service.host, { cause: error });
  }
}

function connected(address: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host: address, port, noDelay: true, allowHalfOpen: true });
    const giveUp = () => socket.destroy(asError(signal.reason));
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    // Stays: until the next owner listens, an error must not end the process.
    socket.on('error', reject);
    socket.once('connect', () => {
      signal.removeEventListener('abort', giveUp);
      resolve(socket);
    });
  });
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new DemarcError('tunnel.not-granted'));

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

function dialError(service: Service, error: unknown): DemarcError {
  const code = codeOf(error);
  const meaning: ErrorCode =
    code === 'ECONNREFUSED'
      ? 'tunnel.upstream-refused'
      : code === 'ETIMEDOUT'
        ? 'tunnel.upstream-timeout'
        : 'tunnel.upstream-unreachable';
  return new DemarcError(meaning, `${place(service)} ${code}`.trim(), { cause: error });
}

function secured(service: Service, socket: Socket, ports: UpstreamPorts, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const secure = connectTls({
      socket,
      // Judged below by its key: these systems sign their own certificates.
      rejectUnauthorized: false,
      minVersion: service.oldTls ? 'TLSv1' : 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      ...(service.oldTls ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {}),
      ...(isIP(service.host) > 0 ? {} : { servername: service.host }),
    });
    const fail = (error: unknown) => {
      signal.removeEventListener('abort', giveUp);
      secure.destroy();
      socket.destroy();
      reject(
        error instanceof DemarcError
          ? error
          : new DemarcError('tunnel.upstream-tls', `${place(service)} ${codeOf(error)}`.trim(), { cause: error }),
      );
    };
    const giveUp = () => fail(asError(signal.reason));
    const closed = () => fail(new Error('the system closed the connection'));
    signal.addEventListener('abort', giveUp, { once: true });
    // Stays: until the next owner listens, an error must not end the process.
    secure.on('error', fail);
    secure.once('close', closed);
    secure.once('secureConnect', () => {
      const certificate = secure.getPeerX509Certificate();
      if (certificate === undefined) return fail(new Error('no certificate'));
      ports.pins.judge(service.id, certificate).then((verdict) => {
        if (verdict === 'changed') {
          ports.onCertificateChanged(service.id);
          return fail(new DemarcError('tunnel.upstream-certificate', place(service)));
        }
        if (verdict === 'first') ports.onCertificateTrusted?.(service.id);
        signal.removeEventListener('abort', giveUp);
        secure.off('close', closed);
        return resolve(secure);
      }, fail);
    });
  });
}
