/** The way to the cloud: trust, proxy and client certificate, the same for MQTT and for HTTPS. */
import { createHash, X509Certificate } from 'node:crypto';
import { Agent, type RequestOptions, request } from 'node:https';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { readFileIfThere } from '#config/atomic-file.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { hostAndPort, type Proxy, proxyUrl } from './addresses.ts';
import { type Circumstances, connectionError, refusal } from './connection-errors.ts';

/** Where the cloud is; like the configuration, but with the proxy's password in clear text. */
export interface CloudTarget {
  url: string;
  caFile?: string | undefined;
  fingerprint?: string | undefined;
  proxy?: Proxy | undefined;
}

/** The certificate and key that a client shows, PEM. */
export interface ClientCertificate {
  certificate: string;
  key: string;
}

type TlsOptions = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'checkServerIdentity' | 'allowPartialTrustChain' | 'minVersion' | 'rejectUnauthorized'
>;

/** One try to reach the cloud. Made anew for each, because files and settings may have changed. */
export interface CloudWay {
  url: URL;
  agent: Agent | HttpsProxyAgent<string>;
  tls: TlsOptions;
  /** What is known when the try failed. */
  circumstances(): Circumstances;
  close(): void;
}

const CONNECT_TIMEOUT_MS = 20_000;
const MAX_BODY_BYTES = 256 * 1024;

/** `keepAlive` for many calls one after the other: they share a connection. */
interface WayOptions {
  keepAlive?: boolean;
}

/**
 * Prepares a way. With a pinned fingerprint the cloud is asked for its chain first.
 * @throws DemarcError `config.unreadable` for the CA file, and the codes of `connectionError`
 */
export async function cloudWay(
  target: CloudTarget,
  client: ClientCertificate | undefined,
  signal: AbortSignal | undefined,
  { keepAlive = false }: WayOptions = {},
): Promise<CloudWay> {
  const { agent, circumstances } = agentFor(target, keepAlive);
  const identity: TlsOptions = client === undefined ? {} : { cert: client.certificate, key: client.key };
  const way: CloudWay = {
    url: new URL(target.url),
    agent,
    tls: { minVersion: 'TLSv1.2', ...identity },
    circumstances,
    close: () => agent.destroy(),
  };
  if (target.caFile !== undefined) {
    const ca = await readFileIfThere(target.caFile);
    if (ca === undefined) throw new DemarcError('config.unreadable', target.caFile);
    way.tls.ca = ca;
  }
  if (target.fingerprint !== undefined) Object.assign(way.tls, await pinned(way, target.fingerprint, signal));
  return way;
}

function agentFor({ proxy }: CloudTarget, keepAlive: boolean): Pick<CloudWay, 'agent' | 'circumstances'> {
  if (proxy === undefined) return { agent: new Agent({ keepAlive }), circumstances: () => ({}) };
  const url = proxyUrl(proxy);
  const agent = new HttpsProxyAgent(url, { timeout: CONNECT_TIMEOUT_MS, keepAlive });
  let proxyStatus: number | undefined;
  agent.on('proxyConnect', ({ statusCode }: { statusCode: number }) => {
    proxyStatus = statusCode;
  });
  return { agent, circumstances: () => ({ proxy: url.host, proxyStatus }) };
}

/** The certificate of the presented chain that has the pinned fingerprint becomes the only one that is trusted. */
async function pinned(way: CloudWay, fingerprint: string, signal: AbortSignal | undefined): Promise<TlsOptions> {
  const wanted = fingerprint.replaceAll(/[^0-9A-Fa-f]/g, '').toUpperCase();
  const chain = await presentedChain(way, signal);
  const index = chain.findIndex((certificate) => fingerprintsOf(certificate).includes(wanted));
  const match = chain[index];
  if (match === undefined) throw new DemarcError('link.tls', 'the cloud’s certificate has another fingerprint');
  const trust: TlsOptions = { ca: match.toString(), allowPartialTrustChain: true };
  // A pinned leaf is the very certificate that was chosen, whatever name was dialled; a pinned CA still needs the name.
  return index === 0 ? { ...trust, checkServerIdentity: () => undefined } : trust;
}

