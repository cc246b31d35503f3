import { isIPv6 } from 'node:net';
import type * as Snmp from 'net-snmp';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { networkError } from '#pbx-adapters/channels/tcp/errors.ts';
import { resolveHost } from '#pbx-adapters/channels/tcp/transport.ts';
import type { SnmpAccess } from './settings.ts';
import { guardedSocket } from './socket.ts';

type Library = typeof import('./library.ts')['library'];

/** Variables that one question for a subtree asks for. */
const REPETITIONS = 20;
const RESOLVE_MS = 5000;

export interface SnmpValue {
  oid: string;
  /** Text is bytes: what they mean is the reader's matter. */
  value: number | string | Buffer;
}

/** Questions to one SNMP agent (RFC 3416), with a time limit for each. */
export class SnmpSession {
  readonly #session: Snmp.Session;
  readonly #where: string;
  readonly #limitMs: number;
  #fault: unknown;
  #failPending: ((error: DemarcError) => void) | undefined;
  #closed = false;

  private constructor(library: Library, access: SnmpAccess, address: string) {
    this.#where = `${access.host}:${access.port}`;
    this.#limitMs = access.timeoutMs * (access.retries + 1) + 1000;
    const options = {
      port: access.port,
      retries: access.retries,
      timeout: access.timeoutMs,
      transport: isIPv6(address) ? ('udp6' as const) : ('udp4' as const),
      backwardsGetNexts: false,
      reportOidMismatchErrors: true,
      dgramModule: guardedSocket((error) => {
        // The library has dropped the request by then and would never call back.
        this.#failPending?.(new DemarcError('snmp.protocol', this.#where, { cause: error }));
      }),
    };
    this.#session =
      access.user === undefined
        ? library.createSession(address, access.community ?? '', { ...options, version: library.Version2c })
        : library.createV3Session(address, userOf(library, access, access.user), {
            ...options,
            version: library.Version3,
          });
    this.#session.on('error', (error) => {
      this.#fault = error;
    });
  }

  /** Nothing is sent yet. @throws DemarcError `pbx.unknown-host`, `pbx.canceled` */
  static async open(access: SnmpAccess, signal: AbortSignal): Promise<SnmpSession> {
    const [address] = await resolveHost(access.host, RESOLVE_MS, signal);
    if (address === undefined) throw new DemarcError('pbx.unknown-host', access.host);
    // Loaded when first needed: most gateways ask no PBX by SNMP, and memory of small ones is short.
    const { library } = await import('./library.ts');
    return new SnmpSession(library, access, address);
  }

  /** The variables that the agent has; those that it has not are left out. @throws DemarcError `snmp.…`, `pbx.…` */
  async get(oids: readonly string[], signal: AbortSignal): Promise<Map<string, SnmpValue['value']>> {
    const found = await this.#ask<Snmp.Varbind>(signal, (done) =>
      this.#session.get([...oids], (error, varbinds) => done(error, varbinds)),
    );
    return new Map(found.flatMap((varbind) => this.#valueOf(varbind)).map(({ oid, value }) => [oid, value]));
  }

  /**
   * The variables below an OID in order, at most `limit`; each must come after the one before, so that an agent cannot
   * lead in a circle. @throws DemarcError `snmp.…`, `pbx.…`
   */
  async walk(base: string, limit: number, signal: AbortSignal): Promise<SnmpValue[]> {
    const all: SnmpValue[] = [];
    let at = base;
    while (all.length < limit) {
      const columns = await this.#ask<unknown>(signal, (done) =>
        this.#session.getBulk([at], 0, REPETITIONS, (error, varbinds) => done(error, varbinds)),
      );
      const rows = columns.flat() as Snmp.Varbind[];
      const below = rows.flatMap((varbind) => this.#valueOf(varbind)).filter(({ oid }) => oid.startsWith(`${base}.`));
      all.push(...below.slice(0, limit - all.length));
      const last = below.at(-1)?.oid;
      if (last === undefined || below.length < rows.length) break;
      at = last;
    }
    return all;
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#session.cancelRequests(new DemarcError('pbx.canceled', this.#where));
    this.#session.close();
  }

  /** One question at a time. The library calls back at any time, twice or never; only the first answer counts. */
  async #ask<T>(
    signal: AbortSignal,
    send: (done: (error: Error | null, answer: T[] | undefined) => void) => void,
  ): Promise<T[]> {
    if (signal.aborted || this.#closed) throw new DemarcError('pbx.canceled', this.#where);
    const { promise, resolve, reject } = Promise.withResolvers<T[]>();
    const onAbort = () => reject(new DemarcError('pbx.canceled', this.#where));
    const timer = setTimeout(() => reject(new DemarcError('snmp.no-answer', this.#where)), this.#limitMs);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#fault = undefined;
    this.#failPending = reject;
    try {
      send((error, answer) => (error ? reject(this.#error(error)) : resolve(answer ?? [])));
      return await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      this.#failPending = undefined;
    }
  }

  #valueOf({ oid, value }: Snmp.Varbind): SnmpValue[] {
    // "No such object" and "end of view" (RFC 3416 section 3) come without a value.
    if (typeof value === 'number' || typeof value === 'string' || Buffer.isBuffer(value)) return [{ oid, value }];
    return [];
  }

  #error(error: Error): DemarcError {
    if (error instanceof DemarcError) return error;
    const detail = `${this.#where}: ${error.message.slice(0, 200)}`;
    if (error.name === 'RequestTimedOutError') {
      // Something came, but nothing that could be read.
      return new DemarcError(this.#fault === undefined ? 'snmp.no-answer' : 'snmp.protocol', detail, { cause: error });
    }
    if (error.name === 'RequestFailedError') return new DemarcError('snmp.refused', detail, { cause: error });
    if (error.name === 'ResponseInvalidError') {
      const isRefusal = /user|auth|digest|decrypt|security/i.test(error.message);
      return new DemarcError(isRefusal ? 'snmp.refused' : 'snmp.protocol', detail, { cause: error });
    }
    return networkError(error, this.#where, 'pbx.unreachable');
  }
}

/** The strongest level that the settings allow (RFC 3414 section 3). */
function userOf(library: Library, access: SnmpAccess, name: string): Snmp.User {
  const { SecurityLevel, AuthProtocols, PrivProtocols } = library;
  const { authPassword, privPassword } = access;
  if (authPassword === undefined) return { name, level: SecurityLevel.noAuthNoPriv };
  const auth = { name, authProtocol: AuthProtocols.sha, authKey: authPassword };
  if (privPassword === undefined) return { ...auth, level: SecurityLevel.authNoPriv };
  return { ...auth, level: SecurityLevel.authPriv, privProtocol: PrivProtocols.aes, privKey: privPassword };
}
