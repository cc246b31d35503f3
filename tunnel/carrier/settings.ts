/** The agreed numbers of the carrier: HTTP/2 with reversed roles on one outbound connection (design section 12). */
import type { ServerSessionOptions, SessionOptions } from 'node:http2';

const MIB = 1024 * 1024;

/** The ALPN name (RFC 7301) by which a gateway asks for a tunnel on the connector's one port. */
export const TUNNEL_ALPN = 'demarc-tunnel/1';
/** Where the tunnel is inside a WebSocket, for proxies that let nothing else pass. */
export const TUNNEL_PATH = '/tunnel';

/** Bytes of a stream that may be under way; also the most that a reader who stands still keeps in memory. */
export const STREAM_WINDOW = { near: 1 * MIB, far: 4 * MIB } as const;
/** From this round trip on, in milliseconds, a window of 1 MiB would be the limit of the speed. */
export const FAR_MS = 10;
const CONNECTION_WINDOW = 16 * MIB;
export const MAX_STREAMS = 128;
/** Streams carry a handful of short fields only. */
const MAX_HEADER_BYTES = 8 * 1024;
/** Node counts what it holds for streams against this; beyond it new streams are refused. In MiB. */
const SESSION_MEMORY = (MAX_STREAMS * STREAM_WINDOW.far) / MIB + 64;

/** How the other end is watched, in milliseconds. */
export interface Timing {
  pingMs: number;
  /** Nothing heard for this long after a ping: the other end is gone. */
  silentMs: number;
  /** How long opening a stream may take. */
  openMs: number;
}

export const TIMING: Timing = { pingMs: 10_000, silentMs: 10_000, openMs: 30_000 };

export const CONNECTION_WINDOW_BYTES = CONNECTION_WINDOW;

const common: SessionOptions = {
  maxSessionMemory: SESSION_MEMORY,
  maxHeaderListPairs: 32,
  maxSendHeaderBlockLength: MAX_HEADER_BYTES,
  settings: {
    enablePush: false,
    initialWindowSize: STREAM_WINDOW.near,
    maxConcurrentStreams: MAX_STREAMS,
    maxHeaderListSize: MAX_HEADER_BYTES,
  },
};

/** The relay's end: it opens the streams, so it is HTTP/2's client. */
export const relayOptions: SessionOptions = { ...common, peerMaxConcurrentStreams: MAX_STREAMS };

/**
 * The gateway's end: HTTP/2's server. With Node's default limits 1,001 quick resets would end the session with every
 * stream in it.
 */
export const gatewayOptions: ServerSessionOptions = { ...common, streamResetBurst: 20_000, streamResetRate: 2000 };
