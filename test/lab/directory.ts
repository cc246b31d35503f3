/**
 * The lab's LDAP server (RFC 4511): simple bind, base/one/sub search, filters, paged results (RFC 2696). It needs no
 * root and no program beside Node. Its nasty switches make it fail as real directories do.
 */
import { createServer, type Socket } from 'node:net';
import { elements, endOf, integer, type Tlv, tlv, toNumber } from './ber.ts';
import type { LabEntry } from './directory-entries.ts';
import { matches } from './directory-filter.ts';

/** How the server misbehaves; may be changed while it runs. */
export interface Nasty {
  /** Falls silent after so many entries of a search. */
  hangAfter?: number;
  /** Cuts the connection after so many entries of one page. */
  dropAfter?: number;
  /** Cuts the connection when a page other than the first is asked for. */
  dropAtSecondPage?: boolean;
  /** Gives no more than so many entries for an unpaged search. */
  sizeLimit?: number;
  /** Answers every search with a referral to this address. */
  referral?: string;
  /** Puts a continuation reference to this address at the end of a page. */
  reference?: string;
  /** Every so manieth page is empty but has a cookie. */
  emptyPages?: number;
}

export interface LabDirectory {
  host: string;
  port: number;
  baseDn: string;
  bindDn: string;
  password: string;
  nasty: Nasty;
  /** May be replaced while it runs. */
  entries: LabEntry[];
  /** Log-ins that were tried, by result code. */
  binds: number[];
  stop(): Promise<void>;
}

interface Connection {
  socket: Socket;
  loggedIn: boolean;
}

const CODE = {
  success: 0,
  sizeLimit: 4,
  referral: 10,
  noSuchObject: 32,
  badCredentials: 49,
  noAccess: 50,
  refused: 53,
};
const PAGED = '1.2.840.113556.1.4.319';

export async function startDirectory(options: {
  entries: LabEntry[];
  baseDn?: string;
  host?: string;
  port?: number;
  password?: string;
  nasty?: Nasty;
}): Promise<LabDirectory> {
  const baseDn = options.baseDn ?? 'ou=people,o=lab';
  const sockets = new Set<Socket>();
  const directory: LabDirectory = {
    host: options.host ?? '127.0.0.1',
    port: 0,
    baseDn,
    bindDn: 'cn=reader,o=lab',
    password: options.password ?? 'lab-reader',
    nasty: options.nasty ?? {},
    entries: options.entries,
    binds: [],
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    serve(socket, directory);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, directory.host, resolve);
  });
  const address = server.address();
  directory.port = typeof address === 'object' && address !== null ? address.port : 0;
  return directory;
}

function serve(socket: Socket, directory: LabDirectory): void {
  const connection: Connection = { socket, loggedIn: false };
  let pending = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    try {
      for (;;) {
        const end = endOf(pending, 0);
        if (end === undefined || end.next > pending.length || end.next > 1_000_000) break;
        answer(connection, elements(pending.subarray(end.start, end.next)), directory);
        pending = Buffer.from(pending.subarray(end.next));
      }
    } catch {
      // Not LDAP: a directory closes then.
      socket.destroy();
    }
  });
}

function answer(connection: Connection, message: Tlv[], directory: LabDirectory): void {
  const [idPart, request, controls] = message;
  if (!idPart || !request) throw new Error('not LDAP');
  const id = toNumber(idPart.body);
  switch (request.tag) {
    case 0x60:
      return bind(connection, id, elements(request.body), directory);
    case 0x63:
      return search(connection, id, elements(request.body), controls, directory);
    case 0x42:
      connection.socket.end();
      return;
    default:
      // StartTLS and everything else is not offered.
      connection.socket.write(resultMessage(id, 0x78, 2, 'not offered by the lab'));
  }
}

function bind(connection: Connection, id: number, [, name, secret]: Tlv[], directory: LabDirectory): void {
  const dn = name?.body.toString() ?? '';
  const password = secret?.body.toString() ?? '';
  const anonymous = dn === '' && password === '';
  const right = dn.toLowerCase() === directory.bindDn.toLowerCase() && password === directory.password;
  const code = anonymous || right ? CODE.success : CODE.badCredentials;
  connection.loggedIn = right;
  directory.binds.push(code);
  connection.socket.write(resultMessage(id, 0x61, code, ''));
}

