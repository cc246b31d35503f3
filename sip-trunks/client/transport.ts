/** Sockets of our own for SIP: npm `sip` hides TLS errors and can be killed by one datagram. */
import { createSocket } from 'node:dgram';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls, type PeerCertificate, TLSSocket } from 'node:tls';
import { MessageFramer } from '../message/framing.ts';

export type Transport = 'udp' | 'tcp' | 'tls';

/** Where a peer listens. `name` is the host name for SNI and the certificate; the address is what is dialled. */
export interface SipTarget {
  transport: Transport;
  address: string;
  port: number;
  name?: string;
}

/** How a TLS peer is judged and what it is shown. All in PEM; without `ca` the authorities of the system count. */
export interface TlsTrust {
  ca?: string;
  certificate?: string;
  key?: string;
  /** The peer is shown our certificate, and its own is looked at and not judged. */
  isUnjudged?: boolean;
}

/** Why no exchange came about. `not-sip`: something answered, and it was no SIP message. */
export type SipFailure = 'timeout' | 'refused' | 'unreachable' | 'closed' | 'tls' | 'not-sip' | 'canceled';

/** A way to one peer that is open. */
export interface SipConnection {
  /** What goes into Via and Contact. */
  local: { address: string; port: number };
  /** UDP loses; a client then has to send again (RFC 3261 section 17.1.2). */
  isReliable: boolean;
  /** Of a TLS peer; without a `TlsTrust` it was looked at, not trusted. */
  certificate?: PeerCertificate;
  /** Such as `TLSv1.3, TLS_AES_256_GCM_SHA384`. */
  cipher?: string;
  send(bytes: Buffer): void;
  close(): void;
}

/** What happens on the connection after it was opened. */
export interface SipEvents {
  onMessage(bytes: Buffer): void;
  onFailure(failure: SipFailure, detail: string): void;
}

/**
 * Why there is no way to a peer, or none any more. The message begins with the code of Node or OpenSSL, such as
 * `CERT_HAS_EXPIRED`.
 */
export class SipConnectError extends Error {
  readonly failure: SipFailure;
  /** Of a TLS peer that was refused for it. */
  readonly certificate: PeerCertificate | undefined;

  constructor(failure: SipFailure, detail: string, certificate?: PeerCertificate) {
    super(detail);
    this.name = 'SipConnectError';
    this.failure = failure;
    this.certificate = certificate;
  }
}

/**
 * Opens the way to a peer. Without `trust` TLS is opened without judging the certificate, as a prober does that only
 * reports what it saw; with it nothing is sent to a peer that is not who it should be. The signal ends the opening; what
 * is open lives until it is closed or fails.
 * @throws SipConnectError
 */
export function openConnection(
  target: SipTarget,
  events: SipEvents,
  signal: AbortSignal,
  trust?: TlsTrust,
): Promise<SipConnection> {
  if (signal.aborted) return Promise.reject(canceled(signal));
  return target.transport === 'udp' ? openUdp(target, events, signal) : openStream(target, events, signal, trust);
}

function openUdp({ address, port }: SipTarget, events: SipEvents, signal: AbortSignal): Promise<SipConnection> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
    let isClosed = false;
    const close = () => {
      if (isClosed) return;
      isClosed = true;
      signal.removeEventListener('abort', onAbort);
      socket.close();
    };
    const onAbort = () => {
      close();
      reject(canceled(signal));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (isClosed) return;
      close();
      reject(failed(error));
      events.onFailure(failureOf(error), error.code ?? error.message);
    });
    socket.on('message', (bytes) => events.onMessage(bytes));
    // Connected: the kernel then drops what others send, and tells of a closed port.
    socket.once('connect', () => {
      if (isClosed) return;
      signal.removeEventListener('abort', onAbort);
      const local = socket.address();
      resolve({
        local: { address: local.address, port: local.port },
        isReliable: false,
        send: (bytes) => {
          if (!isClosed) socket.send(bytes);
        },
        close,
      });
    });
    // Without a callback: with one, a failure would be given to it and not to the handler of errors.
    socket.connect(port, address);
  });
}