function fingerprintsOf(certificate: X509Certificate): string[] {
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').toUpperCase();
  return [sha256(certificate.raw), sha256(certificate.publicKey.export({ type: 'spki', format: 'der' }))];
}

function presentedChain(way: CloudWay, signal: AbortSignal | undefined): Promise<X509Certificate[]> {
  return new Promise((resolve, reject) => {
    const asked = request({
      ...requestOptions(way, 'HEAD', '/healthz', signal),
      rejectUnauthorized: false,
    });
    asked.once('socket', (socket: TLSSocket) => {
      const read = () => {
        const chain: X509Certificate[] = [];
        for (
          let peer = socket.getPeerX509Certificate();
          peer !== undefined && chain.length < 10;
          peer = peer.issuerCertificate
        ) {
          chain.push(peer);
          if (peer.issuerCertificate?.fingerprint256 === peer.fingerprint256) break;
        }
        resolve(chain);
        asked.destroy();
      };
      // Behind a proxy the socket is handed over after its handshake may have ended.
      if (socket.getPeerX509Certificate() === undefined) socket.once('secureConnect', read);
      else read();
    });
    asked.once('error', (error) => reject(connectionError(error, way.circumstances())));
    asked.setTimeout(CONNECT_TIMEOUT_MS, () => asked.destroy(new Error('no answer in time')));
    asked.end();
  });
}

/** How one HTTPS request takes the way; for those that `callCloud` is too small for. */
export function requestOptions(
  way: CloudWay,
  method: string,
  path: string,
  signal: AbortSignal | undefined,
): RequestOptions {
  return {
    method,
    // Said, because the agent of a proxy would otherwise not find a connection again that it has kept.
    protocol: 'https:',
    ...hostAndPort(way.url),
    path: way.url.pathname.replace(/\/$/, '') + path,
    agent: way.agent,
    ...way.tls,
    ...(signal === undefined ? {} : { signal }),
  };
}

export interface CloudCall {
  method: 'GET' | 'POST';
  path: string;
  body?: unknown;
  /** Sent as a bearer token. */
  token?: string | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * One HTTPS exchange with the cloud; the JSON of a 2xx answer, not yet checked.
 * @throws DemarcError the cloud's own code when it gave one (a RefusedError), else those of `connectionError`
 */
export async function callCloud(way: CloudWay, call: CloudCall, now: () => number): Promise<unknown> {
  const text = await exchange(way, call, now);
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch (error) {
    throw new DemarcError('link.malformed', call.path, { cause: error });
  }
}

function exchange(way: CloudWay, call: CloudCall, now: () => number): Promise<string> {
  const text = call.body === undefined ? undefined : JSON.stringify(call.body);
  const headers: Record<string, string> = { accept: 'application/json' };
  if (call.token !== undefined) headers['authorization'] = `Bearer ${call.token}`;
  if (text !== undefined) headers['content-type'] = 'application/json';
  if (text !== undefined) headers['content-length'] = String(Buffer.byteLength(text));
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(connectionError(error, way.circumstances()));
    const options = { ...requestOptions(way, call.method, call.path, call.signal), headers };
    const asked = request(options, (answer) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_BODY_BYTES) asked.destroy(new Error('the answer is too large'));
        else chunks.push(chunk);
      });
      answer.once('error', fail);
      answer.once('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const status = answer.statusCode ?? 0;
        const { proxy, proxyStatus } = way.circumstances();
        if (proxy !== undefined && proxyStatus !== 200) return fail(new Error(`HTTP ${status}`));
        if (status < 200 || status > 299) return reject(refusal(status, answer.headers['retry-after'], body, now()));
        return resolve(body);
      });
    });
    asked.once('error', fail);
    asked.setTimeout(CONNECT_TIMEOUT_MS, () => asked.destroy(new Error('no answer in time')));
    asked.end(text);
  });
}
