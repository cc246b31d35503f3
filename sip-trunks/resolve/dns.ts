import { lookup, NODATA, NOTFOUND, Resolver } from 'node:dns/promises';

/** One record as RFC 3403 has it. */
export interface Naptr {
  flags: string;
  service: string;
  replacement: string;
  order: number;
  preference: number;
}

/** One record as RFC 2782 has it. */
export interface Srv {
  name: string;
  port: number;
  priority: number;
  weight: number;
}

/** What DNS is asked. A name that has no such records gives none; only a name server that fails is an error. */
export interface Dns {
  /** @throws Error with the code of node:dns */
  naptr(name: string): Promise<Naptr[]>;
  /** @throws Error with the code of node:dns */
  srv(name: string): Promise<Srv[]>;
  /** IPv4 and IPv6 in the order of liking. @throws Error with the code of node:dns */
  addresses(name: string): Promise<string[]>;
}

interface DnsOptions {
  signal: AbortSignal;
  /** `address:port`, in place of those of the system; then its hosts file does not count either. */
  servers?: readonly string[];
}

const TRY_MS = 2000;
const TRIES = 2;
const NOT_THERE = new Set<unknown>([NODATA, NOTFOUND, 'ENODATA', 'ENOTFOUND', 'EAI_NONAME', 'EAI_NODATA']);

/** DNS by node:dns. Addresses come from the system itself, so that the hosts file counts as for every other program. */
export function systemDns({ signal, servers }: DnsOptions): Dns {
  const resolver = new Resolver({ timeout: TRY_MS, tries: TRIES });
  if (servers) resolver.setServers(servers);
  signal.addEventListener('abort', () => resolver.cancel(), { once: true });
  return {
    naptr: (name) => orNone(resolver.resolveNaptr(name)),
    srv: (name) => orNone(resolver.resolveSrv(name)),
    addresses: async (name) => {
      if (servers === undefined) {
        const found = await orNone(beforeEnd(lookup(name, { all: true, order: 'ipv4first' }), signal));
        return found.map(({ address }) => address);
      }
      const both = await Promise.all([orNone(resolver.resolve4(name)), orNone(resolver.resolve6(name))]);
      return both.flat();
    },
  };
}

async function orNone<T>(records: Promise<T[]>): Promise<T[]> {
  try {
    return await records;
  } catch (error) {
    if (error instanceof Error && 'code' in error && NOT_THERE.has(error.code)) return [];
    throw error;
  }
}

/** A look-up of the system cannot be taken back; nobody has to wait for it, though. */
function beforeEnd<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason as Error);
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