function openStream(
  target: SipTarget,
  events: SipEvents,
  signal: AbortSignal,
  trust: TlsTrust | undefined,
): Promise<SipConnection> {
  return new Promise((resolve, reject) => {
    let socket: Socket;
    try {
      socket = dial(target, trust);
    } catch (error) {
      // A key or certificate of ours that OpenSSL cannot read.
      reject(new SipConnectError('tls', error instanceof Error ? error.message : String(error)));
      return;
    }
    const framer = new MessageFramer();
    const onAbort = () => {
      socket.destroy();
      reject(canceled(signal));
    };
    const close = () => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.setNoDelay(true);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      close();
      reject(failed(error));
      events.onFailure(failureOf(error), error.code ?? error.message);
    });
    socket.on('close', () => {
      close();
      reject(new SipConnectError('closed', 'the peer closed the connection'));
      events.onFailure('closed', 'the peer closed the connection');
    });
    socket.on('data', (piece: Buffer) => {
      const { messages, fault } = framer.push(piece);
      for (const message of messages) events.onMessage(message);
      if (fault === undefined) return;
      events.onFailure('not-sip', fault);
      close();
    });
    socket.once(target.transport === 'tls' ? 'secureConnect' : 'connect', () => {
      signal.removeEventListener('abort', onAbort);
      const secure = socket instanceof TLSSocket ? socket : undefined;
      const certificate = secure?.getPeerCertificate();
      if (trust && !trust.isUnjudged && secure && !secure.authorized) {
        close();
        reject(new SipConnectError('tls', String(secure.authorizationError), certificate));
        return;
      }
      resolve({
        local: { address: socket.localAddress ?? '0.0.0.0', port: socket.localPort ?? 0 },
        isReliable: true,
        ...(certificate === undefined ? {} : { certificate }),
        ...(secure ? { cipher: `${secure.getProtocol()}, ${secure.getCipher().standardName}` } : {}),
        send: (bytes) => void socket.write(bytes),
        close,
      });
    });
  });
}

function dial({ transport, address, port, name }: SipTarget, trust: TlsTrust | undefined): Socket {
  if (transport === 'tcp') return connectTcp(port, address);
  const to = { host: address, port, ...(name === undefined || isIP(name) ? {} : { servername: name }) };
  const own = {
    ...(trust?.certificate === undefined ? {} : { cert: trust.certificate }),
    ...(trust?.key === undefined ? {} : { key: trust.key }),
  };
  // Judged after the handshake, so that the certificate of a peer that is refused can be told.
  if (trust && !trust.isUnjudged) {
    return connectTls({
      ...to,
      ...own,
      rejectUnauthorized: false,
      checkServerIdentity: (_, certificate) => checkServerIdentity(name ?? address, certificate),
      minVersion: 'TLSv1.2',
      ...(trust.ca === undefined ? {} : { ca: trust.ca }),
    });
  }
  return connectTls({
    ...to,
    ...own,
    rejectUnauthorized: false,
    // Old systems speak no more than this; nothing but OPTIONS is sent before the certificate is judged.
    minVersion: 'TLSv1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
}

const canceled = (signal: AbortSignal) =>
  new SipConnectError(
    signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError' ? 'timeout' : 'canceled',
    'no connection in time',
  );

const failed = (error: NodeJS.ErrnoException) => new SipConnectError(failureOf(error), error.code ?? error.message);

function failureOf({ code = '' }: NodeJS.ErrnoException): SipFailure {
  if (code === 'ECONNREFUSED') return 'refused';
  if (['EHOSTUNREACH', 'ENETUNREACH', 'EACCES', 'EPERM', 'EADDRNOTAVAIL'].includes(code)) return 'unreachable';
  if (code === 'ETIMEDOUT') return 'timeout';
  if (['ECONNRESET', 'EPIPE'].includes(code)) return 'closed';
  return code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS') || code === 'EPROTO' ? 'tls' : 'unreachable';
}
