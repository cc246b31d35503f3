/** Sockets of our own for SIP: npm `sip` hides TLS errors and can be killed by one datagram. */
import { createSocket } from 'node:dgram';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type PeerCertificate, TLSSocket } from 'node:tls';
import { MessageFramer } from '../message/framing.ts';

export type Transport = 'udp' | 'tcp' | 'tls';

/** Where a peer listens. `name` is the host name for SNI and the certificate; the address is what is dialled. */
export interface SipTarget {
  transport: Transport;
  address: string;
  port: number;
  name?: string;
}

/** Why no exchange came about. `not-sip`: something answered, and it was no SIP message. */
export type SipFailure = 'timeout' | 'refused' | 'unreachable' | 'closed' | 'tls' | 'not-sip' | 'canceled';

/** A way to one peer that is open. */
export interface SipConnection {
  /** What goes into Via and Contact. */
  local: { address: string; port: number };
  /** UDP loses; a client then has to send again (RFC 3261 section 17.1.2). */
  isReliable: boolean;
  /** Of a TLS peer; it was looked at, not trusted. */
  certificate?: PeerCertificate;
  send(bytes: Buffer): void;
  close(): void;
}

/** What happens on the connection after it was opened. */
export interface SipEvents {
  onMessage(bytes: Buffer): void;
  onFailure(failure: SipFailure, detail: string): void;
}

/** Thrown by `openConnection` alone. */
export class SipConnectError extends Error {
  readonly failure: SipFailure;

  constructor(failure: SipFailure, detail: string) {
    super(detail);
    this.name = 'SipConnectError';
    this.failure = failure;
  }
}

/**
 * Opens the way to a peer. TLS is opened without judging the certificate: a prober reports what it saw, and whoever
 * sends more than OPTIONS judges `certificate` first.
 * @throws SipConnectError
 */
export function openConnection(target: SipTarget, events: SipEvents, signal: AbortSignal): Promise<SipConnection> {
  if (signal.aborted) return Promise.reject(canceled(signal));
  return target.transport === 'udp' ? openUdp(target, events, signal) : openStream(target, events, signal);
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

function openStream(target: SipTarget, events: SipEvents, signal: AbortSignal): Promise<SipConnection> {
  return new Promise((resolve, reject) => {
    const socket = dial(target);
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
      const certificate = socket instanceof TLSSocket ? socket.getPeerCertificate() : undefined;
      resolve({
        local: { address: socket.localAddress ?? '0.0.0.0', port: socket.localPort ?? 0 },
        isReliable: true,
        ...(certificate === undefined ? {} : { certificate }),
        send: (bytes) => void socket.write(bytes),
        close,
      });
    });
  });
}

function dial({ transport, address, port, name }: SipTarget): Socket {
  if (transport === 'tcp') return connectTcp(port, address);
  return connectTls({
    host: address,
    port,
    ...(name === undefined || isIP(name) ? {} : { servername: name }),
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