function search(
  connection: Connection,
  id: number,
  [base, scope, , limit, , , filter, wanted]: Tlv[],
  controls: Tlv | undefined,
  directory: LabDirectory,
): void {
  const { socket } = connection;
  const { nasty } = directory;
  const done = (code: number, text = '', extra: Buffer[] = []) => resultMessage(id, 0x65, code, text, extra);
  if (!connection.loggedIn) return void socket.write(done(CODE.noAccess, 'log in first'));
  if (nasty.referral) return void socket.write(done(CODE.referral, '', [tlv(0xa3, tlv(0x04, nasty.referral))]));
  const baseDn = base?.body.toString() ?? '';
  const inBase = directory.entries.filter((entry) =>
    inScope(entry.dn, baseDn, toNumber(scope?.body ?? Buffer.alloc(0))),
  );
  if (!directory.entries.some((entry) => sameDn(entry.dn, baseDn))) return void socket.write(done(CODE.noSuchObject));
  const found = inBase.filter((entry) => filter !== undefined && matches(entry, filter));

  const page = pagedRequest(controls);
  if (page && page.start > 0 && nasty.dropAtSecondPage) return void socket.destroy();
  const least = Math.min(nasty.sizeLimit || Infinity, toNumber(limit?.body ?? Buffer.alloc(0)) || Infinity);
  const empty = page && nasty.emptyPages && page.count % nasty.emptyPages === 1;
  const size = empty ? 0 : (page?.size ?? least);
  const slice = found.slice(page?.start ?? 0, (page?.start ?? 0) + size);
  const names = new Set(elements(wanted?.body ?? Buffer.alloc(0)).map((one) => one.body.toString().toLowerCase()));
  let parts: Buffer[] = [];
  for (const [at, entry] of slice.entries()) {
    if (nasty.hangAfter !== undefined && (page?.start ?? 0) + at >= nasty.hangAfter)
      return void socket.write(Buffer.concat(parts));
    if (nasty.dropAfter !== undefined && (page?.start ?? 0) + at >= nasty.dropAfter) {
      socket.write(Buffer.concat(parts), () => socket.destroy());
      return;
    }
    parts.push(entryMessage(id, entry, names));
    if (parts.length === 100) {
      socket.write(Buffer.concat(parts));
      parts = [];
    }
  }
  if (nasty.reference) parts.push(tlv(0x30, integer(id), tlv(0x73, tlv(0x04, nasty.reference))));
  const next = (page?.start ?? 0) + slice.length;
  const short = !page && found.length > slice.length;
  const cookie = page && next < found.length ? `${next}:${page.count + 1}` : '';
  const control = page
    ? [tlv(0xa0, tlv(0x30, tlv(0x04, PAGED), tlv(0x04, tlv(0x30, integer(0), tlv(0x04, cookie)))))]
    : [];
  const result = resultMessage(id, 0x65, short ? CODE.sizeLimit : CODE.success, '', [], control);
  socket.write(Buffer.concat([...parts, result]));
}

/** The paged-results control of a request: how many, and where the cookie says to go on. */
function pagedRequest(controls: Tlv | undefined): { size: number; start: number; count: number } | undefined {
  for (const control of controls ? elements(controls.body) : []) {
    const parts = elements(control.body);
    if (parts[0]?.body.toString() !== PAGED) continue;
    const [value] = elements(parts.at(-1)?.body ?? Buffer.alloc(0));
    const [size, cookie] = elements(value?.body ?? Buffer.alloc(0));
    const [start, count] = (cookie?.body.toString() || '0:0').split(':').map(Number);
    return { size: toNumber(size?.body ?? Buffer.alloc(0)), start: start ?? 0, count: count ?? 0 };
  }
  return undefined;
}

function entryMessage(id: number, entry: LabEntry, wanted: ReadonlySet<string>): Buffer {
  const all = wanted.size === 0 || wanted.has('*');
  const attributes: Buffer[] = [];
  for (const [name, values] of entry.attributes) {
    // entryUUID is operational: it comes only when it is asked for (RFC 4530).
    if (name === 'entryUUID' ? !wanted.has('entryuuid') : !all && !wanted.has(name.toLowerCase())) continue;
    attributes.push(tlv(0x30, tlv(0x04, name), tlv(0x31, ...values.map((value) => tlv(0x04, value)))));
  }
  return tlv(0x30, integer(id), tlv(0x64, tlv(0x04, entry.dn), tlv(0x30, ...attributes)));
}

function resultMessage(
  id: number,
  tag: number,
  code: number,
  text: string,
  extra: Buffer[] = [],
  controls: Buffer[] = [],
): Buffer {
  return tlv(0x30, integer(id), tlv(tag, integer(code, 0x0a), tlv(0x04, ''), tlv(0x04, text), ...extra), ...controls);
}

const sameDn = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function inScope(dn: string, base: string, scope: number): boolean {
  if (scope === 0) return sameDn(dn, base);
  const below = dn.toLowerCase().endsWith(`,${base.toLowerCase()}`);
  if (scope === 2) return below || sameDn(dn, base);
  return (
    below &&
    !dn
      .slice(0, -base.length - 1)
      .replaceAll(/\\./g, '')
      .includes(',')
  );
}
